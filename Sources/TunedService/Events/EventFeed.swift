import Synchronization
package import TunedRecords

/// Passes committed events on to those who follow them, without ever waiting for one of them.
///
/// The store calls ``publish(_:)`` with every group after its commit. A follower that falls behind by more than the capacity
/// loses its buffer and is told so; it then reads what it missed from the store.
package final class EventFeed: Sendable {
    private struct State {
        var followers: [UInt64: EventFollower] = [:]
        var nextID: UInt64 = 0
        var last: EventSequence
    }
    private let state: Mutex<State>
    private let capacity: Int

    package init(after sequence: EventSequence, capacity: Int) {
        state = Mutex(State(last: sequence))
        self.capacity = capacity
    }

    /// Called in the order of the commits.
    package func publish(_ events: [Event]) {
        guard let last = events.last else { return }
        let followers = state.withLock { state in
            state.last = last.sequence
            return state.followers.isEmpty ? [] : Array(state.followers.values)
        }
        for follower in followers { follower.offer(events) }
    }

    /// Starts to follow. Events up to the follower's `start` are in the store and not in its buffer; all later ones are in its
    /// buffer, or it learns that they are not.
    package func follow() -> EventFollower {
        state.withLock { state in
            state.nextID += 1
            let follower = EventFollower(id: state.nextID, start: state.last, capacity: capacity)
            state.followers[follower.id] = follower
            return follower
        }
    }

    package func leave(_ follower: EventFollower) {
        state.withLock { state in state.followers[follower.id] = nil }
        follower.end()
    }

    package var followerCount: Int { state.withLock { $0.followers.count } }
}
