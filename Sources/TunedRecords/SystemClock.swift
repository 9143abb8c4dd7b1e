import Dispatch
import Glibc

/// The machine's own clocks.
public struct SystemClock: TimeSource {
    private let queue = DispatchQueue(label: "tuned.clock")

    public init() {}

    public func monotonicSeconds() -> Double { Self.read(CLOCK_MONOTONIC) }

    public func wallMilliseconds() -> Int64 { Int64(Self.read(CLOCK_REALTIME) * 1000) }

    public func schedule(after seconds: Double, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        let item = DispatchWorkItem(block: action)
        queue.asyncAfter(deadline: .now() + max(0, seconds), execute: item)
        return DispatchAction(item: item)
    }

    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }
}

/// `DispatchWorkItem` may be cancelled from any thread; it is only not marked so.
private struct DispatchAction: ScheduledAction, @unchecked Sendable {
    let item: DispatchWorkItem

    func cancel() { item.cancel() }
}
