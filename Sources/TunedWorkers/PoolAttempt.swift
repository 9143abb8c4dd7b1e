import Dispatch
import TunedRecords

/// One attempt that a pool's worker makes.
///
/// `@unchecked Sendable`: all that changes is touched on the slot's queue only.
final class PoolAttempt: RunningAttempt, @unchecked Sendable {
    let assignment: AttemptAssignment
    private let slot: SlotGrant
    private let receive: @Sendable (AttemptSignal) -> Void

    /// The worker that makes it. Nil once it has ended.
    var worker: PooledWorker?
    /// Who told it to end, first.
    private(set) var stopReason: StopReason?
    /// Whether its deadline has passed.
    var isPastDeadline = false
    /// When the run was handed to the worker, by the monotonic clock.
    var startedAt = 0.0

    init(_ assignment: AttemptAssignment, in slot: SlotGrant, _ receive: @escaping @Sendable (AttemptSignal) -> Void) {
        self.assignment = assignment
        self.slot = slot
        self.receive = receive
    }

    func stop(_ reason: StopReason) {
        slot.queue.async {
            guard let worker = self.worker, self.stopReason == nil else { return }
            self.stopReason = reason
            worker.stopCurrent()
        }
    }

    /// On the slot's queue.
    func report(_ reports: [MetricReport]) {
        if !reports.isEmpty { receive(.reports(reports)) }
    }

    /// On the slot's queue; once.
    func end(_ outcome: AttemptOutcome, log: String) {
        worker = nil
        receive(.ended(outcome, log: log))
    }
}
