import TunedRecords

/// Requests of one study that ask for the same with the same priority, first come, first served. Since either all of them
/// fit or none, the scheduler looks at lanes and never at the whole queue.
struct WaitingLane {
    /// What the requests of a lane have in common.
    struct Key: Hashable {
        let study: StudyID
        let priority: Int
        let resources: ResourceRequest
    }

    struct Entry {
        let id: UInt64
        let request: SlotRequest
        /// Monotonic seconds.
        let since: Double
        let grant: @Sendable (SlotGrant) -> Void
    }

    /// In order of arrival; nil where one was withdrawn. The first is never nil.
    private var entries: [Entry?] = []
    private var first = 0
    /// Number of entries that were dropped from the front of the array: a position counts from the lane's beginning.
    private var dropped = 0
    private(set) var count = 0
    /// Monotonic seconds: when the lane was last served.
    private var served = -Double.infinity

    var head: Entry? { first < entries.count ? entries[first] : nil }

    /// Since when the lane has waited for its next grant, in monotonic seconds.
    var waitingSince: Double { max(served, head?.since ?? served) }

    /// Appends an entry; the position by which to withdraw it.
    mutating func append(_ entry: Entry) -> Int {
        entries.append(entry)
        count += 1
        return dropped + entries.count - 1
    }

    mutating func withdraw(at position: Int) {
        entries[position - dropped] = nil
        count -= 1
        skipWithdrawn()
    }

    mutating func removeFirst(at now: Double) -> Entry? {
        guard let entry = head else { return nil }
        entries[first] = nil
        count -= 1
        served = now
        skipWithdrawn()
        return entry
    }

    /// The waiting entries in order.
    var waiting: some Sequence<Entry> { entries[first...].lazy.compactMap { $0 } }

    private mutating func skipWithdrawn() {
        while first < entries.count && entries[first] == nil { first += 1 }
        // Half of the array each time, so that an entry is moved twice at most on average.
        if first >= 32 && first * 2 >= entries.count {
            entries.removeFirst(first)
            dropped += first
            first = 0
        }
    }
}
