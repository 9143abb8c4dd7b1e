import CTunedWorker
import Glibc
import TunedRecords

/// What the end of a worker's process says of the attempt that it was making.
enum ExitVerdict {
    static func outcome(
        of exit: WorkerExit, attempt: PoolAttempt, isOpening: Bool, isTimedOut: Bool, isShuttingDown: Bool,
        memory: UInt64, settings: WorkerSettings
    ) -> AttemptOutcome {
        if isShuttingDown { return .failed(Failure(kind: .lost, message: "the daemon was shut down")) }
        if attempt.isPastDeadline { return .failed(RunVerdict.deadline(attempt)) }
        if let reason = attempt.stopReason { return .stopped(reason: reason) }
        if isOpening, isTimedOut {
            let message = "loading the plugin and its create did not end within \(settings.openDeadline) s"
            return .failed(Failure(kind: .load, message: message))
        }
        var failure = CrashReport(exit, memory: memory).failure
        if isOpening, failure.kind != .protocol, failure.kind != .memory {
            failure = Failure(
                kind: .load, message: "the plugin could not be loaded: \(failure.message)", detail: failure.detail)
        }
        return .failed(failure)
    }
}
