/// What the engine asks of storage: one ordered, durable log, whose state tables change in the same transaction.
///
/// Sequence numbers are assigned in memory by ``append(_:study:time:)``; commits are strict prefixes of that order, and no
/// event waits more than 10 ms for its group's commit to begin.
public protocol EventStore: AnyObject, Sendable {
    /// A number for a study to be created, never given out before.
    func allocateStudy() -> StudyID

    /// Takes events into the current group and returns the sequence number of the first; the others follow it.
    @discardableResult
    func append(_ payloads: [EventPayload], study: StudyID, time: Int64) -> EventSequence

    /// Calls `body` once all events up to `sequence` are durable, on a queue of the store's own; at once where they are. With
    /// an error where the group's commit failed: the events stay queued and are written when the store can write again.
    func whenDurable(_ sequence: EventSequence, _ body: @escaping @Sendable (StoreError?) -> Void)

    /// Called with every group after its commit, in order, on a queue of the store's own. Set once, before the first append.
    func observeCommits(_ body: @escaping @Sendable ([Event]) -> Void)

    /// nil while commits succeed; what is wrong while they do not. The store tries again by itself.
    var trouble: StoreError? { get }

    var lastSequence: EventSequence { get }

    /// Events appended and not yet durable.
    var pendingCount: Int { get }

    /// Whether the store's last owner closed it, or it is new; false where that process or its machine died.
    var wasClosed: Bool { get }

    // Reads see durable state only.
    func studies() throws(StoreError) -> [StudyRow]
    func study(slug: String) throws(StoreError) -> StudyRow?
    func trials(of study: StudyID, matching query: TrialQuery) throws(StoreError) -> [TrialRow]
    func trial(_ number: Int, of study: StudyID) throws(StoreError) -> TrialRow?
    func attempts(of study: StudyID, trial: Int) throws(StoreError) -> [AttemptRow]
    /// Events after `sequence`, of one study or of all, in order, at most `limit`; fewer where they are large. None only where
    /// there are no more.
    func events(of study: StudyID?, after sequence: EventSequence, limit: Int) throws(StoreError) -> [Event]

    /// Makes everything durable and closes the file.
    func close()
}

public struct StoreError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        case full, readOnly, inputOutput, damaged, newerFormat, locked, networkFileSystem, notFound, other
    }
    public var code: Code
    /// What went wrong, where, and what to do.
    public var message: String
    /// The database's own words.
    public var underlying: String

    public init(code: Code, message: String, underlying: String = "") {
        self.code = code
        self.message = message
        self.underlying = underlying
    }
}
