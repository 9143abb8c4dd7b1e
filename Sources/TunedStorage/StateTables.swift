import TunedRecords

/// A trial of the data directory.
struct TrialKey: Hashable, Sendable {
    let study: StudyID
    /// 0 to 2^32 - 1.
    let number: Int

    /// nil for a number that no trial has.
    init?(study: StudyID, number: Int) {
        guard 0...Int(UInt32.max) ~= number else { return nil }
        self.study = study
        self.number = number
    }

    /// The study in the upper half and the number in the lower, so that a study's trials lie together in their order.
    var row: Int64 { study.rawValue << 32 | Int64(number) }
}

/// One attempt at one run of a trial.
struct AttemptKey: Hashable, Sendable {
    var trial: TrialKey
    var run: RunKey
    var attempt: Int
}

/// What of a study changes.
struct StudyProgress: Hashable, Sendable {
    var state = StudyState.running
    var reason = ""
    var changedAt: Int64
    var counts = TrialCounts()
    var stopRules: String?
    var spaceChanges: [SpaceChange] = []
    var testUses: [TestUse] = []
    var replays: [Replay] = []
    var isDeleted = false
    /// Above the numbers of all its trials.
    var nextTrial = 0

    init(changedAt: Int64) { self.changedAt = changedAt }
}

/// What of a trial changes.
struct TrialProgress: Hashable, Sendable {
    var state = TrialState.running
    var values: [Double] = []
    var step: Int64?
    var failure: Failure?
    var constraints: [ConstraintValue] = []
    var endedAt: Int64?

    init() {}

    init(_ ended: TrialEnded, at time: Int64) {
        state = ended.state
        values = ended.values
        step = ended.step
        failure = ended.failure
        constraints = ended.constraints
        endedAt = time
    }
}

/// The tables that ``StateFold`` keeps, in a database or in memory.
protocol StateTables {
    associatedtype Failure: Error

    /// nil for a study that was never created, or is purged.
    mutating func study(_ id: StudyID) throws(Failure) -> StudyProgress?
    mutating func setStudy(_ id: StudyID, _ progress: StudyProgress)
    mutating func insertStudy(
        _ id: StudyID, slug: String, declaration: String, by event: EventSequence, _ progress: StudyProgress)

    /// nil for a trial that was never asked.
    mutating func state(of trial: TrialKey) throws(Failure) -> TrialState?
    mutating func setTrial(_ key: TrialKey, _ progress: TrialProgress)
    mutating func insertTrial(_ key: TrialKey, _ asked: TrialAsked, by event: EventSequence, at time: Int64)

    /// Inserts all trials of a batch, with their attempts. None of them is there.
    mutating func insertBatch(_ first: TrialKey, _ batch: BatchRun, by event: EventSequence, at time: Int64)

    /// Does nothing where the attempt is there.
    mutating func insertAttempt(_ key: AttemptKey, by event: EventSequence)
    /// Does nothing where there is no such attempt, or it has ended.
    mutating func endAttempt(_ key: AttemptKey, by event: EventSequence)
}
