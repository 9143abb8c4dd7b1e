import Dispatch
import Synchronization
import TunedRecords

/// Group commit: gives events their numbers, and has them written in groups, in order.
///
/// A commit takes everything that is there; what arrives meanwhile makes the next group. It begins at once where somebody waits
/// for it, or where the store was idle. Otherwise, under a steady stream of events, commits keep a small distance from each
/// other: each costs a good part of a millisecond however little it holds. Without events nothing runs, not even a timer.
final class Committer: Sendable {
    private struct Waiter {
        let sequence: EventSequence
        let body: @Sendable (StoreError?) -> Void
    }

    private struct State {
        var pending: [Event] = []
        /// When the first of the pending events came, in monotonic seconds; nil after a failed commit.
        var pendingSince: Double?
        var last: EventSequence
        var durable: EventSequence
        /// Whether a commit is under way, about to begin, or to be tried again.
        var isActive = false
        /// Begins the commit that keeps its distance; set only while it does.
        var gathering: (any ScheduledAction)?
        /// When the last commit began, in monotonic seconds.
        var lastBegin = -Double.infinity
        var isClosed = false
        var trouble: StoreError?
        var waiters: [Waiter] = []
        var observer: (@Sendable ([Event]) -> Void)?
        var statistics = CommitStatistics()
    }

    private let state: Mutex<State>
    private let clock: any TimeSource
    private let write: @Sendable ([Event]) throws(StoreError) -> Void
    /// Commits run here, and whatever else must not run beside them.
    let queue = DispatchQueue(label: "tuned.storage.commit")
    /// Observers and waiters are called here, so that they hold up no commit.
    private let delivery = DispatchQueue(label: "tuned.storage.delivery")

    /// Seconds from the begin of one commit to that of the next, where nobody waits. Far enough below the 10 ms that no event
    /// may wait.
    private static let distance = 0.004
    /// Seconds between a failed commit and the next try.
    private static let retryDelay = 1.0

    /// - Parameter write: makes a group durable, or throws and leaves nothing of it behind.
    init(
        after sequence: EventSequence, clock: any TimeSource, write: @escaping @Sendable ([Event]) throws(StoreError) -> Void
    ) {
        state = Mutex(State(last: sequence, durable: sequence))
        self.clock = clock
        self.write = write
    }

    var lastSequence: EventSequence { state.withLock { $0.last } }
    var pendingCount: Int { state.withLock { Int($0.last - $0.durable) } }
    var trouble: StoreError? { state.withLock { $0.trouble } }

    var statistics: CommitStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.pending = Int(state.last - state.durable)
            return statistics
        }
    }

    func append(_ payloads: [EventPayload], study: StudyID, time: Int64) -> EventSequence {
        let now = clock.monotonicSeconds()
        return state.withLock { state in
            let first = state.last + 1
            guard !state.isClosed, !payloads.isEmpty else { return first }
            if state.pending.isEmpty { state.pendingSince = now }
            for payload in payloads {
                state.last += 1
                state.pending.append(Event(sequence: state.last, study: study, time: time, payload: payload))
            }
            if !state.isActive {
                state.isActive = true
                if !keepsDistance(&state, now: now) { queue.async { self.commitAll() } }
            }
            return first
        }
    }

    func whenDurable(_ sequence: EventSequence, _ body: @escaping @Sendable (StoreError?) -> Void) {
        state.withLock { state in
            if sequence <= state.durable {
                delivery.async { body(nil) }
            } else if state.isClosed {
                delivery.async { body(Self.closed) }
            } else {
                state.waiters.append(Waiter(sequence: sequence, body: body))
                if state.gathering != nil { queue.async { self.endGathering() } }
            }
        }
    }

    func observe(_ body: @escaping @Sendable ([Event]) -> Void) {
        state.withLock { $0.observer = body }
    }

    /// Writes what is pending, if it can be written, and calls everybody who waits. Not to be called from the store's queues.
    ///
    /// - Returns: whether all events are durable.
    func close() -> Bool {
        state.withLock { $0.isClosed = true }
        queue.sync {
            stopGathering()
            commitAll()
        }
        let isComplete = state.withLock { state in
            let left = state.waiters
            state.waiters = []
            let error = state.trouble ?? Self.closed
            delivery.async { for waiter in left { waiter.body(error) } }
            return state.pending.isEmpty
        }
        delivery.sync {}
        return isComplete
    }

    private static let closed = StoreError(code: .other, message: "The store is closed; the daemon is shutting down.")

    /// Plans the next commit for later where that is due; the caller begins it otherwise.
    private func keepsDistance(_ state: inout State, now: Double) -> Bool {
        let wait = state.lastBegin + Self.distance - now
        guard wait > 0, state.waiters.isEmpty, !state.isClosed else { return false }
        state.gathering = clock.schedule(after: wait) { [weak self] in
            guard let self else { return }
            self.queue.async { self.endGathering() }
        }
        return true
    }

    // MARK: On the queue

    private func endGathering() {
        if stopGathering() { commitAll() }
    }

    /// Returns whether there was a commit that kept its distance: its timer and those who wait may both call for it.
    @discardableResult
    private func stopGathering() -> Bool {
        state.withLock { state in
            defer { state.gathering = nil }
            state.gathering?.cancel()
            return state.gathering != nil
        }
    }

    private func commitAll() {
        while let group = takeGroup() {
            let start = clock.monotonicSeconds()
            do throws(StoreError) {
                try write(group)
            } catch {
                return fail(group, error)
            }
            succeed(group, seconds: clock.monotonicSeconds() - start)
        }
    }

    private func takeGroup() -> [Event]? {
        let now = clock.monotonicSeconds()
        return state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isActive = false
                return nil
            }
            if keepsDistance(&state, now: now) { return nil }
            state.lastBegin = now
            if let since = state.pendingSince { state.statistics.longestWait = max(state.statistics.longestWait, now - since) }
            state.pendingSince = nil
            let group = state.pending
            state.pending = []
            state.pending.reserveCapacity(min(group.count, 4096))
            return group
        }
    }

    private func succeed(_ group: [Event], seconds: Double) {
        state.withLock { state in
            state.durable += EventSequence(group.count)
            state.trouble = nil
            state.statistics.groups += 1
            state.statistics.events += group.count
            state.statistics.longestCommit = max(state.statistics.longestCommit, seconds)
            let served = Self.takeWaiters(upTo: state.durable, from: &state)
            let observer = state.observer
            // Under the lock, so that what is delivered keeps the order of the log.
            delivery.async {
                observer?(group)
                for waiter in served { waiter.body(nil) }
            }
        }
    }

    /// Puts the group back before what came meanwhile, and tries again later.
    private func fail(_ group: [Event], _ error: StoreError) {
        let retries = state.withLock { state in
            state.pending = group + state.pending
            state.pendingSince = nil
            state.trouble = error
            state.statistics.failures += 1
            let refused = Self.takeWaiters(upTo: state.durable + EventSequence(group.count), from: &state)
            delivery.async { for waiter in refused { waiter.body(error) } }
            return !state.isClosed
        }
        guard retries else { return }
        _ = clock.schedule(after: Self.retryDelay) { [weak self] in
            guard let self else { return }
            self.queue.async { self.retry() }
        }
    }

    private func retry() {
        guard !state.withLock({ $0.isClosed }) else { return }
        commitAll()
    }

    private static func takeWaiters(upTo sequence: EventSequence, from state: inout State) -> [Waiter] {
        guard !state.waiters.isEmpty else { return [] }
        let served = state.waiters.filter { $0.sequence <= sequence }
        if !served.isEmpty { state.waiters.removeAll { $0.sequence <= sequence } }
        return served
    }
}
