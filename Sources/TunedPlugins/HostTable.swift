import CTunedPlugin
import CTunedWorker
import Glibc
import TunedRecords
import TunedWire

/// The functions that the host offers to plugins, behind C function pointers.
enum HostTable {
    /// Lives as long as the process, as the ABI promises.
    static var pointer: UnsafePointer<tuned_host> { table.pointer }

    private static let table = Immortal(
        tuned_host(
            size: UInt32(MemoryLayout<tuned_host>.size), abi_minor: UInt32(TUNED_ABI_MINOR), value: hostValue,
            objective: hostObjective, constraint: hostConstraint, report: hostReport, should_stop: hostShouldStop,
            log: hostLog, fail: hostFail, extension: hostExtension))
}

private func hostValue(_ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?) -> UnsafePointer<tuned_value>? {
    guard let trial, let name, let context = TrialContext.of(trial) else { return nil }
    for index in 0..<Int(trial.pointee.value_count) {
        if let known = context.pointee.names[index], strcmp(known, name) == 0 { return trial.pointee.values + index }
    }
    return nil
}

private func hostObjective(_ trial: UnsafePointer<tuned_trial>?, _ metric: UInt32, _ value: Double) -> Int32 {
    guard let context = TrialContext.of(trial), metric < context.pointee.metricCount else { return TUNED_FAILED }
    context.pointee.metrics[Int(metric)] = value
    context.pointee.given[Int(metric)] = true
    return TUNED_OK
}

private func hostConstraint(
    _ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?, _ value: Double
) -> Int32 {
    guard let context = TrialContext.of(trial) else { return TUNED_FAILED }
    // Whoever does not look at what this returns is to find out why a constraint is not there.
    guard let name = PluginText.read(name, limit: ConstraintValue.nameLimit), !name.isEmpty else {
        context.pointee.tell("a constraint was not taken: its name must have 1 to \(ConstraintValue.nameLimit) bytes of UTF-8")
        return TUNED_FAILED
    }
    let notes = context.pointee.notes.takeUnretainedValue()
    guard notes.add(.init(name: name, value: value)) else {
        context.pointee.tell("the constraint \(name) was not taken: a trial has at most \(ConstraintValue.countLimit)")
        return TUNED_FAILED
    }
    return TUNED_OK
}

private func hostReport(_ trial: UnsafePointer<tuned_trial>?, _ metric: UInt32, _ step: Int64, _ value: Double) -> Int32 {
    guard let context = TrialContext.of(trial), metric < context.pointee.metricCount else { return TUNED_FAILED }
    guard context.pointee.isOfBatch else {
        context.pointee.sink.report(metric, step: step, value: value)
        return TUNED_OK
    }
    let notes = context.pointee.notes.takeUnretainedValue()
    return notes.add(MetricReport(metric: Int(metric), step: step, value: value)) ? TUNED_OK : TUNED_FAILED
}

private func hostShouldStop(_ trial: UnsafePointer<tuned_trial>?) -> Int32 {
    // A thread that outlived its run is told to stop.
    guard let context = TrialContext.of(trial) else { return 1 }
    return context.pointee.sink.isToldToStop ? 1 : 0
}

private func hostLog(_ trial: UnsafePointer<tuned_trial>?, _ level: Int32, _ text: UnsafePointer<CChar>?) {
    let descriptor = TrialContext.ofAny(trial)?.pointee.sink.log ?? STDERR_FILENO
    var line =
        switch level {
        case TUNED_LOG_DEBUG: "debug: "
        case TUNED_LOG_WARNING: "warning: "
        case TUNED_LOG_ERROR: "error: "
        default: ""
        }
    line += PluginText.prefix(text, limit: RunNotes.textLimit)
    if !line.hasSuffix("\n") { line += "\n" }
    // One write, so that lines of several threads do not mix.
    line.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
}

private func hostFail(_ trial: UnsafePointer<tuned_trial>?, _ code: Int32, _ text: UnsafePointer<CChar>?) -> Int32 {
    let text = PluginText.prefix(text, limit: RunNotes.textLimit)
    if let context = TrialContext.ofAny(trial) {
        context.pointee.notes.takeUnretainedValue().fail(text)
    } else if trial == nil {
        LoadNotes.shared.fail(text)
    }
    return code
}

private func hostExtension(_ id: UnsafePointer<CChar>?) -> UnsafeRawPointer? {
    guard let id else { return nil }
    return HostExtensions.find(id)
}
