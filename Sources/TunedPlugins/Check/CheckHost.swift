import CTunedPlugin
import CTunedWorker
import Glibc
import Synchronization

/// The host that a plugin sees during a check: a `tuned_host` table of any size, minor and set of extensions, which records
/// what the plugin does. One a process: plugins may keep the pointer that they are given first.
///
/// `@unchecked Sendable`: nothing changes after init.
final class CheckHost: @unchecked Sendable {
    /// What the host looks like.
    enum Shape {
        /// As this program's own.
        case ordinary
        /// Of the first release: minor 0, and of the extensions tuned.data/1 alone.
        case older
        /// Its table ends before `extension`.
        case shorter
        /// Of a release to come: longer tables, wider values.
        case newer
        /// As this program's own, without a single extension.
        case bare
    }

    let shape: Shape
    let table: UnsafePointer<tuned_host>
    private let memory: GuardedMemory

    /// Bytes of the host table of the first release: all up to `extension`.
    private static let firstReleaseSize = MemoryLayout<tuned_host>.offset(of: \.extension)! + MemoryLayout<Int>.size
    private static let extraBytes = 64

    init(_ shape: Shape) throws(PluginError) {
        self.shape = shape
        let size =
            switch shape {
            case .ordinary, .bare: MemoryLayout<tuned_host>.size
            case .older: Self.firstReleaseSize
            case .shorter: MemoryLayout<tuned_host>.offset(of: \.extension)!
            case .newer: MemoryLayout<tuned_host>.size + Self.extraBytes
            }
        guard let memory = GuardedMemory(size: size) else {
            throw PluginError(.spawn, "the system has no memory for a check")
        }
        self.memory = memory
        var host = tuned_host(
            size: UInt32(size), abi_minor: UInt32(TUNED_ABI_MINOR), value: checkValue, objective: checkObjective,
            constraint: checkConstraint, report: checkReport, should_stop: checkShouldStop, log: checkLog, fail: checkFail,
            extension: checkExtension)
        switch shape {
        case .ordinary, .bare: break
        case .older, .shorter: host.abi_minor = 0
        case .newer:
            host.abi_minor = UInt32(TUNED_ABI_MINOR) + 7
            memset(memory.start, 0xA5, size)
        }
        withUnsafeBytes(of: host) { memory.start.copyMemory(from: $0.baseAddress!, byteCount: min($0.count, size)) }
        table = UnsafePointer(memory.start.assumingMemoryBound(to: tuned_host.self))
    }

    /// Bytes that this host's structs are longer than the header's.
    var trialExtra: Int { shape == .newer ? CheckTrial.extraBytes : 0 }
    var valueExtra: Int { shape == .newer ? 16 : 0 }

    /// Makes this the host of the process. Before plugin code runs.
    func install() { Self.installed.withLock { $0 = self } }

    private static let installed = Mutex<CheckHost?>(nil)
    fileprivate static var shape: Shape { installed.withLock { $0?.shape ?? .ordinary } }

    // MARK: Calls that lead to no run

    private struct Strays {
        var late = 0
        var first: String?
    }
    private static let strays = Mutex(Strays())

    /// A host function was called after its run had ended.
    static func noteLateCall() { strays.withLock { $0.late += 1 } }

    static func noteStray(_ what: String) { strays.withLock { if $0.first == nil { $0.first = what } } }

    /// Calls since the start of the process.
    static var lateCalls: Int { strays.withLock { $0.late } }
    static var strayCall: String? { strays.withLock { $0.first } }
}

/// What a plugin says inside create, where there is no trial.
final class CheckCreation {
    var said = ""

    /// Runs create; what it says on this thread through a NULL trial arrives here.
    func during(_ create: () -> Int32) -> Int32 {
        tuned_set_calling_context(Unmanaged.passUnretained(self).toOpaque())
        defer { tuned_set_calling_context(nil) }
        return create()
    }

    fileprivate static var current: CheckCreation? {
        tuned_calling_context().map { Unmanaged<CheckCreation>.fromOpaque($0).takeUnretainedValue() }
    }
}

private let textLimit = 4096

private func checkValue(_ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?) -> UnsafePointer<tuned_value>? {
    guard let found = CheckTrial.of(trial), let trial, let name, let values = trial.pointee.values else { return nil }
    for index in found.parameters.parameters.indices {
        guard let known = found.parameters.names[index], strcmp(known, name) == 0 else { continue }
        return (UnsafeRawPointer(values) + index * Int(trial.pointee.value_size)).assumingMemoryBound(to: tuned_value.self)
    }
    return nil
}

private func checkObjective(_ trial: UnsafePointer<tuned_trial>?, _ metric: UInt32, _ value: Double) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    guard metric < found.metricCount else {
        found.note(.unknownMetric, "objective(\(metric), \(value)), where the schema has \(found.metricCount) metrics, from 0")
        return TUNED_FAILED
    }
    found.state.withLock { $0.outcome.metrics[Int(metric)] = value }
    return TUNED_OK
}

private func checkConstraint(
    _ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?, _ value: Double
) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    guard let name = PluginText.read(name, limit: 128), !name.isEmpty else {
        found.note(.constraintName, "a constraint without a name, or with one longer than 128 bytes")
        return TUNED_FAILED
    }
    if !value.isFinite { found.note(.constraintNotFinite, "the constraint \"\(name)\" is \(value)") }
    return TUNED_OK
}

private func checkReport(_ trial: UnsafePointer<tuned_trial>?, _ metric: UInt32, _ step: Int64, _ value: Double) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    guard metric < found.metricCount else {
        found.note(.unknownMetric, "report(\(metric), \(step), \(value)), where the schema has \(found.metricCount) metrics")
        return TUNED_FAILED
    }
    let (before, mustDie) = found.state.withLock { state -> (Int64?, Bool) in
        let before = state.lastSteps[Int(metric)]
        state.lastSteps[Int(metric)] = step
        state.outcome.lastStep = max(step, state.outcome.lastStep ?? step)
        state.reportCount += 1
        if state.limits.keepsReports, state.outcome.reports.count < CheckTrial.reportLimit {
            state.outcome.reports.append(CurvePoint(metric: metric, step: step, bits: value.bitPattern))
        }
        return (before, state.isKillDue)
    }
    if mustDie { kill(getpid(), SIGKILL) }
    if let before, step <= before { found.note(.stepsNotIncreasing, "step \(step) of metric \(metric) came after step \(before)") }
    if !value.isFinite { found.note(.reportNotFinite, "\(value) at step \(step) of metric \(metric)") }
    return TUNED_OK
}

extension CheckTrial.State {
    /// Whether the process is to be killed at this report or commit.
    var isKillDue: Bool {
        guard let kill = limits.kill, outcome.checkpoints.count >= kill.commits,
            let last = outcome.checkpoints.last
        else { return false }
        return reportCount - last.reports >= kill.reports
    }
}

private func checkShouldStop(_ trial: UnsafePointer<tuned_trial>?) -> Int32 {
    // A thread that outlived its run is told to stop.
    guard let found = CheckTrial.of(trial) else { return 1 }
    return found.state.withLock { state in
        state.outcome.asks += 1
        guard let stopAt = state.stopAt, MonotonicTime.now() >= stopAt else { return 0 }
        state.outcome.wasToldToStop = true
        return 1
    }
}

private func checkLog(_ trial: UnsafePointer<tuned_trial>?, _ level: Int32, _ text: UnsafePointer<CChar>?) {
    if trial != nil, CheckTrial.of(trial) == nil { return }
    var line = PluginText.prefix(text, limit: textLimit)
    if !line.hasSuffix("\n") { line += "\n" }
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

private func checkFail(_ trial: UnsafePointer<tuned_trial>?, _ code: Int32, _ text: UnsafePointer<CChar>?) -> Int32 {
    let said = PluginText.prefix(text, limit: textLimit)
    if trial == nil, let creation = CheckCreation.current {
        if creation.said.isEmpty { creation.said = said }
    } else if let found = CheckTrial.of(trial) {
        found.state.withLock { if $0.outcome.said.isEmpty { $0.outcome.said = said } }
    } else if trial == nil {
        LoadNotes.shared.fail(said)
    }
    return code
}

private func checkExtension(_ id: UnsafePointer<CChar>?) -> UnsafeRawPointer? {
    guard let id else { return nil }
    switch CheckHost.shape {
    case .bare, .shorter: return nil
    case .older: return strcmp(id, TUNED_DATA) == 0 ? CheckExtensions.table(id) : nil
    case .ordinary, .newer: return CheckExtensions.table(id)
    }
}
