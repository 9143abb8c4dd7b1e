public import TunedRecords
public import TunedSearch
public import TunedSpace

/// A sampler together with the place in its study's log up to which it has been told. The one translation from events to what
/// a sampler may see: the running study, recovery and `verify` all go through it.
public struct SamplerFeed: Sendable {
    public private(set) var sampler: any Sampler
    /// The last event of the study that the sampler knows of, or could have known of.
    public private(set) var position: EventSequence = 0
    private let objectives: [Objective]
    private var constraintOrder: ConstraintOrder
    /// The first trials of batches whose trials the sampler knows of already, though their event is still to come.
    private var ahead: Set<Int> = []

    public init(declaration: StudyDeclaration, caching: Bool = true) throws(EngineError) {
        let specification = declaration.specification
        let problem = SearchProblem(
            space: declaration.space, objectives: declaration.objectives.count, seed: specification.seed,
            budget: specification.stop.trials)
        do {
            sampler = try SamplerRegistry.make(
                name: specification.sampler.name, settings: specification.sampler.settings, problem: problem, caching: caching)
        } catch {
            throw EngineError(.invalid, error.message, path: error.path.isEmpty ? "sampler" : "sampler.\(error.path)")
        }
        objectives = declaration.objectives
        constraintOrder = ConstraintOrder(declaration)
        for (index, trial) in (declaration.warmStart?.trials ?? []).enumerated() {
            let number = WarmStart.firstTrial + index
            sampler.observe(.pending(trial: number, trial.configuration))
            let losses = zip(objectives, trial.values).map { $0.loss($1) }
            sampler.observe(.finished(trial: number, trial.values.isEmpty ? .failed : .complete(losses)))
        }
    }

    /// Takes the next event of the study.
    public mutating func observe(_ payload: EventPayload, at sequence: EventSequence) {
        position = sequence
        switch payload {
        case .trialAsked(let asked):
            sampler.observe(.pending(trial: asked.trial, asked.configuration))
        case .reported(let trial, _, let report):
            guard let objective = objectives.first, report.metric == objective.metric else { return }
            sampler.observe(.report(trial: trial, step: report.step, value: objective.loss(report.value)))
        case .trialEnded(let ended):
            sampler.observe(.finished(trial: ended.trial, outcome(of: ended)))
        case .samplerSwitched(let method, _):
            sampler.observe(.switched(to: method))
        case .batchRun(let batch):
            observe(batch)
        default:
            break
        }
    }

    /// Shows a trial of a batch when it is asked for. Its event comes once the batch has ended, and others may have come
    /// between.
    public mutating func showAhead(_ trial: Int, _ configuration: Configuration, ofBatch first: Int) {
        ahead.insert(first)
        sampler.observe(.pending(trial: trial, configuration))
    }

    private mutating func observe(_ batch: BatchRun) {
        if ahead.remove(batch.first) == nil {
            for trial in batch.trials {
                sampler.observe(.pending(trial: trial, batch.configurations[trial - batch.first]))
            }
        }
        for trial in batch.trials { sampler.observe(.finished(trial: trial, outcome(of: batch.end(trial)))) }
    }

    private mutating func outcome(of ended: TrialEnded) -> Outcome {
        switch ended.state {
        case .complete:
            return .complete(losses(ended.values), constraints: constraintOrder.values(of: ended.constraints))
        case .failed where ended.isInfeasible:
            return .infeasible(losses(ended.values), constraints: constraintOrder.values(of: ended.constraints))
        case .pruned:
            guard let value = ended.values.first, let step = ended.step, let objective = objectives.first else { return .failed }
            return .pruned(step: step, value: objective.loss(value))
        case .cancelled:
            return .cancelled
        case .failed, .running, .paused:
            return .failed
        }
    }

    private func losses(_ values: [Double]) -> [Double] { zip(objectives, values).map { $0.loss($1) } }

    /// The sampler's configuration for a trial, with the parameters that a person fixed put over it.
    public mutating func suggest(trial: Int, fixed: [Int: ParameterValue] = [:], in space: SearchSpace) throws(EngineError) -> Suggestion {
        if !fixed.isEmpty, let whole = Self.complete(fixed, in: space) { return .configuration(whole) }
        let suggestion: Suggestion
        do {
            suggestion = try sampler.suggest(trial: trial)
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
