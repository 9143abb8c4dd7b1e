import TunedSpace

/// Trials with neighbouring numbers that were asked for together, run in one call of the plugin, and ended together. Each
/// has one run, and one attempt at it.
///
/// Whoever reads a batch sees ordinary trials: ``asked(_:)`` and its neighbours give for each of them what its own events
/// would have said.
public struct BatchRun: Hashable, Sendable {
    /// Most trials of a batch.
    public static let limit = PackedConfigurations.limit

    /// An outcome constraint that the plugin reported.
    public struct Constraint: Hashable, Sendable {
        public var name: String
        /// One a trial; NaN where it was not reported.
        public var values: [Double]

        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// A trial that did not simply succeed.
    public struct Exception: Hashable, Sendable {
        public var outcome: AttemptOutcome
        public var end: TrialEnded

        public init(outcome: AttemptOutcome, end: TrialEnded) {
            self.outcome = outcome
            self.end = end
        }
    }
    /// The number of its first trial.
    public var first: Int
    /// The last event of the study that the sampler had seen when it was asked for all of them.
    public var askedAfter: EventSequence
    /// Milliseconds since 1970. The time of the event is its end.
    public var startedAt: Int64
    /// Of all its attempts.
    public var nonce: UInt64
    /// Logical CPUs of the slot.
    public var cpus: [Int]
    /// Sequence number of the ``EventPayload/environmentSeen(record:)`` event that describes the surroundings.
    public var environment: EventSequence
    public var configurations: PackedConfigurations
    /// One list a metric of the schema, with one value a trial; NaN where the plugin gave none.
    public var metrics: [[Double]]
    /// Which metrics the objectives are, in the study's order.
    public var objectives: [Int]
    /// In the order of their numbers. All others are complete.
    public var exceptions: [Exception]
    /// The ``EventPayload/enqueued(values:)`` events behind trials that are not the sampler's own, by trial.
    public var wishes: [Int: EventSequence]
    /// The end of what the call printed and logged.
    public var log: String
    /// In the order in which they were first reported.
    public var constraints: [Constraint]
    /// What the study asks of its metrics. Trials that break one are among the exceptions.
    public var bounds: [BoundMetric]

    public init(
        first: Int, askedAfter: EventSequence, startedAt: Int64, nonce: UInt64, cpus: [Int], environment: EventSequence,
        configurations: PackedConfigurations, metrics: [[Double]], objectives: [Int], exceptions: [Exception] = [],
        wishes: [Int: EventSequence] = [:], log: String = "", constraints: [Constraint] = [], bounds: [BoundMetric] = []
    ) {
        self.first = first
        self.askedAfter = askedAfter
        self.startedAt = startedAt
        self.nonce = nonce
        self.cpus = cpus
        self.environment = environment
        self.configurations = configurations
        self.metrics = metrics
        self.objectives = objectives
        self.exceptions = exceptions
        self.wishes = wishes
        self.log = log
        self.constraints = constraints
        self.bounds = bounds
    }

    public var isConstrained: Bool { !constraints.isEmpty || !bounds.isEmpty }

    public var count: Int { configurations.count }

    /// The numbers of its trials.
    public var trials: Range<Int> { first..<first + count }
}

// MARK: Its trials, by their numbers

extension BatchRun {
    public func exception(_ trial: Int) -> Exception? {
        var low = 0
        var high = exceptions.count
        while low < high {
            let middle = (low + high) / 2
            if exceptions[middle].end.trial < trial { low = middle + 1 } else { high = middle }
        }
        return low < exceptions.count && exceptions[low].end.trial == trial ? exceptions[low] : nil
    }

    public func asked(_ trial: Int) -> TrialAsked {
        TrialAsked(
            trial: trial, configuration: configurations[trial - first],
            origin: wishes[trial].map { .enqueued($0) } ?? .sampler, askedAfter: askedAfter, isExternal: false)
    }

    public func started(_ trial: Int) -> AttemptStarted {
        AttemptStarted(trial: trial, run: RunKey(), attempt: 0, nonce: nonce, cpus: cpus, gpus: [], environment: environment)
    }

    public func outcome(_ trial: Int) -> AttemptOutcome {
        if let exception = exception(trial) { return exception.outcome }
        let run = run(trial)
        return .succeeded(metrics: run.metrics, constraints: run.constraints)
    }

    /// What a trial brought that simply succeeded.
    private func run(_ trial: Int) -> TrialResult.Run {
        let index = trial - first
        return TrialResult.Run(
            metrics: metrics.map { $0[index] },
            constraints: constraints.compactMap { $0.values[index].isNaN ? nil : ConstraintValue(name: $0.name, value: $0.values[index]) })
    }

    public func ended(_ trial: Int) -> AttemptEnded {
        AttemptEnded(trial: trial, run: RunKey(), attempt: 0, nonce: nonce, outcome: outcome(trial), log: log)
    }

    public func end(_ trial: Int) -> TrialEnded {
        if let exception = exception(trial) { return exception.end }
        var end = TrialEnded(trial: trial, state: .complete, values: objectives.map { metrics[$0][trial - first] })
        if isConstrained { end.constraints = TrialResult(of: [run(trial)], objectives: [], bounds: bounds).constraints }
        return end
    }

    /// The events that the trials would have had one by one.
    public var payloads: [EventPayload] {
        trials.flatMap { trial -> [EventPayload] in
            [
                .trialAsked(asked(trial)), .attemptStarted(started(trial)), .attemptEnded(ended(trial)),
                .trialEnded(end(trial)),
            ]
        }
    }

    /// A trial as the state tables would have it.
    ///
    /// - Parameters:
    ///   - event: sequence number of the batch's event.
    ///   - time: of that event.
    public func row(_ trial: Int, by event: EventSequence, at time: Int64) -> TrialRow {
        let (asked, end) = (asked(trial), end(trial))
        return TrialRow(
            number: trial, state: end.state, configuration: asked.configuration, origin: asked.origin, isExternal: false,
            askedAfter: askedAfter, askedBy: event, values: end.values, step: end.step, failure: end.failure,
            constraints: end.constraints, startedAt: startedAt, endedAt: time)
    }

    /// The attempt at a trial's run as the state tables would have it.
    public func attempt(_ trial: Int, at time: Int64, environment record: String) -> AttemptRow {
        AttemptRow(
            started: started(trial), startedAt: startedAt, endedAt: time, outcome: outcome(trial), log: log,
            environment: record)
    }

    /// How many of its trials ended in each state.
    public var counts: TrialCounts {
        var counts = TrialCounts()
        counts.complete = count - exceptions.count
        for exception in exceptions { counts[exception.end.state] += 1 }
        return counts
    }

    /// The first objective's value of each trial, NaN where it has none.
    public var values: [Double] {
        var values = objectives.first.map { metrics[$0] } ?? Array(repeating: .nan, count: count)
        for exception in exceptions { values[exception.end.trial - first] = exception.end.values.first ?? .nan }
        return values
    }
}
