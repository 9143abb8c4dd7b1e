import Dispatch
import TunedRecords

/// Why an attempt should end, if it should.
struct EndingReasons {
    /// Who told it to, first.
    var stop: StopReason?
    /// Its deadline in seconds, once it has passed.
    var deadline: Double?
}

/// One attempt that a pool's worker makes.
///
/// `@unchecked Sendable`: all that changes is touched on the slot's queue only.
final class PoolAttempt: RunningAttempt, @unchecked Sendable {
    let assignment: AttemptAssignment
    private let slot: SlotGrant
    private let receive: @Sendable (AttemptSignal) -> Void

    /// Passes a stop on to the worker that makes it. Nil once it has ended.
    var onStop: (() -> Void)?
    var reasons = EndingReasons()
    /// When the run was handed to the worker, by the monotonic clock.
    var startedAt = 0.0

    init(_ assignment: AttemptAssignment, in slot: SlotGrant, _ receive: @escaping @Sendable (AttemptSignal) -> Void) {
        self.assignment = assignment
        self.slot = slot
        self.receive = receive
    }

    func stop(_ reason: StopReason) {
        slot.queue.async {
            guard let onStop = self.onStop, self.reasons.stop == nil else { return }
            self.reasons.stop = reason
            onStop()
        }
    }

    /// On the slot's queue.
    func report(_ reports: [MetricReport]) {
        if !reports.isEmpty { receive(.reports(reports)) }
    }

    /// On the slot's queue; once.
    func end(_ outcome: AttemptOutcome, log: String) {
        onStop = nil
        receive(.ended(outcome, log: log))
    }
}
