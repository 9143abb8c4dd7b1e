import CTunedWorker
import TunedRecords

/// What the end of a worker's process says of the attempt that it was making.
enum ExitVerdict {
    /// - Parameters:
    ///   - memory: bytes that the process was allowed; 0: no limit.
    ///   - plugin: path of the library that it ran.
    ///   - isOpening: it had not finished loading its plugin.
    ///   - openDeadline: the seconds for that, where they had passed.
    static func outcome(
        of exit: WorkerExit, memory: UInt64, plugin: String, _ reasons: EndingReasons, isOpening: Bool, openDeadline: Double?
    ) -> AttemptOutcome {
        if let deadline = reasons.deadline { return .failed(Failure(missed: deadline)) }
        if let stop = reasons.stop { return .stopped(reason: stop) }
        if isOpening, let openDeadline {
            let message = "loading the plugin and its create did not end within \(openDeadline) s"
            return .failed(Failure(kind: .load, message: message))
        }
        if exit.phase == UInt32(TUNED_PHASE_IDLE), exit.violation == nil, !isOpening {
            let message = "the worker ended between runs, before this one began"
            return .failed(Failure(kind: .lost, message: message, detail: CrashReport(exit, memory: memory, plugin: plugin).failure.message))
        }
        var failure = CrashReport(exit, memory: memory, plugin: plugin).failure
        if isOpening, failure.kind == .crashed || failure.kind == .exited {
            failure = Failure(
                kind: .load, message: "the plugin could not be loaded: \(failure.message)", detail: failure.detail)
        }
        return .failed(failure)
    }
}
