import FoundationEssentials
import GRDB
import Glibc
import TunedRecords

/// Opens the database file of a data directory: creates it whole, refuses what it must not touch, checks what was not closed.
enum StoreFile {
    /// - Returns: the open file, and whether its last owner closed it.
    static func open(in directory: DataDirectory) throws(StoreError) -> (pool: DatabasePool, wasClosed: Bool) {
        let path = directory.database
        if size(of: path) == nil {
            guard (size(of: "\(path)-wal") ?? 0) == 0 else {
                throw .damaged(path, underlying: "the file is missing, while its write-ahead log is there")
            }
            try create(path)
        }
        guard size(of: path) != 0 else { throw .damaged(path, underlying: "the file is empty") }
        do {
            try inspect(path)
            let pool = try DatabasePool(path: path, configuration: configuration())
            try pool.writeWithoutTransaction { database in
                // GRDB takes NORMAL when it turns the write-ahead log on, which may lose the last commits with the power.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                    throw StoreError(code: .other, message: "SQLite does not take synchronous = FULL for \(path).")
                }
            }
            try StoreFormat.migrator.migrate(pool)
            let wasClosed = try pool.writeWithoutTransaction { database in
                let wasClosed = try Bool.fetchOne(database, sql: "SELECT is_clean FROM head") ?? false
                try database.execute(sql: "UPDATE head SET is_clean = 0")
                return wasClosed
            }
            return (pool, wasClosed)
        } catch {
            throw StoreError(error, database: path)
        }
    }

    static func configuration() -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.label = "tuned.storage"
        configuration.busyMode = .timeout(1)
        configuration.maximumReaderCount = 3
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            // KiB a connection: an idle daemon stays small, and a group's pages fit.
            try database.execute(sql: "PRAGMA cache_size = -2048")
            database.add(function: objectiveFunction)
        }
        return configuration
    }

    /// `objective(objectives, index)`: one of a trial's values, NULL where it has none.
    private static let objectiveFunction = DatabaseFunction("objective", argumentCount: 2, pure: true) { arguments in
        guard case .blob(let bytes) = arguments[0].storage, case .int64(let number) = arguments[1].storage else { return nil }
        let index = Int(number)
        let values = TrialValues.decode(Array(bytes))
        return values.indices.contains(index) && !values[index].isNaN ? values[index] : nil
    }

    /// Makes the file under another name and then gives it its own, so that a file by that name is always whole.
    private static func create(_ path: String) throws(StoreError) {
        let draft = "\(path).new"
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) }
        let descriptor = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DataDirectory.failure("cannot create \(draft)", hint: "Check who owns its directory.")
        }
        defer { close(descriptor) }
        do {
            // In the mode that it will be used in: changing the mode later would be a moment at which it is not whole.
            var configuration = configuration()
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: draft, configuration: configuration)
            try StoreFormat.migrator.migrate(queue)
            try queue.close()
        } catch {
            throw StoreError(error, database: draft)
        }
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw DataDirectory.failure("cannot create \(path)", hint: "Check its disk.")
        }
        synchronizeDirectory(of: path)
    }

    /// Makes the new name durable. Where the file system cannot, the name comes with the next of its own commits.
    private static func synchronizeDirectory(of path: String) {
        let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        let descriptor = Glibc.open(String(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Looks at the file without changing it: a database of another program, of a newer daemon, or a damaged one stays as it is.
    private static func inspect(_ path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { database in
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == StoreFormat.applicationID else {
                throw StoreError(
                    code: .other,
                    message: """
                        \(path) is a database of another program. Move it away, or choose another data directory with TUNED_HOME.
                        """)
            }
            let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            guard version <= StoreFormat.version else {
                throw StoreError(
                    code: .newerFormat,
                    message: """
                        \(path) has format \(version); this version of tuned knows formats up to \(StoreFormat.version). \
                        Run the newer version, or choose another data directory with TUNED_HOME.
                        """)
            }
            try check(database, path)
        }
        try queue.close()
    }

    /// Reads the whole file where the last daemon did not close it, and a small one always.
    private static func check(_ database: Database, _ path: String) throws {
        let small = 4 << 20
        let isClean = try Bool.fetchOne(database, sql: "SELECT is_clean FROM head") ?? false
        guard !isClean || (size(of: path) ?? 0) <= small else { return }
        let findings = try String.fetchAll(database, sql: "PRAGMA quick_check(3)")
        guard findings == ["ok"] else { throw StoreError.damaged(path, underlying: findings.joined(separator: "; ")) }
    }

    /// Bytes; nil where there is no such file.
    private static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
