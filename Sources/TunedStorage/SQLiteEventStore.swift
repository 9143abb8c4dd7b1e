import Dispatch
import Synchronization
public import TunedRecords

/// The event log and its state tables in one SQLite file, `tuned.sqlite` of a data directory.
///
/// An acknowledged event survives the daemon's and the machine's death: commits are groups in the log's order, each one
/// transaction with `synchronous = FULL`. The directory belongs to one process at a time, and lies on a local disk. A store
/// that goes away without ``close()`` leaves a file that the next start checks.
public final class SQLiteEventStore: EventStore {
    let connection: StoreConnection
    private let committer: Committer
    private let lastStudy: Mutex<Int64>

    /// Trials or rows of the log that one step of a purge removes.
    private static let purgeStep = 100

    /// Opens the data directory, creating it (mode 0700) and the database (0600) where they are missing.
    ///
    /// - Throws: ``StoreError``: `locked` where another daemon holds the directory, `networkFileSystem`, `damaged`,
    ///   `newerFormat`, or what the system said. An existing database is unchanged then.
    public init(directory: String, clock: any TimeSource) throws(StoreError) {
        let connection = try StoreConnection(directory: directory)
        self.connection = connection
        lastStudy = Mutex(connection.lastStudy)
        committer = Committer(after: connection.lastSequence, clock: clock) { group throws(StoreError) in
            try connection.write(group)
        }
        purgeInBackground()
    }

    public func allocateStudy() -> StudyID {
        lastStudy.withLock { last in
            last += 1
            return StudyID(rawValue: last)
        }
    }

    /// After ``close()`` nothing is taken any more, and ``whenDurable(_:_:)`` says so.
    @discardableResult
    public func append(_ payloads: [EventPayload], study: StudyID, time: Int64) -> EventSequence {
        let first = committer.append(payloads, study: study, time: time)
        if payloads.contains(where: \.isDeletion) {
            committer.whenDurable(first + EventSequence(payloads.count) - 1) { [weak self] error in
                if error == nil { self?.purgeInBackground() }
            }
        }
        return first
    }

    public func whenDurable(_ sequence: EventSequence, _ body: @escaping @Sendable (StoreError?) -> Void) {
        committer.whenDurable(sequence, body)
    }

    public func observeCommits(_ body: @escaping @Sendable ([Event]) -> Void) { committer.observe(body) }

    public var trouble: StoreError? { committer.trouble }

    public var lastSequence: EventSequence { committer.lastSequence }

    public var pendingCount: Int { committer.pendingCount }

    public var wasClosed: Bool { connection.wasClosed }

    public var statistics: CommitStatistics { committer.statistics }

    /// Not to be called from a queue of the store's own.
    public func close() {
        connection.close(isComplete: committer.close())
    }

    // MARK: Deleted studies

    /// Removes up to `limit` trials or rows of the log that deleted studies have left behind.
    ///
    /// - Returns: whether there is more.
    @discardableResult
    public func purgeDeleted(limit: Int) throws(StoreError) -> Bool { try connection.purge(limit: limit) }

    /// Step by step, each behind the commits that have come meanwhile. An error ends it until the next deletion or start.
    private func purgeInBackground() {
        committer.queue.async { [weak self] in
            guard let self, (try? self.purgeDeleted(limit: Self.purgeStep)) == true else { return }
            self.purgeInBackground()
        }
    }

    // MARK: The connection that writes

    /// What one of its settings is (<https://www.sqlite.org/pragma.html>).
    package func pragma(_ name: String) throws(StoreError) -> String { try connection.pragma(name) }

    /// The most that the database file may grow to, in pages of 4 KiB; 0 lifts the limit. A commit that needs more fails as
    /// one on a full disk does.
    public func limitSize(pages: Int) throws(StoreError) {
        // SQLite takes 0 for "leave it as it is"; the number is its largest.
        try connection.execute("PRAGMA max_page_count = \(pages == 0 ? 4_294_967_294 : pages)")
    }
}

extension EventPayload {
    fileprivate var isDeletion: Bool {
        if case .studyDeleted = self { true } else { false }
    }
}
