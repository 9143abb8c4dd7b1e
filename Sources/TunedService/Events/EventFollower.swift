import Synchronization
package import TunedRecords

/// One client's place in an ``EventFeed``: a bounded buffer, and a bell that rings when there is something to do.
package final class EventFollower: Sendable {
    /// What a client has to do next.
    package enum Signal: Sendable {
        /// Events in the order of the log, of all studies.
        case events([Event])
        /// More came than the buffer holds; they are in the store.
        case overflow
        /// Nothing happened for a while: show that the connection lives.
        case heartbeat
    }
    private struct State {
        var groups: [[Event]] = []
        var count = 0
        var hasOverflowed = false
        var isHeartbeatDue = false
        /// Heartbeats since the client last came for something.
        var missed = 0
    }
    package let id: UInt64
    /// The last event that was committed before this follower came.
    package let start: EventSequence
    private let capacity: Int
    private let state = Mutex(State())
    private let bell: AsyncStream<Void>
    private let rope: AsyncStream<Void>.Continuation

    init(id: UInt64, start: EventSequence, capacity: Int) {
        self.id = id
        self.start = start
        self.capacity = capacity
        (bell, rope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func offer(_ events: [Event]) {
        state.withLock { state in
            guard !state.hasOverflowed else { return }
            let weight = events.reduce(0) { $0 + $1.payload.weight }
            if state.count + weight > capacity {
                state.groups = []
                state.count = 0
                state.hasOverflowed = true
            } else {
                state.groups.append(events)
                state.count += weight
            }
        }
        rope.yield()
    }

    /// - Returns: How many heartbeats in a row the client has not taken.
    package func beat() -> Int {
        let missed = state.withLock { state in
            state.isHeartbeatDue = true
            state.missed += 1
            return state.missed
        }
        rope.yield()
        return missed
    }

    /// Ends the loop over ``next()``.
    package func end() { rope.finish() }

    /// Waits for something to do; nil when the feed or the client has ended. One caller at a time.
    package func next() async -> Signal? {
        if let signal = take() { return signal }
        for await _ in bell {
            if let signal = take() { return signal }
        }
        return nil
    }

    private func take() -> Signal? {
        state.withLock { state in
            state.missed = 0
            if state.hasOverflowed {
                state.hasOverflowed = false
                return .overflow
            }
            if !state.groups.isEmpty {
                let events = state.groups.count == 1 ? state.groups[0] : state.groups.flatMap { $0 }
                state.groups = []
                state.count = 0
                return .events(events)
            }
            if state.isHeartbeatDue {
                state.isHeartbeatDue = false
                return .heartbeat
            }
            return nil
        }
    }
}

extension EventPayload {
    /// How many events it stands for.
    fileprivate var weight: Int {
        if case .batchRun(let batch) = self { 4 * batch.count } else { 1 }
    }
}
