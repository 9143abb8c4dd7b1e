import Synchronization
import TunedRecords

/// A clock that stands still until a test moves it.
final class ManualClock: TimeSource {
    private struct Planned {
        var id: Int
        var at: Double
        var action: @Sendable () -> Void
    }
    private struct State {
        var now = 0.0
        var planned: [Planned] = []
        var next = 0
    }
    private let state = Mutex(State())

    private struct Handle: ScheduledAction {
        let clock: ManualClock
        let id: Int

        func cancel() { clock.state.withLock { $0.planned.removeAll { $0.id == id } } }
    }

    func monotonicSeconds() -> Double { state.withLock(\.now) }

    func wallMilliseconds() -> Int64 { Int64(monotonicSeconds() * 1000) }

    func schedule(after seconds: Double, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        state.withLock { state in
            state.next += 1
            state.planned.append(Planned(id: state.next, at: state.now + seconds, action: action))
            return Handle(clock: self, id: state.next)
        }
    }

    /// Moves time, and calls what became due, in order.
    func advance(by seconds: Double) {
        let target = state.withLock { $0.now + seconds }
        while let due = next(before: target) { due() }
        state.withLock { $0.now = target }
    }

    private func next(before target: Double) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let index = state.planned.indices.min(by: { state.planned[$0].at < state.planned[$1].at }),
                state.planned[index].at <= target
            else { return nil }
            let due = state.planned.remove(at: index)
            state.now = max(state.now, due.at)
            return due.action
        }
    }
}
