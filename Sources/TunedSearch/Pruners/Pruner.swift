public import TunedSpace

/// Decides how much of its budget a trial is given: which trials end early, which stand at a rung, and which of those go on.
///
/// A pruner is a value, and a pure function of the problem, its settings and the observations in their order: no clock, no global state, no
/// thread. Its questions change nothing, so that each of its decisions can be derived again from the observations that preceded it.
///
///     var pruner = try PrunerRegistry.make(name: "asha", problem: PrunerProblem(fidelity: FidelityRange(low: 1, high: 81)))
///     pruner.observe(.began(trial: 0, budget: pruner.firstBudget(of: 0)))
///     pruner.observe(.reached(trial: 0, budget: 1, losses: [0.3]))
///     if let promotion = pruner.promotion() { ... }
public protocol Pruner: Sendable {
    /// Stored with each study. The revision rises whenever the same observations would lead to another decision.
    var identity: PrunerIdentity { get }
    /// In one line for a person: which method it is, and how it is set.
    var explanation: String { get }
    /// Whether a new trial may begin. A population waits for a place.
    var mayBegin: Bool { get }
    mutating func observe(_ observation: PrunerObservation)
    /// What a trial tries; comes before it begins.
    mutating func observe(_ configuration: Configuration, of trial: Int)
    /// The budget that a new trial gets at first; nil: all of it, in one run.
    func firstBudget(of trial: Int) -> Double?
    /// The trial that a new one goes on from; nil where it begins with nothing. Asked before it begins.
    func continuation(of trial: Int) -> Continuation?
    /// The configuration of a new trial that goes on from another one's.
    func configuration(of trial: Int, from parent: Configuration) -> Configuration
    /// Whether trials may go on from the checkpoints of others, which are then to be kept at each rung: the last two of a trial.
    var copiesCheckpoints: Bool { get }
    /// Whether nothing is left to begin or to go on with, however many trials there might be.
    var isOver: Bool { get }
    /// What shall become of a running trial, in view of all that was observed. Asked after each of its reports and folds.
    func verdict(on trial: Int) -> PrunerVerdict
    /// A trial that stands at a rung, or was pruned, and is worth going on with now. Asked whenever a slot is free, before a new trial
    /// begins; what is taken up is told with ``PrunerObservation/began(trial:budget:)``.
    func promotion() -> Promotion?
}

extension Pruner {
    public mutating func observe(_ configuration: Configuration, of trial: Int) {}
    public var mayBegin: Bool { true }
    public func firstBudget(of trial: Int) -> Double? { nil }
    public func continuation(of trial: Int) -> Continuation? { nil }
    public func configuration(of trial: Int, from parent: Configuration) -> Configuration { parent }
    public var isOver: Bool { false }
    public var copiesCheckpoints: Bool { false }
    public func verdict(on trial: Int) -> PrunerVerdict { .goOn }
    public func promotion() -> Promotion? { nil }
}

public struct PrunerIdentity: Hashable, Sendable {
    public var name: String
    public var revision: Int

    public init(name: String, revision: Int) {
        self.name = name
        self.revision = revision
    }
}

/// What is pruned: the same for every pruner.
public struct PrunerProblem: Hashable, Sendable {
    /// Number of objectives, all minimised.
    public var objectives: Int
    /// nil where the trainable declares none: reports can be compared, budgets cannot be given.
    public var fidelity: FidelityRange?
    /// Runs of one trial that score different rows.
    public var folds: Int
    /// All randomness follows from it.
    public var seed: UInt64
    /// Trials that will be asked for, where that is known.
    public var trials: Int?
    /// Runs at once, where that is known.
    public var parallel: Int?
    /// nil where only reports are judged.
    public var space: SearchSpace?

    public init(
        objectives: Int = 1, fidelity: FidelityRange? = nil, folds: Int = 1, seed: UInt64 = 0, trials: Int? = nil, parallel: Int? = nil,
        space: SearchSpace? = nil
    ) {
        self.objectives = objectives
        self.fidelity = fidelity
        self.folds = folds
        self.seed = seed
        self.trials = trials
        self.parallel = parallel
        self.space = space
    }
}

/// The least budget that says anything, and the full one; 0 < low <= high.
public struct FidelityRange: Hashable, Sendable {
    public var low: Double
    public var high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }
}

/// What a pruner is told, in the order of a study's events. Losses are minimised, one an objective; one that is not finite is worse than
/// any that is.
public enum PrunerObservation: Hashable, Sendable {
    /// The trial is new, or is taken up again, and runs up to this budget in all; nil: the full one.
    case began(trial: Int, budget: Double?)
    /// Intermediate values of all objectives, of one fold. Steps may come out of order, again, or not at all.
    case reported(trial: Int, fold: Int, step: Int64, losses: [Double])
    /// A fold has run up to the trial's budget.
    case foldEnded(trial: Int, fold: Int, losses: [Double])
    /// All folds have run up to the trial's budget, which is not the full one: it stands there. Means over the folds.
    case reached(trial: Int, budget: Double, losses: [Double])
    case ended(trial: Int, PrunerEnd)
    /// It has kept the others waiting for longer than a person allows; what waits for it waits no more.
    case overdue(trial: Int)
    /// No new trial will begin. What is left is to finish those that deserve it.
    case closing
}

public enum PrunerEnd: Hashable, Sendable {
    /// With the full budget. Means over the folds.
    case complete([Double])
    case pruned
    case failed
    /// For reasons that say nothing about its configuration.
    case cancelled
}

public enum PrunerVerdict: Hashable, Sendable {
    case goOn
    /// Ends the trial; why, in half a sentence for a person: `0.41 at step 9 is above the median of 12 trials, 0.36`.
    case prune(String)
}

/// Where a new trial goes on from: the checkpoint that another one had when it stood at this budget.
public struct Continuation: Hashable, Sendable {
    public var trial: Int
    public var budget: Double

    public init(trial: Int, budget: Double) {
        self.trial = trial
        self.budget = budget
    }
}

/// A trial to take up again.
public struct Promotion: Hashable, Sendable {
    public var trial: Int
    /// In all, what it had included; nil: the full one.
    public var budget: Double?
    /// In half a sentence: `among the best 3 of 9 at 3 epochs`.
    public var reason: String

    public init(trial: Int, budget: Double?, reason: String) {
        self.trial = trial
        self.budget = budget
        self.reason = reason
    }
}
