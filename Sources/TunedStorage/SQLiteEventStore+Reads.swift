import GRDB
public import TunedRecords
import TunedSpace

extension SQLiteEventStore {
    public func studies() throws(StoreError) -> [StudyRow] {
        try connection.read { database in
            let statement = try PreparedStatement(
                cachedBy: database, "SELECT \(StudyColumns.list) FROM studies WHERE NOT is_deleted ORDER BY id")
            var rows: [StudyRow] = []
            try statement.forEachRow { rows.append(StudyColumns.row($0)) }
            return rows
        }
    }

    public func study(slug: String) throws(StoreError) -> StudyRow? {
        try connection.read { database in
            let statement = try PreparedStatement(
                cachedBy: database,
                "SELECT \(StudyColumns.list) FROM studies WHERE slug = ? AND NOT is_deleted ORDER BY id DESC LIMIT 1")
            try statement.bind(1, slug)
            return try statement.firstRow(StudyColumns.row)
        }
    }

    public func trials(of study: StudyID, matching query: TrialQuery) throws(StoreError) -> [TrialRow] {
        try connection.read { database in
            try TrialReader(database, study, query).trials()
        }
    }

    public func trial(_ number: Int, of study: StudyID) throws(StoreError) -> TrialRow? {
        guard let key = TrialKey(study: study, number: number) else { return nil }
        return try connection.read { database in
            let statement = try PreparedStatement(cachedBy: database, "SELECT \(TrialColumns.list) FROM trials WHERE id = ?")
            try statement.bind(1, key.row)
            if let row = try statement.firstRow({ row in Result { try TrialColumns.row(row) } }) { return try row.get() }
            return try BatchReader(database).batch(of: key).map { $0.batch.row(number, by: $0.event, at: $0.time) }
        }
    }

    public func attempts(of study: StudyID, trial: Int) throws(StoreError) -> [AttemptRow] {
        guard let key = TrialKey(study: study, number: trial) else { return [] }
        return try connection.read { database in
            let statement = try PreparedStatement(
                cachedBy: database, "SELECT started_by, ended_by FROM attempts WHERE trial = ? ORDER BY started_by")
            try statement.bind(1, key.row)
            var keys: [(started: EventSequence, ended: EventSequence?)] = []
            try statement.forEachRow { keys.append(($0.integer(0), $0.optionalInteger(1))) }
            let log = EventLogReader(database)
            let rows = try keys.compactMap { try log.attempt(of: study, startedBy: $0.started, endedBy: $0.ended) }
            guard let packed = try BatchReader(database).batch(of: key) else { return rows }
            let environment = try log.environment(packed.batch.environment, of: study)
            return packed.attempts(of: trial, environment, beside: rows)
        }
    }

    public func events(of study: StudyID?, after sequence: EventSequence, limit: Int) throws(StoreError) -> [Event] {
        try connection.read { database in
            try EventLogReader(database).events(of: study, after: sequence, limit: limit)
        }
    }
}
