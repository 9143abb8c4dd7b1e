/// How group commit has fared since the store was opened.
public struct CommitStatistics: Hashable, Sendable {
    /// Groups made durable.
    public var groups = 0
    /// Events made durable.
    public var events = 0
    /// Commits that failed and were tried again.
    public var failures = 0
    /// The longest that an event waited for its group's commit to begin, in seconds. Waiting while the store could not write at
    /// all is not counted.
    public var longestWait = 0.0
    /// The longest commit, in seconds.
    public var longestCommit = 0.0
    /// Events appended and not yet durable.
    public var pending = 0

    public init() {}
}
