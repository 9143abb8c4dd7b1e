import GRDB
import TunedRecords

/// Reads the trials of a study, some of which lie in batches, as if each had a row of its own. Within one access to a
/// connection.
///
/// A trial of a batch that has a row too is what the row says.
struct TrialReader {
    private let database: Database
    private let study: StudyID
    private let query: TrialQuery
    private let order: TrialOrder

    init(_ database: Database, _ study: StudyID, _ query: TrialQuery) {
        self.database = database
        self.study = study
        self.query = query
        order = TrialOrder(query)
    }

    func trials() throws -> [TrialRow] {
        let entries = try BatchReader(database).entries(of: study)
        if entries.isEmpty { return try rows() }
        var reader = PackedTrialReader(database, study, query, entries, own: try ownTrials())
        return try reader.trials()
    }

    /// Where every trial has a row, the database sorts and counts.
    private func rows() throws -> [TrialRow] {
        let statement = try PreparedStatement(cachedBy: database, TrialColumns.select(query))
        let rows = study.trialRows
        try statement.bind(1, rows.lowerBound)
        try statement.bind(2, rows.upperBound)
        try statement.bind(3, Int64(query.limit ?? -1))
        try statement.bind(4, Int64(query.offset))
        var trials: [TrialRow] = []
        try statement.forEachRow { trials.append(try TrialColumns.row($0)) }
        return trials
    }

    /// The trials that have rows, in the order of their numbers.
    private func ownTrials() throws -> [PackedTrialReader.Own] {
        let statement = try PreparedStatement(
            cachedBy: database,
            "SELECT id, state, objectives, started_at, ended_at FROM trials WHERE id BETWEEN ? AND ? ORDER BY id")
        try statement.bind(1, study.trialRows.lowerBound)
        try statement.bind(2, study.trialRows.upperBound)
        var own: [PackedTrialReader.Own] = []
        try statement.forEachRow { row in
            let number = Int(row.integer(0) & 0xFFFF_FFFF)
            let state = UInt8(truncatingIfNeeded: row.integer(1))
            let key = order.key(
                TrialState(rawValue: state) ?? .failed, TrialValues.decode(row.blob(2)), startedAt: row.integer(3), endedAt: row.optionalInteger(4))
            own.append(
                PackedTrialReader.Own(
                    place: TrialOrder.Place(key: key, number: number),
                    isWanted: query.includes(rawState: state)))
        }
        return own
    }
}

extension TrialQuery {
    func includes(rawState: UInt8) -> Bool { states?.contains { $0.rawValue == rawState } ?? true }
}
