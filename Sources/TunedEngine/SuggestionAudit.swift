public import TunedRecords
import TunedSearch
public import TunedSpace

/// A log that does not say what it must.
public struct AuditError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        /// A configuration is not what the sampler derives from the events before it.
        case suggestion
        /// A trial's value is not what its runs brought.
        case value
        /// Events are missing, repeated or in an order that cannot be.
        case order
        /// The log was written by another revision of the sampler, so nothing can be derived again.
        case revision
        /// A budget or a pruning is not what the pruner derives from the events before it.
        case budget
        /// A change of the study's space says nothing that could be one.
        case space
        /// The state table says something else than the events.
        case state
    }
    public var code: Code
    public var trial: Int?
    public var sequence: EventSequence
    /// What the log says, what was derived, and what may explain it.
    public var message: String
}

/// Derives every suggestion and every value of a study again from its log, event by event, with the sampler's caches off.
public struct SuggestionAudit: Sendable {
    /// As the events so far have it; the sampler, which has seen fewer of them, may suggest from an earlier space.
    private var declaration: StudyDeclaration
    private let numericEnvironment: String
    private var feed: SamplerFeed
    /// Events that the sampler has not been shown: each suggestion says up to where it had seen.
    private var unseen = EventBacklog()
    private var wishes: [EventSequence: [Int: ParameterValue]] = [:]
    private var identity: SamplerIdentity
    private var last: EventSequence = 0
    private var nextTrial = 0
    private var runs: [Int: [RunKey: TrialResult.Run]] = [:]
    /// What the study's pruner is told; nil where it has none. Unlike the sampler it has seen every event so far.
    var pruners: PrunerFeed?
    /// Of trials that were given budgets: the last one.
    var budgets: [Int: BudgetGiven] = [:]
    /// Uses of the test rows, and what their runs brought.
    private var uses: [FinalizeBegun] = []
    private var finals: [RunKey: TrialResult.Run] = [:]
    private var asked: [Int: TrialAsked] = [:]
    var ended: [Int: TrialEnded] = [:]
    /// How often trials were measured again.
    private var replicates: [Int: Int] = [:]

    /// Suggestions that were derived and found equal.
    public internal(set) var suggestions = 0
    /// Budgets and prunings that were derived and found equal.
    public internal(set) var decisions = 0
    /// Values that were derived and found equal.
    public private(set) var values = 0
    /// In words, where the log was written on another CPU or mathematics library than this process runs on.
    public private(set) var environmentDifference: String?

    /// - Parameter numericEnvironment: ``HostFacts/numericEnvironment`` of this process.
    public init(declaration: StudyDeclaration, numericEnvironment: String) throws(EngineError) {
        self.declaration = declaration
        self.numericEnvironment = numericEnvironment
        feed = try SamplerFeed(declaration: declaration, caching: false)
        pruners = try PrunerFeed(declaration: declaration)
        identity = feed.sampler.identity
    }

    /// Takes the study's next event.
    public mutating func check(_ event: Event) throws(AuditError) {
        guard event.sequence > last else {
            throw AuditError(code: .order, trial: nil, sequence: event.sequence, message: "event \(event.sequence) comes after \(last)")
        }
        last = event.sequence
        switch event.payload {
        case .samplerAdopted(let adoption): try adopt(adoption, at: event.sequence)
        case .spaceChanged(let text, _): try change(text, at: event.sequence)
        case .enqueued(let values): wishes[event.sequence] = values
        case .trialAsked(let asked): try check(asked, at: event.sequence)
        case .attemptEnded(let attempt):
            guard let run = TrialResult.Run(attempt.outcome) else { break }
            switch attempt.run.purpose {
            case .search: runs[attempt.trial, default: [:]][attempt.run] = run
            case .final: finals[attempt.run] = run
            case .replay: break
            }
        case .finalizeBegun(let begun): try check(begun, at: event.sequence)
        case .finalized(let result): try check(result, at: event.sequence)
        case .trialEnded(let ended): try check(ended, at: event.sequence)
        case .batchRun(let batch): try check(batch, at: event.sequence)
        case .budgetGiven(let given): try check(given, at: event.sequence)
        case .pruningDecided(let trial, let reason): try check(pruning: trial, because: reason, at: event.sequence)
        default: break
        }
        pruners?.observe(event.payload)
        unseen.append(event)
    }

    /// Holds a row of the state table against the events.
    public func check(
        row number: Int, state: TrialState, values: [Double], constraints: [String: Double], configuration: Configuration
    ) throws(AuditError) {
        func wrong(_ what: String) -> AuditError {
            AuditError(
                code: .state, trial: number, sequence: last,
                message: "trial \(number): the state table and the event log disagree about its \(what)")
        }
        guard let asked = asked[number] else { throw wrong("existence") }
        guard asked.configuration == configuration else { throw wrong("configuration") }
        guard let ended = ended[number] else {
            if state != .running { throw wrong("state") }
            return
        }
        guard ended.state == state else { throw wrong("state") }
        guard ended.values == values else { throw wrong("values") }
        guard Dictionary(ended.constraints.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }) == constraints else { throw wrong("constraints") }
    }

    /// Whether the events that were taken so far say how a trial ended.
    public func knowsEnd(of trial: Int) -> Bool { ended[trial] != nil }

    /// The space that the trial's configuration is in; nil for a trial that the log does not have.
    public func space(of trial: Int) -> SearchSpace? { asked[trial].map { declaration.space(at: $0.askedAfter) } }

    /// Trials that the log asked for.
    public var trials: Int { nextTrial }

    private mutating func adopt(_ adoption: SamplerAdoption, at sequence: EventSequence) throws(AuditError) {
        func foreign(_ what: String, _ theirs: String, _ own: String, may: String) -> AuditError {
            AuditError(
                code: .revision, trial: nil, sequence: sequence,
                message: "\(what) after event \(sequence) come from \(theirs); this version has \(own), which may \(may) otherwise. "
                    + "Verify with the version that wrote the log")
        }
        func named(_ name: String, _ revision: Int) -> String { "\(name), revision \(revision)" }
        let sampler = (theirs: named(adoption.name, adoption.revision), own: named(identity.name, identity.revision))
        guard sampler.theirs == sampler.own else { throw foreign("suggestions", sampler.theirs, sampler.own, may: "choose") }
        if let pruner = adoption.pruner, let identity = pruners?.pruner.identity {
            let (theirs, own) = (named(pruner.name, pruner.revision), named(identity.name, identity.revision))
            guard theirs == own else { throw foreign("decisions", "the pruner \(theirs)", own, may: "decide") }
        }
        if adoption.numericEnvironment != numericEnvironment {
            environmentDifference = "the log was written with \(adoption.numericEnvironment); this is \(numericEnvironment)"
        }
    }

    private mutating func change(_ text: String, at sequence: EventSequence) throws(AuditError) {
        func wrong(_ why: String) -> AuditError {
            AuditError(code: .space, trial: nil, sequence: sequence, message: "event \(sequence) changes the space into none: \(why)")
        }
        let statement: SpaceStatement
        do { statement = try SpaceStatement(parsing: text) } catch { throw wrong(error.message) }
        do { declaration = try declaration.changed(to: statement, since: sequence) } catch { throw wrong(error.message) }
        do { identity = try SamplerFeed.sampler(of: declaration).identity } catch { throw wrong(error.message) }
    }

    private mutating func check(_ asked: TrialAsked, at sequence: EventSequence) throws(AuditError) {
        guard asked.trial == nextTrial else {
            throw AuditError(
                code: .order, trial: asked.trial, sequence: sequence,
                message: "event \(sequence) asks for trial \(asked.trial) where trial \(nextTrial) comes next")
        }
        nextTrial += 1
        try show(upTo: asked.askedAfter, trial: asked.trial, at: sequence)
        try derive(asked, at: sequence)
    }

    private mutating func check(_ batch: BatchRun, at sequence: EventSequence) throws(AuditError) {
        guard batch.first == nextTrial else {
            throw AuditError(
                code: .order, trial: batch.first, sequence: sequence,
                message: "event \(sequence) holds the trials from \(batch.first) on where trial \(nextTrial) comes next")
        }
        guard batch.objectives == declaration.objectives.map(\.metric) else {
            throw AuditError(
                code: .value, trial: batch.first, sequence: sequence,
                message: "event \(sequence) takes the values of its trials from other metrics than the study's objectives")
        }
        nextTrial = batch.trials.upperBound
        try show(upTo: batch.askedAfter, trial: batch.first, at: sequence)
        for trial in batch.trials {
            let asked = batch.asked(trial)
            try derive(asked, at: sequence)
            feed.showAhead(trial, asked.configuration, ofBatch: batch.first)
            if let run = TrialResult.Run(batch.outcome(trial)) { runs[trial] = [RunKey(): run] }
            try check(batch.end(trial), at: sequence)
        }
    }

    /// Shows the sampler what it had seen when it was asked.
    private mutating func show(
        upTo position: EventSequence, trial: Int, at sequence: EventSequence
    ) throws(AuditError) {
        guard position < sequence, position >= feed.position else {
            throw AuditError(
                code: .order, trial: trial, sequence: sequence,
                message: "trial \(trial) says that it was asked for after event \(position), which cannot be")
        }
        unseen.show(upTo: position, to: &feed)
    }

    private mutating func derive(_ asked: TrialAsked, at sequence: EventSequence) throws(AuditError) {
        self.asked[asked.trial] = asked
        if case .replicate(let trial) = asked.origin { return try check(asked, measuring: trial, at: sequence) }
        if case .continued = asked.origin { return try check(continued: asked, at: sequence) }
        var fixed: [Int: ParameterValue] = [:]
        if case .enqueued(let wish) = asked.origin {
            guard let values = wishes.removeValue(forKey: wish) else {
                throw AuditError(
                    code: .order, trial: asked.trial, sequence: sequence,
                    message: "trial \(asked.trial) names event \(wish) as its wish, which is none")
            }
            fixed = feed.declaration.values(values, statedAt: wish) ?? [:]
        }
        let derived: Suggestion
        do {
            derived = try feed.suggest(trial: asked.trial, fixed: fixed, budget: pruners?.firstBudget(of: asked.trial))
        } catch {
            throw AuditError(code: .suggestion, trial: asked.trial, sequence: sequence, message: error.message)
        }
        guard case .configuration(let configuration) = derived else {
            throw AuditError(
                code: .suggestion, trial: asked.trial, sequence: sequence,
                message: "trial \(asked.trial): the log has a configuration where the sampler has none left")
        }
        try compare(asked, with: configuration, at: sequence)
        suggestions += 1
    }

    /// A trial that measures another one again: the one that is to be measured next.
    private mutating func check(_ asked: TrialAsked, measuring trial: Int, at sequence: EventSequence) throws(AuditError) {
        let next = declaration.specification.replicate.flatMap { rule in
            rule.next(among: feed.history.leading(rule.candidates), measured: replicates)
        }
        guard let next, next.trial == trial else {
            throw AuditError(
                code: .suggestion, trial: asked.trial, sequence: sequence,
                message: "trial \(asked.trial) measures trial \(trial) again where \(next.map { "trial \($0.trial)" } ?? "none") is to be measured")
        }
        replicates[trial, default: 0] += 1
        try compare(asked, with: next.configuration, at: sequence)
        suggestions += 1
    }

    func compare(_ asked: TrialAsked, with derived: Configuration, at sequence: EventSequence) throws(AuditError) {
        let space = feed.declaration.space
        for index in 0..<space.count {
            let stored = index < asked.configuration.count ? asked.configuration[index] : nil
            guard stored != derived[index] else { continue }
            func text(_ value: ParameterValue?) -> String {
                value.map { space.text($0, of: index) } ?? "inactive"
            }
            throw AuditError(
                code: .suggestion, trial: asked.trial, sequence: sequence,
                message: "trial \(asked.trial), \(space.parameters[index].name): the log has \(text(stored)), derived is "
                    + text(derived[index]) + (environmentDifference.map { ". It may be the surroundings: \($0)" } ?? ""))
        }
    }

    /// A use is of a configuration that the study has tried, and is counted.
    private mutating func check(_ begun: FinalizeBegun, at sequence: EventSequence) throws(AuditError) {
        guard begun.use == uses.count + 1, ended[begun.trial]?.state == .complete, asked[begun.trial]?.configuration == begun.configuration else {
            throw AuditError(
                code: .order, trial: begun.trial, sequence: sequence,
                message: "event \(sequence) uses the test rows for the time \(begun.use) and trial \(begun.trial), which the events before it do not explain")
        }
        uses.append(begun)
    }

    private mutating func check(_ result: Finalized, at sequence: EventSequence) throws(AuditError) {
        guard result.use == uses.count else {
            throw AuditError(code: .order, trial: nil, sequence: sequence, message: "event \(sequence) ends a use of the test rows that did not begin")
        }
        guard !result.values.isEmpty else { return }
        let derived = finals[RunKey(purpose: .final, segment: result.use - 1)].map {
            TrialResult(of: [$0], objectives: declaration.objectives, bounds: declaration.boundMetrics).values
        }
        guard derived == result.values else {
            throw AuditError(
                code: .value, trial: uses.last?.trial, sequence: sequence, message: "the test score of use \(result.use) is not what its run brought")
        }
        values += 1
    }

    private mutating func check(_ trial: TrialEnded, at sequence: EventSequence) throws(AuditError) {
        let former = ended[trial.trial]?.state
        guard let asked = asked[trial.trial], former == nil || former == .paused && (trial.state == .pruned || trial.state == .cancelled) else {
            throw AuditError(
                code: .order, trial: trial.trial, sequence: sequence,
                message: "event \(sequence) ends trial \(trial.trial), which is not under way")
        }
        ended[trial.trial] = trial
        if trial.state == .cancelled, case .replicate(let measured) = asked.origin { replicates[measured, default: 1] -= 1 }
        guard trial.state == .complete || trial.state == .paused || trial.isInfeasible, !asked.isExternal else { return }
        let folds = max(1, declaration.data?.folds ?? 1)
        let segment = budgets[trial.trial]?.segment ?? 0
        let results = (0..<folds).compactMap { runs[trial.trial]?[RunKey(fold: $0, segment: segment)] }
        runs[trial.trial] = nil
        func wrong(_ what: String) -> AuditError {
            AuditError(
                code: .value, trial: trial.trial, sequence: sequence,
                message: "trial \(trial.trial): \(what) not the mean of what its runs brought")
        }
        guard results.count == folds else { throw wrong("its value is") }
        let derived = TrialResult(of: results, objectives: declaration.objectives, bounds: declaration.boundMetrics)
        guard derived.values == trial.values else { throw wrong("its value is") }
        if trial.state == .paused {
            values += 1
            return
        }
        // Logs of versions that did not keep constraints have neither those of runs nor those of complete trials.
        let isOlder = trial.state == .complete && trial.constraints.isEmpty && results.allSatisfy(\.constraints.isEmpty)
        let end = TrialEnded(trial: trial.trial, derived)
        guard end.state == trial.state, isOlder || end.constraints == trial.constraints else { throw wrong("its constraints are") }
        values += 1
    }
}
