import GRDB
import TunedRecords
import TunedSpace

/// Reads the log within one access to a connection.
struct EventLogReader {
    private let database: Database

    /// Batches are large events: past so many bytes an answer ends, whatever number of events was asked for.
    private static let byteLimit = 8 << 20

    init(_ database: Database) { self.database = database }

    func events(of study: StudyID?, after sequence: EventSequence, limit: Int) throws -> [Event] {
        guard limit > 0, sequence < .max else { return [] }
        let start = max(sequence, 0) + 1
        // From the row that holds the next event, if one does.
        let filter = study == nil ? "" : "study = ?2 AND "
        let statement = try PreparedStatement(
            cachedBy: database,
            """
            SELECT first, study, count, events FROM extents
            WHERE \(filter)first >= coalesce((SELECT max(first) FROM extents WHERE \(filter)first <= ?1), 0)
            ORDER BY first
            """)
        try statement.bind(1, start)
        if let study { try statement.bind(2, study.rawValue) }
        var events: [Event] = []
        var bytes = 0
        try statement.forEachRow(while: { events.count < limit && bytes < Self.byteLimit }) { row in
            let extent = extent(row)
            bytes += extent.bytes.count
            events += try extent.events(from: start)
        }
        return events.count > limit ? Array(events.prefix(limit)) : events
    }

    /// An attempt from the events that started and ended it.
    func attempt(of study: StudyID, startedBy: EventSequence, endedBy: EventSequence?) throws -> AttemptRow? {
        guard let start = try event(startedBy, of: study), case .attemptStarted(let started) = start.payload else { return nil }
        var row = AttemptRow(
            started: started, startedAt: start.time, endedAt: nil, outcome: nil, log: "", environment: "")
        row.environment = try environment(started.environment, of: study)
        if let endedBy, let end = try event(endedBy, of: study), case .attemptEnded(let ended) = end.payload {
            row.endedAt = end.time
            row.outcome = ended.outcome
            row.log = ended.log
        }
        return row
    }

    /// The record of an event that describes surroundings; "" where it is none.
    func environment(_ sequence: EventSequence, of study: StudyID) throws -> String {
        if case .environmentSeen(let record)? = try event(sequence, of: study)?.payload { record } else { "" }
    }

    func event(_ sequence: EventSequence, of study: StudyID) throws -> Event? {
        let statement = try PreparedStatement(
            cachedBy: database,
            """
            SELECT first, study, count, events FROM extents WHERE study = ? AND first <= ? ORDER BY first DESC LIMIT 1
            """)
        try statement.bind(1, study.rawValue)
        try statement.bind(2, sequence)
        return try statement.firstRow(extent)?.event(sequence)
    }

    private func extent(_ row: PreparedStatement) -> EventExtent {
        EventExtent(
            first: row.integer(0), study: StudyID(rawValue: row.integer(1)), count: Int(row.integer(2)), bytes: row.blob(3))
    }
}
