import GRDB
import TunedRecords

/// The state tables as a group of events leaves them, kept in memory until all of the group is seen: a trial that is asked and
/// ends within one group is then written once.
struct GroupChanges: StateTables {
    struct Study {
        /// Set where this group created the study.
        var created: (slug: String, declaration: String, by: EventSequence, at: Int64)?
        var progress: StudyProgress
        var isChanged: Bool
    }
    struct Trial {
        let key: TrialKey
        /// Set where this group asked the trial.
        var asked: (TrialAsked, by: EventSequence, at: Int64)?
        var progress: TrialProgress
    }
    struct Attempt {
        let key: AttemptKey
        var startedBy: EventSequence?
        var endedBy: EventSequence?
    }

    struct Batch {
        let first: TrialKey
        let batch: BatchRun
        let by: EventSequence
        let at: Int64
    }

    private(set) var studies: [StudyID: Study] = [:]
    /// In the order in which the group first touched them.
    private(set) var trials: [Trial] = []
    private(set) var attempts: [Attempt] = []
    /// In the order of the log.
    private(set) var batches: [Batch] = []

    private var trialIndex: [TrialKey: Int] = [:]
    private var attemptIndex: [AttemptKey: Int] = [:]
    private let committed: CommittedState
    private let database: Database

    /// - Parameter database: the writer's, within one access to it.
    init(since committed: CommittedState, in database: Database) {
        self.committed = committed
        self.database = database
    }

    mutating func study(_ id: StudyID) throws(DatabaseError) -> StudyProgress? {
        if let study = studies[id] { return study.progress }
        guard let progress = try committed.study(id) else { return nil }
        studies[id] = Study(progress: progress, isChanged: false)
        return progress
    }

    mutating func setStudy(_ id: StudyID, _ progress: StudyProgress) {
        guard let old = studies[id], old.progress != progress else { return }
        studies[id]?.progress = progress
        studies[id]?.isChanged = true
    }

    mutating func insertStudy(
        _ id: StudyID, slug: String, declaration: String, by event: EventSequence, _ progress: StudyProgress
    ) {
        studies[id] = Study(
            created: (slug, declaration, event, progress.changedAt), progress: progress, isChanged: true)
    }

    func state(of trial: TrialKey) throws(DatabaseError) -> TrialState? {
        if let index = trialIndex[trial] { return trials[index].progress.state }
        for entry in batches.reversed() where entry.first.study == trial.study && entry.batch.trials.contains(trial.number) {
            return entry.batch.end(trial.number).state
        }
        if let state = try committed.state(of: trial) { return state }
        return try BatchReader(database).batch(of: trial)?.batch.end(trial.number).state
    }

    mutating func setTrial(_ key: TrialKey, _ progress: TrialProgress) {
        if let index = trialIndex[key] {
            trials[index].progress = progress
        } else {
            trialIndex[key] = trials.count
            trials.append(Trial(key: key, progress: progress))
        }
    }

    mutating func insertTrial(_ key: TrialKey, _ asked: TrialAsked, by event: EventSequence, at time: Int64) {
        trialIndex[key] = trials.count
        trials.append(Trial(key: key, asked: (asked, event, time), progress: TrialProgress()))
    }

    mutating func insertBatch(_ first: TrialKey, _ batch: BatchRun, by event: EventSequence, at time: Int64) {
        batches.append(Batch(first: first, batch: batch, by: event, at: time))
    }

    mutating func insertAttempt(_ key: AttemptKey, by event: EventSequence) {
        // An end without a start concerns an attempt from before this group, if any; the new start is written after it.
        if let index = attemptIndex[key], attempts[index].startedBy != nil { return }
        attemptIndex[key] = attempts.count
        attempts.append(Attempt(key: key, startedBy: event))
    }

    mutating func endAttempt(_ key: AttemptKey, by event: EventSequence) {
        if let index = attemptIndex[key] {
            if attempts[index].endedBy == nil { attempts[index].endedBy = event }
        } else {
            attemptIndex[key] = attempts.count
            attempts.append(Attempt(key: key, endedBy: event))
        }
    }
}
