public import TunedRecords
public import TunedSpace

/// A trial that an outside program was given to run.
public struct AskedTrial: Sendable {
    public var number: Int
    public var configuration: Configuration
    public var space: SearchSpace
    /// The last event that the sampler had seen.
    public var askedAfter: EventSequence

    package init(number: Int, configuration: Configuration, space: SearchSpace, askedAfter: EventSequence) {
        self.number = number
        self.configuration = configuration
        self.space = space
        self.askedAfter = askedAfter
    }
}

/// What an outside program says of a trial that it asked for.
public enum ToldResult: Sendable {
    /// One value an objective, in the study's order; and its outcome constraints.
    case values([Double], constraints: [ConstraintValue] = [])
    case failed(String)
    /// Ended early because the answer to its report said so; its last report is its value.
    case pruned
}

/// How a study that is loaded stands at this moment, beyond what storage has.
public struct LiveStudy: Sendable {
    /// Which sampler it took and why, in one line.
    public var explanation: String
    /// Attempts under way.
    public var running: Int
    /// Slots asked for and not yet granted.
    public var waiting: Int
    /// Configurations of a person's own that wait.
    public var enqueued: Int
    /// Ends of trials a second, lately; nil while none has ended.
    public var trialsPerSecond: Double?
    /// Trials to be tried yet; nil where no number is set.
    public var remaining: Int?
    public var secondsLeft: Double?
    /// Seconds that it has been running.
    public var seconds: Double
    public var best: (trial: Int, value: Double)?
    /// Configurations of an exhaustive search.
    public var gridSize: UInt64?
    /// Which trials end early, in one line; nil where none does.
    public var pruner: String?
    /// What its trials have spent of the fidelity, and what they would have in full; nil without a fidelity.
    public var budget: (spent: Double, full: Double)?

    package init(
        explanation: String, running: Int, waiting: Int, enqueued: Int, trialsPerSecond: Double? = nil, remaining: Int? = nil,
        secondsLeft: Double? = nil, seconds: Double, best: (trial: Int, value: Double)? = nil, gridSize: UInt64? = nil,
        pruner: String? = nil, budget: (spent: Double, full: Double)? = nil
    ) {
        self.explanation = explanation
        self.running = running
        self.waiting = waiting
        self.enqueued = enqueued
        self.trialsPerSecond = trialsPerSecond
        self.remaining = remaining
        self.secondsLeft = secondsLeft
        self.seconds = seconds
        self.best = best
        self.gridSize = gridSize
        self.pruner = pruner
        self.budget = budget
    }
}
