import Synchronization
import TunedRecords

/// Time that passes when a test says so.
final class ManualClock: TimeSource {
    private let now = Mutex(0.0)

    func advance(_ seconds: Double) { now.withLock { $0 += seconds } }

    func monotonicSeconds() -> Double { now.withLock { $0 } }

    func wallMilliseconds() -> Int64 { Int64(monotonicSeconds() * 1000) }

    /// Slots plan no calls.
    func schedule(after seconds: Double, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction { Never() }

    private struct Never: ScheduledAction {
        func cancel() {}
    }
}
