public import TunedRecords
public import TunedSearch
public import TunedSpace

/// A sampler together with the place in its study's log up to which it has been told. The one translation from events to what
/// a sampler may see: the running study, recovery and `verify` all go through it.
public struct SamplerFeed: Sendable {
    public private(set) var sampler: any Sampler
    /// The last event of the study that the sampler knows of, or could have known of.
    public private(set) var position: EventSequence = 0
    /// The study's, with the space that suggestions come from.
    public private(set) var declaration: StudyDeclaration
    private(set) var history: FeedHistory
    private let caching: Bool
    private var objectives: [Objective] { declaration.objectives }

    public init(declaration: StudyDeclaration, caching: Bool = true) throws(EngineError) {
        self.declaration = declaration
        self.caching = caching
        history = FeedHistory(declaration)
        sampler = try Self.sampler(of: declaration, caching: caching)
        for (index, trial) in (declaration.warmStart?.trials ?? []).enumerated() {
            let losses = zip(objectives, trial.values).map { $0.loss($1) }
            begin(WarmStart.firstTrial + index, trial.configuration)
            end(WarmStart.firstTrial + index, trial.values.isEmpty ? .failed : .complete(losses))
        }
    }

    static func sampler(of declaration: StudyDeclaration, caching: Bool = true) throws(EngineError) -> any Sampler {
        let specification = declaration.specification
        let problem = SearchProblem(
            space: declaration.space, objectives: declaration.objectives.count, seed: specification.seed,
            budget: specification.stop.trials, fidelity: declaration.rungs)
        do {
            return try SamplerRegistry.make(
                name: specification.sampler.name, settings: specification.sampler.settings, problem: problem, caching: caching)
        } catch {
            throw EngineError(.invalid, error.message, path: error.path.isEmpty ? "sampler" : "sampler.\(error.path)")
        }
    }

    /// Takes the next event of the study.
    public mutating func observe(_ payload: EventPayload, at sequence: EventSequence) {
        position = sequence
        switch payload {
        case .trialAsked(let asked):
            // A duplicate by intent is none of the sampler's.
            if case .replicate = asked.origin { return }
            begin(asked.trial, asked.configuration)
        case .reported(let trial, _, let report):
            guard let objective = objectives.first, report.metric == objective.metric, history.isShown(trial) else { return }
            sampler.observe(.report(trial: trial, step: report.step, value: objective.loss(report.value)))
        case .budgetGiven(let given) where given.segment > 0:
            if let configuration = history.takeUp(given.trial) { sampler.observe(.pending(trial: given.trial, configuration)) }
        case .trialEnded(let ended):
            end(ended.trial, history.outcome(of: ended))
        case .samplerSwitched(let method, _):
            sampler.observe(.switched(to: method))
        case .batchRun(let batch):
            observe(batch)
        case .spaceChanged(let text, _):
            change(text, at: sequence)
        default:
            break
        }
    }

    private mutating func begin(_ trial: Int, _ configuration: Configuration) {
        history.begin(trial, configuration)
        sampler.observe(.pending(trial: trial, configuration))
    }

    private mutating func end(_ trial: Int, _ outcome: Outcome) {
        if history.end(trial, outcome) { sampler.observe(.finished(trial: trial, outcome)) }
    }

    /// Shows a trial of a batch when it is asked for. Its event comes once the batch has ended, and others may have come
    /// between.
    public mutating func showAhead(_ trial: Int, _ configuration: Configuration, ofBatch first: Int) {
        history.begin(configuration, ofBatch: first)
        sampler.observe(.pending(trial: trial, configuration))
    }

    private mutating func observe(_ batch: BatchRun) {
        if !history.isRunning(batch: batch.first) {
            for trial in batch.trials { showAhead(trial, batch.configurations[trial - batch.first], ofBatch: batch.first) }
        }
        let isShown = history.end(batch)
        var exceptions = batch.exceptions[...]
        for (index, trial) in batch.trials.enumerated() {
            let exception = exceptions.first?.end.trial == trial ? exceptions.removeFirst() : nil
            guard isShown.isEmpty || isShown[index] else { continue }
            if exception != nil || batch.isConstrained {
                sampler.observe(.finished(trial: trial, history.outcome(of: batch.end(trial))))
            } else {
                let losses = zip(objectives, batch.objectives).map { $0.loss(batch.metrics[$1][index]) }
                sampler.observe(.finished(trial: trial, .complete(losses)))
            }
        }
    }

    /// The sampler begins anew in another space, with what is known so far.
    private mutating func change(_ text: String, at sequence: EventSequence) {
        // Whoever writes such an event has made this sampler before; a log that says otherwise is for the audit to find.
        guard let statement = try? SpaceStatement(parsing: text), let changed = try? declaration.changed(to: statement, since: sequence),
            let fresh = try? Self.sampler(of: changed, caching: caching)
        else { return }
        declaration = changed
        sampler = fresh
        for observation in history.change(to: changed.space) { sampler.observe(observation) }
    }

    /// The sampler's configuration for a trial, with the parameters that a person fixed put over it.
    ///
    /// - Parameter budget: what the trial begins with, where that is not all.
    public mutating func suggest(
        trial: Int, fixed: [Int: ParameterValue] = [:], budget: Double? = nil
    ) throws(EngineError) -> Suggestion {
        let space = declaration.space
        if !fixed.isEmpty, let whole = Self.complete(fixed, in: space) { return .configuration(whole) }
        let suggestion: Suggestion
        do {
            suggestion = try sampler.suggest(trial: trial, budget: budget)
        } catch {
            throw EngineError(.internalError, "the sampler cannot suggest a configuration: \(error.message)")
        }
        guard !fixed.isEmpty else { return suggestion }
        // An exhausted sampler does not stand in the way of a person's own wish: what it left open takes the defaults.
        var configuration = space.defaults
        if case .configuration(let suggested) = suggestion {
            for (index, value) in suggested.values.enumerated() where value != nil { configuration[index] = value }
        }
        for (index, value) in fixed { configuration[index] = value }
        configuration = space.canonical(configuration)
        // The rest gives way where a person's values break a rule with it; where nothing helps, they stand as they were asked for.
        if !space.isLegal(configuration),
            let legal = space.legal(near: UnitCube(space).coordinates(of: configuration), fixing: fixed)
        {
            configuration = legal
        }
        return .configuration(configuration)
    }

    /// The configuration, where the fixed values name every parameter that they make active.
    private static func complete(_ fixed: [Int: ParameterValue], in space: SearchSpace) -> Configuration? {
        var configuration = Configuration(Array(repeating: nil, count: space.count))
        for (index, value) in fixed { configuration[index] = value }
        let canonical = space.canonical(configuration)
        for index in space.order where space.active(index, in: canonical) && canonical[index] == nil { return nil }
        return canonical
    }
}
