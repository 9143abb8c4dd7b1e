import GRDB
import TunedRecords
import TunedSpace

/// Writes a group of events and what they change, in one transaction.
///
/// `@unchecked Sendable`: belongs to the writer connection, and is used only inside accesses to it, which are serial.
final class GroupWriter: @unchecked Sendable {
    private let committed: CommittedState

    private let insertExtent: PreparedStatement
    private let insertStudy: PreparedStatement
    private let updateStudy: PreparedStatement
    private let insertTrial: PreparedStatement
    private let updateTrial: PreparedStatement
    private let insertAttempt: PreparedStatement
    private let insertBatch: PreparedStatement
    private let endAttempt: PreparedStatement
    private let updateHead: PreparedStatement

    init(_ database: Database) throws {
        committed = try CommittedState(database)
        insertExtent = try PreparedStatement(database, "INSERT INTO extents (first, study, count, events) VALUES (?, ?, ?, ?)")
        insertStudy = try PreparedStatement(
            database,
            """
            INSERT INTO studies (id, slug, declaration, created_at, created_by, state, reason, stop_rules, changed_at, is_deleted,
                running, complete, pruned, failed, paused, cancelled)
            VALUES (?, ?, ?, ?, ?, 0, '', NULL, 0, 0, 0, 0, 0, 0, 0, 0)
            """)
        updateStudy = try PreparedStatement(
            database,
            """
            UPDATE studies SET state = ?2, reason = ?3, stop_rules = ?4, changed_at = ?5, is_deleted = ?6,
                running = ?7, complete = ?8, pruned = ?9, failed = ?10, paused = ?11, cancelled = ?12, space_changes = ?13,
                test_uses = ?14, replays = ?15
            WHERE id = ?1
            """)
        insertTrial = try PreparedStatement(
            database,
            """
            INSERT INTO trials (id, state, ended_at, value, objectives, step, failure, constraints, configuration, enqueued_by,
                is_external, asked_after, asked_by, started_at, replicate_of, continues, continues_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """)
        updateTrial = try PreparedStatement(
            database,
            """
            UPDATE trials SET state = ?2, ended_at = ?3, value = ?4, objectives = ?5, step = ?6, failure = ?7, constraints = ?8
            WHERE id = ?1
            """)
        insertAttempt = try PreparedStatement(
            database,
            """
            INSERT INTO attempts (trial, purpose, fold, repeat, segment, attempt, ended_by, started_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET ended_by = coalesce(ended_by, excluded.ended_by)
            """)
        insertBatch = try PreparedStatement(
            database,
            """
            INSERT INTO batches (id, count, event, started_at, ended_at, complete, pruned, failed, cancelled, lowest, highest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        endAttempt = try PreparedStatement(
            database,
            """
            UPDATE attempts SET ended_by = ?7
            WHERE trial = ?1 AND purpose = ?2 AND fold = ?3 AND repeat = ?4 AND segment = ?5 AND attempt = ?6 AND ended_by IS NULL
            """)
        updateHead = try PreparedStatement(database, "UPDATE head SET last_sequence = ?, last_study = max(last_study, ?)")
    }

    /// Returns once the group is durable. On an error nothing of it is written.
    func write(_ events: [Event], to database: Database) throws {
        guard let last = events.last else { return }
        var changes = GroupChanges(since: committed, in: database)
        try database.inTransaction(.immediate) {
            try StateFold.apply(events, to: &changes)
            for extent in EventExtent.divide(events) { try write(extent) }
            for (id, study) in changes.studies where study.isChanged { try write(study, id) }
            for batch in changes.batches { try write(batch) }
            for trial in changes.trials { try write(trial, in: database) }
            for attempt in changes.attempts { try write(attempt) }
            try updateHead.bind(1, last.sequence)
            try updateHead.bind(2, changes.studies.filter { $0.value.created != nil }.keys.max()?.rawValue ?? 0)
            try updateHead.run()
            return .commit
        }
        committed.adopt(changes)
    }

    /// Forgets a study that was purged.
    func forget(_ id: StudyID) { committed.forget(id) }

    private func write(_ extent: EventExtent) throws(DatabaseError) {
        try insertExtent.bind(1, extent.first)
        try insertExtent.bind(2, extent.study.rawValue)
        try insertExtent.bind(3, Int64(extent.count))
        try insertExtent.bind(4, extent.bytes)
        try insertExtent.run()
    }

    private func write(_ study: GroupChanges.Study, _ id: StudyID) throws(DatabaseError) {
        if let created = study.created {
            try insertStudy.bind(1, id.rawValue)
            try insertStudy.bind(2, created.slug)
            try insertStudy.bind(3, created.declaration)
            try insertStudy.bind(4, created.at)
            try insertStudy.bind(5, created.by)
            try insertStudy.run()
        }
        let progress = study.progress
        try updateStudy.bind(1, id.rawValue)
        try updateStudy.bind(2, Int64(progress.state.rawValue))
        try updateStudy.bind(3, progress.reason)
        if let rules = progress.stopRules { try updateStudy.bind(4, rules) } else { try updateStudy.bindNull(4) }
        try updateStudy.bind(5, progress.changedAt)
        try updateStudy.bind(6, Int64(progress.isDeleted ? 1 : 0))
        let counts = progress.counts
        let numbers = [counts.running, counts.complete, counts.pruned, counts.failed, counts.paused, counts.cancelled]
        for (index, number) in numbers.enumerated() { try updateStudy.bind(7 + Int32(index), Int64(number)) }
        if progress.spaceChanges.isEmpty { try updateStudy.bindNull(13) } else { try updateStudy.bind(13, progress.spaceChanges.text) }
        if progress.testUses.isEmpty { try updateStudy.bindNull(14) } else { try updateStudy.bind(14, progress.testUses.encoded) }
        if progress.replays.isEmpty { try updateStudy.bindNull(15) } else { try updateStudy.bind(15, progress.replays.encoded) }
        try updateStudy.run()
    }

    private func write(_ trial: GroupChanges.Trial, in database: Database) throws(DatabaseError) {
        try write(trial)
        guard trial.asked == nil, database.changesCount == 0,
            let packed = try BatchReader(database).batch(of: trial.key)
        else { return }
        // A trial of a batch has no row to be changed; from now on it has one.
        let asked = packed.batch.asked(trial.key.number)
        try write(
            GroupChanges.Trial(key: trial.key, asked: (asked, packed.event, packed.batch.startedAt), progress: trial.progress))
    }

    private func write(_ entry: GroupChanges.Batch) throws(DatabaseError) {
        try insertBatch.bind(1, entry.first.row)
        try insertBatch.bind(2, Int64(entry.batch.count))
        try insertBatch.bind(3, entry.by)
        try insertBatch.bind(4, entry.batch.startedAt)
        try insertBatch.bind(5, entry.at)
        let counts = entry.batch.counts
        let numbers = [counts.complete, counts.pruned, counts.failed, counts.cancelled]
        for (index, number) in numbers.enumerated() { try insertBatch.bind(6 + Int32(index), Int64(number)) }
        let values = entry.batch.values.filter { !$0.isNaN }
        try insertBatch.bind(10, values.min())
        try insertBatch.bind(11, values.max())
        try insertBatch.run()
    }

    private func write(_ trial: GroupChanges.Trial) throws(DatabaseError) {
        let statement = trial.asked == nil ? updateTrial : insertTrial
        let progress = trial.progress
        try statement.bind(1, trial.key.row)
        try statement.bind(2, Int64(progress.state.rawValue))
        try statement.bind(3, progress.endedAt)
        try statement.bind(4, progress.state == .failed ? nil : progress.values.first)
        if progress.values.isEmpty {
            try statement.bindNull(5)
        } else {
            try statement.bind(5, TrialValues.encode(progress.values))
        }
        try statement.bind(6, progress.step)
        if let failure = progress.failure {
            var writer = BinaryWriter(reserving: 128)
            failure.encode(into: &writer)
            try statement.bind(7, writer.bytes)
        } else {
            try statement.bindNull(7)
        }
        if progress.constraints.isEmpty {
            try statement.bindNull(8)
        } else {
            var writer = BinaryWriter(reserving: 128)
            writer.write(constraints: progress.constraints)
            try statement.bind(8, writer.bytes)
        }
        if let (asked, by, at) = trial.asked {
            var writer = BinaryWriter(reserving: 12 * asked.configuration.count)
            asked.configuration.encode(into: &writer)
            try statement.bind(9, writer.bytes)
            if case .enqueued(let sequence) = asked.origin {
                try statement.bind(10, sequence)
            } else {
                try statement.bindNull(10)
            }
            try statement.bind(11, Int64(asked.isExternal ? 1 : 0))
            try statement.bind(12, asked.askedAfter)
            try statement.bind(13, by)
            try statement.bind(14, at)
            if case .replicate(let trial) = asked.origin { try statement.bind(15, Int64(trial)) } else { try statement.bindNull(15) }
            if case .continued(let trial, let budget) = asked.origin {
                try statement.bind(16, Int64(trial))
                try statement.bind(17, budget)
            } else {
                try statement.bindNull(16)
                try statement.bindNull(17)
            }
        }
        try statement.run()
    }

    private func write(_ attempt: GroupChanges.Attempt) throws(DatabaseError) {
        let statement = attempt.startedBy == nil ? endAttempt : insertAttempt
        let key = attempt.key
        try statement.bind(1, key.trial.row)
        try statement.bind(2, Int64(key.run.purpose.rawValue))
        try statement.bind(3, Int64(key.run.fold))
        try statement.bind(4, Int64(key.run.repeat))
        try statement.bind(5, Int64(key.run.segment))
        try statement.bind(6, Int64(key.attempt))
        try statement.bind(7, attempt.endedBy)
        if let startedBy = attempt.startedBy { try statement.bind(8, startedBy) }
        try statement.run()
    }
}
