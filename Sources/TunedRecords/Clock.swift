/// Where time comes from: the machine, or a simulation.
public protocol TimeSource: Sendable {
    /// Seconds of a clock that never goes back and is unaffected by changes of the date.
    func monotonicSeconds() -> Double
    /// Milliseconds since 1970-01-01T00:00:00Z. For records and people only; nothing is decided by it.
    func wallMilliseconds() -> Int64
    /// Calls `action` once, on a queue of the clock's own, when `seconds` have passed.
    func schedule(after seconds: Double, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction
}

/// A call that ``TimeSource/schedule(after:_:)`` has planned.
public protocol ScheduledAction: Sendable {
    /// After this returns the action does not start any more; it may be running.
    func cancel()
}
