import GRDB
import TunedRecords

/// What the writer must know of the committed state tables to apply the next group. Remembers what it looked up, so that a
/// trial's way is followed without reading its row.
///
/// Belongs to the writer connection, and is used only inside an access to it.
final class CommittedState {
    private var studies: [StudyID: StudyProgress] = [:]
    private var running: Set<TrialKey> = []

    private let selectStudy: PreparedStatement
    private let selectLastTrial: PreparedStatement
    private let selectTrialState: PreparedStatement

    init(_ database: Database) throws {
        selectStudy = try PreparedStatement(database, "SELECT \(StudyColumns.list) FROM studies WHERE id = ?")
        selectLastTrial = try PreparedStatement(
            database,
            """
            SELECT max(last) FROM (SELECT max(id) AS last FROM trials WHERE id BETWEEN ?1 AND ?2
                UNION ALL SELECT max(id + count - 1) FROM batches WHERE id BETWEEN ?1 AND ?2)
            """)
        selectTrialState = try PreparedStatement(database, "SELECT state FROM trials WHERE id = ?")
    }

    func study(_ id: StudyID) throws(DatabaseError) -> StudyProgress? {
        if let known = studies[id] { return known }
        try selectStudy.bind(1, id.rawValue)
        let found = try selectStudy.firstRow { (row: StudyColumns.row($0), isDeleted: StudyColumns.isDeleted($0)) }
        guard let found else { return nil }
        var progress = StudyProgress(changedAt: found.row.changedAt)
        progress.state = found.row.state
        progress.reason = found.row.reason
        progress.counts = found.row.counts
        progress.stopRules = found.row.stopRules
        progress.spaceChanges = found.row.spaceChanges
        progress.testUses = found.row.testUses
        progress.replays = found.row.replays
        progress.isDeleted = found.isDeleted
        let rows = id.trialRows
        try selectLastTrial.bind(1, rows.lowerBound)
        try selectLastTrial.bind(2, rows.upperBound)
        let last = try selectLastTrial.firstRow { $0.optionalInteger(0) } ?? nil
        progress.nextTrial = last.map { Int($0 & 0xFFFF_FFFF) + 1 } ?? 0
        studies[id] = progress
        return progress
    }

    /// nil also for a trial that has no row of its own because it lies in a batch.
    func state(of trial: TrialKey) throws(DatabaseError) -> TrialState? {
        if running.contains(trial) { return .running }
        try selectTrialState.bind(1, trial.row)
        let raw = try selectTrialState.firstRow { $0.integer(0) }
        return raw.flatMap { TrialState(rawValue: UInt8(truncatingIfNeeded: $0)) }
    }

    /// Takes over what a group has changed, once its transaction is committed.
    func adopt(_ changes: GroupChanges) {
        for trial in changes.trials {
            if trial.progress.state == .running { running.insert(trial.key) } else { running.remove(trial.key) }
        }
        for (id, study) in changes.studies where study.isChanged {
            studies[id] = study.progress
            if study.progress.isDeleted { running = running.filter { $0.study != id } }
        }
    }

    /// Forgets a study that was purged.
    func forget(_ id: StudyID) { studies[id] = nil }
}

extension StudyID {
    /// The `id` column of its trials.
    var trialRows: ClosedRange<Int64> { rawValue << 32...(rawValue << 32 | 0xFFFF_FFFF) }
}
