import GRDB
import TunedRecords
import TunedSpace

/// A row of the `batches` table.
struct BatchEntry {
    var first: Int
    var count: Int
    var event: EventSequence
    var startedAt: Int64
    var endedAt: Int64
    var counts: TrialCounts
    /// Bounds of the first objective's value; nil where no trial has one.
    var lowest: Double?
    var highest: Double?

    var trials: Range<Int> { first..<first + count }
}

/// Reads batches within one access to a connection.
struct BatchReader {
    private let database: Database

    init(_ database: Database) { self.database = database }

    private static let columns = "id, count, event, started_at, ended_at, complete, pruned, failed, cancelled, lowest, highest"

    /// The batches of a study, in the order of their numbers.
    func entries(of study: StudyID) throws -> [BatchEntry] {
        let statement = try PreparedStatement(
            cachedBy: database, "SELECT \(Self.columns) FROM batches WHERE id BETWEEN ? AND ? ORDER BY id")
        try statement.bind(1, study.trialRows.lowerBound)
        try statement.bind(2, study.trialRows.upperBound)
        var entries: [BatchEntry] = []
        try statement.forEachRow { entries.append(Self.entry($0)) }
        return entries
    }

    /// The batch that a trial lies in; nil where it lies in none.
    func batch(of trial: TrialKey) throws(DatabaseError) -> StoredBatch? {
        do {
            let statement = try PreparedStatement(
                cachedBy: database,
                "SELECT \(Self.columns) FROM batches WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1")
            try statement.bind(1, trial.study.trialRows.lowerBound)
            try statement.bind(2, trial.row)
            guard let entry = try statement.firstRow(Self.entry), entry.trials.contains(trial.number) else { return nil }
            return try load(entry, of: trial.study)
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(error)")
        }
    }

    func load(_ entry: BatchEntry, of study: StudyID) throws -> StoredBatch {
        let event = try EventLogReader(database).event(entry.event, of: study)
        guard case .batchRun(let batch)? = event?.payload, let event, batch.trials == entry.trials else {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT, message: "event \(entry.event) does not hold the trials from \(entry.first) on")
        }
        return StoredBatch(batch: batch, event: event.sequence, time: event.time)
    }

    private static func entry(_ row: PreparedStatement) -> BatchEntry {
        var counts = TrialCounts()
        counts.complete = Int(row.integer(5))
        counts.pruned = Int(row.integer(6))
        counts.failed = Int(row.integer(7))
        counts.cancelled = Int(row.integer(8))
        return BatchEntry(
            first: Int(row.integer(0) & 0xFFFF_FFFF), count: Int(row.integer(1)), event: row.integer(2),
            startedAt: row.integer(3), endedAt: row.integer(4), counts: counts, lowest: row.optionalDouble(9),
            highest: row.optionalDouble(10))
    }
}
