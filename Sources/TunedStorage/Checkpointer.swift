import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Moves the write-ahead log into the database file while commits go on.
///
/// SQLite's own automatic checkpoint runs inside the commit that crosses its threshold, which every event behind it then waits
/// for. Here a connection of its own copies the bulk of the pages beside the commits, and the writer connection the small rest,
/// after which the log starts again at its beginning (<https://www.sqlite.org/wal.html#ckpt>).
///
/// `@unchecked Sendable`: `connection` is touched on `queue` only.
final class Checkpointer: @unchecked Sendable {
    private struct State {
        var isRunning = false
        /// Length of the log after the last checkpoint; 0 where it has started again since.
        var done = 0
    }

    private let path: String
    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "tuned.storage.checkpoint")
    private var connection: DatabaseQueue?
    private let state = Mutex(State())

    /// Pages of 4 KiB that the log grows by before it is worth a checkpoint.
    private static let interval = 1_000

    init(path: String, pool: DatabasePool) {
        self.path = path
        self.pool = pool
    }

    /// Called after each commit with the length of the log in pages.
    func logHasGrown(to pages: Int) {
        let starts = state.withLock { state in
            if pages < state.done { state.done = 0 }
            guard !state.isRunning, pages - state.done >= Self.interval else { return false }
            state.isRunning = true
            return true
        }
        guard starts else { return }
        queue.async { self.checkpoint(pages) }
    }

    /// Waits for a checkpoint under way, and closes the connection. No more commits may come.
    func close() {
        queue.sync {
            try? connection?.close()
            connection = nil
        }
    }

    /// A failure is left to the next commits: where the disk fails, they say so.
    private func checkpoint(_ pages: Int) {
        defer {
            state.withLock { state in
                state.isRunning = false
                state.done = pages
            }
        }
        do {
            let connection = try connection ?? DatabaseQueue(path: path, configuration: StoreFile.configuration())
            self.connection = connection
            // The second pass takes what commits added during the first, so that little is left for the writer.
            for _ in 0..<2 { _ = try connection.writeWithoutTransaction { try $0.checkpoint(.passive) } }
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
        } catch {
            return
        }
    }
}

/// The length of the write-ahead log after the writer's last commit.
///
/// Belongs to the writer connection, and is used only inside an access to it.
final class LogGauge {
    private(set) var pages = 0

    /// Takes the place of the automatic checkpoint, which is such a hook itself. The gauge must live as long as the connection
    /// commits.
    func install(in database: Database) {
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                if let context { Unmanaged<LogGauge>.fromOpaque(context).takeUnretainedValue().pages = Int(pages) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func remove(from database: Database) { sqlite3_wal_hook(database.sqliteConnection, nil, nil) }
}
