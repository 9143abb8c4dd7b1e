import Glibc

/// The steps by which an attempt that should end is ended: it is told; after a grace time its processes get SIGTERM; after
/// another, SIGKILL.
struct EndLadder {
    private let grace: Double
    private var nextStep: Double?
    private var signals: [Int32] = []

    init(grace: Double) { self.grace = grace }

    /// The attempt has been told.
    mutating func start(at now: Double) {
        guard nextStep == nil else { return }
        nextStep = now + grace
        signals = [SIGTERM, SIGKILL]
    }

    /// The signal that is due at `now`, if any.
    mutating func step(at now: Double) -> Int32? {
        guard let due = nextStep, now >= due, !signals.isEmpty else { return nil }
        nextStep = now + grace
        return signals.removeFirst()
    }

    mutating func reset() {
        nextStep = nil
        signals = []
    }
}
