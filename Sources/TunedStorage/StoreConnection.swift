import GRDB
import TunedRecords

/// The open database of a data directory.
///
/// `@unchecked Sendable`: `writer` and `gauge` are touched only inside accesses to the pool's writer connection, which are
/// serial.
final class StoreConnection: @unchecked Sendable {
    private let directory: DataDirectory
    private let pool: DatabasePool
    private let checkpointer: Checkpointer
    private let gauge = LogGauge()
    /// nil once closed: its statements must be gone before their connection.
    private var writer: GroupWriter?
    /// How far numbers had been given out when the file was opened.
    let lastSequence: EventSequence
    let lastStudy: Int64
    let wasClosed: Bool

    init(directory path: String) throws(StoreError) {
        directory = try DataDirectory(path: path)
        (pool, wasClosed) = try StoreFile.open(in: directory)
        checkpointer = Checkpointer(path: directory.database, pool: pool)
        do {
            (writer, lastSequence, lastStudy) = try pool.writeWithoutTransaction { database in
                let row = try Row.fetchOne(database, sql: "SELECT last_sequence, last_study FROM head")
                return (try GroupWriter(database), row?[0] ?? 0, row?[1] ?? 0)
            }
        } catch {
            throw StoreError(error, database: directory.database)
        }
        pool.writeWithoutTransaction { gauge.install(in: $0) }
    }

    /// Returns once the group is durable; on an error nothing of it is written.
    func write(_ group: [Event]) throws(StoreError) {
        let pages = try update { database, writer in
            try writer.write(group, to: database)
            return gauge.pages
        }
        checkpointer.logHasGrown(to: pages)
    }

    /// Removes up to `limit` trials and rows of the log of one deleted study, and the study itself once nothing else is left.
    ///
    /// - Returns: whether there is more to remove.
    func purge(limit: Int) throws(StoreError) -> Bool {
        try update { database, writer in
            let deleted = try Int64.fetchOne(database, sql: "SELECT id FROM studies WHERE is_deleted LIMIT 1")
            guard let id = deleted else { return false }
            let study = StudyID(rawValue: id)
            try database.inTransaction(.immediate) {
                try Purge.step(study, limit: limit, in: database)
                return .commit
            }
            writer.forget(study)
            checkpointer.logHasGrown(to: gauge.pages)
            return try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT * FROM studies WHERE is_deleted)") ?? false
        }
    }

    /// Runs a statement on the writer connection.
    func execute(_ sql: String) throws(StoreError) {
        try update { database, _ in try database.execute(sql: sql) }
    }

    func pragma(_ name: String) throws(StoreError) -> String {
        try update { database, _ in try String.fetchOne(database, sql: "PRAGMA \(name)") ?? "" }
    }

    private func update<Value>(_ body: (Database, GroupWriter) throws -> Value) throws(StoreError) -> Value {
        do {
            return try pool.writeWithoutTransaction { database in
                guard let writer else { throw StoreError(code: .other, message: "\(directory.database) is closed.") }
                return try body(database, writer)
            }
        } catch {
            throw StoreError(error, database: directory.database)
        }
    }

    /// Reads one snapshot of what is committed.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try pool.read(body)
        } catch {
            throw StoreError(error, database: directory.database)
        }
    }

    /// Closes the file and gives the directory up. A file that could not be marked as closed is checked at the next start.
    func close(isComplete: Bool) {
        checkpointer.close()
        pool.writeWithoutTransaction { database in
            guard writer != nil else { return }
            writer = nil
            if isComplete { try? database.execute(sql: "UPDATE head SET is_clean = 1") }
            _ = try? database.checkpoint(.truncate)
            gauge.remove(from: database)
        }
        try? pool.close()
        directory.unlock()
    }
}
