public import TunedSpace

/// A study as the store's state table has it.
public struct StudyRow: Hashable, Sendable {
    public var id: StudyID
    public var slug: String
    /// ``StudyDeclaration`` as JSON text.
    public var declaration: String
    public var state: StudyState
    /// Why it is in that state; empty while it runs.
    public var reason: String
    /// Milliseconds since 1970.
    public var createdAt: Int64
    /// Time of the study's last event.
    public var changedAt: Int64
    public var counts: TrialCounts
    /// Sequence number of the event that created it.
    public var createdBy: EventSequence
    /// New stopping rules as JSON text, where they were changed.
    public var stopRules: String?
    /// In their order.
    public var spaceChanges: [SpaceChange]
    /// The leakage ledger: how often its test rows were used, in order.
    public var testUses: [TestUse]
    /// In order.
    public var replays: [Replay]

    public init(
        id: StudyID, slug: String, declaration: String, state: StudyState, reason: String, createdAt: Int64,
        changedAt: Int64, counts: TrialCounts, createdBy: EventSequence, stopRules: String? = nil, spaceChanges: [SpaceChange] = [],
        testUses: [TestUse] = [], replays: [Replay] = []
    ) {
        self.id = id
        self.slug = slug
        self.declaration = declaration
        self.state = state
        self.reason = reason
        self.createdAt = createdAt
        self.changedAt = changedAt
        self.counts = counts
        self.createdBy = createdBy
        self.stopRules = stopRules
        self.spaceChanges = spaceChanges
        self.testUses = testUses
        self.replays = replays
    }
}

extension StudyRow {
    /// Whether a use of its test rows, or a replay, has begun and not ended.
    package var hasOpenRuns: Bool { testUses.contains { $0.result == nil } || replays.contains { $0.result == nil } }
}

/// How many trials of a study are in each state.
public struct TrialCounts: Hashable, Sendable {
    public var running = 0
    public var complete = 0
    public var pruned = 0
    public var failed = 0
    public var paused = 0
    public var cancelled = 0

    public init() {}

    public subscript(state: TrialState) -> Int {
        get {
            switch state {
            case .running: running
            case .complete: complete
            case .pruned: pruned
            case .failed: failed
            case .paused: paused
            case .cancelled: cancelled
            }
        }
        set {
            switch state {
            case .running: running = newValue
            case .complete: complete = newValue
            case .pruned: pruned = newValue
            case .failed: failed = newValue
            case .paused: paused = newValue
            case .cancelled: cancelled = newValue
            }
        }
    }

    public var total: Int { running + complete + pruned + failed + paused + cancelled }
}

/// A trial as the store's state table has it.
public struct TrialRow: Hashable, Sendable {
    public var number: Int
    public var state: TrialState
    public var configuration: Configuration
    public var origin: TrialOrigin
    public var isExternal: Bool
    public var askedAfter: EventSequence
    /// Sequence number of its ``EventPayload/trialAsked(_:)`` event.
    public var askedBy: EventSequence
    /// Objective values, in the study's order.
    public var values: [Double]
    public var step: Int64?
    public var failure: Failure?
    /// As ``TrialEnded/constraints``.
    public var constraints: [ConstraintValue]
    /// Milliseconds since 1970.
    public var startedAt: Int64
    public var endedAt: Int64?

    public init(
        number: Int, state: TrialState, configuration: Configuration, origin: TrialOrigin, isExternal: Bool,
        askedAfter: EventSequence, askedBy: EventSequence, values: [Double], step: Int64?, failure: Failure?,
        constraints: [ConstraintValue] = [], startedAt: Int64, endedAt: Int64?
    ) {
        self.number = number
        self.state = state
        self.configuration = configuration
        self.origin = origin
        self.isExternal = isExternal
        self.askedAfter = askedAfter
        self.askedBy = askedBy
        self.values = values
        self.step = step
        self.failure = failure
        self.constraints = constraints
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    /// As ``TrialEnded/isInfeasible``.
    public var isInfeasible: Bool { state == .failed && failure?.kind == .infeasible && !values.isEmpty }
}

extension TrialRow {
    /// Whether it measures the configuration of another trial again.
    public var isReplicate: Bool { if case .replicate = origin { true } else { false } }
}

/// An attempt as the store's state table has it.
public struct AttemptRow: Hashable, Sendable {
    public var started: AttemptStarted
    /// Milliseconds since 1970.
    public var startedAt: Int64
    public var endedAt: Int64?
    /// nil while it runs.
    public var outcome: AttemptOutcome?
    public var log: String
    /// The record of ``AttemptStarted/environment``, as JSON text.
    public var environment: String

    public init(
        started: AttemptStarted, startedAt: Int64, endedAt: Int64?, outcome: AttemptOutcome?, log: String,
        environment: String
    ) {
        self.started = started
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.log = log
        self.environment = environment
    }
}

/// Which trials to read, and in what order.
public struct TrialQuery: Hashable, Sendable {
    public enum Order: Hashable, Sendable {
        case number
        /// By one objective's value; trials without one come last, and infeasible ones with them.
        case value(objective: Int)
        case duration
    }
    public var states: Set<TrialState>?
    public var order: Order
    public var descending: Bool
    public var limit: Int?
    public var offset: Int

    public init(
        states: Set<TrialState>? = nil, order: Order = .number, descending: Bool = false, limit: Int? = nil, offset: Int = 0
    ) {
        self.states = states
        self.order = order
        self.descending = descending
        self.limit = limit
        self.offset = offset
    }
}
