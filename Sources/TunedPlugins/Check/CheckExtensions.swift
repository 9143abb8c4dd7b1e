import CTunedPlugin
import CTunedWorker
import Glibc
import Synchronization

/// The host's extensions during a check.
enum CheckExtensions {
    /// The table of an extension by its id; nil where there is none.
    static func table(_ id: UnsafePointer<CChar>) -> UnsafeRawPointer? {
        tables.first { strcmp($0.id, id) == 0 }?.pointer
    }

    private struct Table: @unchecked Sendable {
        let id: String
        /// `@unchecked Sendable`: nobody writes to what lies there after init.
        let pointer: UnsafeRawPointer

        init<Value: BitwiseCopyable>(_ id: String, _ value: Value) {
            self.id = id
            let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
            memory.initialize(to: value)
            pointer = UnsafeRawPointer(memory)
        }
    }

    private static let tables = [
        Table(TUNED_DATA, tuned_data_extension(size: size(tuned_data_extension.self), reserved: 0, rows: checkRows)),
        Table(
            TUNED_CHECKPOINT,
            tuned_checkpoint_extension(
                size: size(tuned_checkpoint_extension.self), reserved: 0, begin: checkBegin, write: checkWrite,
                commit: checkCommit, restore: checkRestore, read: checkRead)),
        Table(
            TUNED_ARTIFACT,
            tuned_artifact_extension(
                size: size(tuned_artifact_extension.self), reserved: 0, store: checkStore, store_file: checkStoreFile)),
        Table(
            TUNED_RESOURCES,
            tuned_resources_extension(size: size(tuned_resources_extension.self), reserved: 0, get: checkResources)),
        Table(
            TUNED_SCHEDULE,
            tuned_schedule_extension(size: size(tuned_schedule_extension.self), reserved: 0, value: checkScheduled)),
    ]

    private static func size<Value>(_: Value.Type) -> UInt32 { UInt32(MemoryLayout<Value>.size) }

    /// The CPUs that this process may run on. `nonisolated(unsafe)`: nobody writes to them after init.
    nonisolated(unsafe) fileprivate static let cpus: UnsafeBufferPointer<Int32> = {
        let memory = UnsafeMutableBufferPointer<Int32>.allocate(capacity: Int(TUNED_CPU_LIMIT))
        memory.initialize(repeating: 0)
        let count = tuned_affinity_get(0, memory.baseAddress, Int32(memory.count))
        return UnsafeBufferPointer(rebasing: memory[..<max(0, Int(count))])
    }()
}

// MARK: tuned.data/1

private func checkRows(
    _ trial: UnsafePointer<tuned_trial>?, _ part: UInt32, _ indices: UnsafeMutablePointer<UnsafePointer<UInt32>?>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> Int32 {
    guard let found = CheckTrial.of(trial), let indices, let count else { return TUNED_FAILED }
    guard part == TUNED_ROWS_TRAIN || part == TUNED_ROWS_EVALUATE else {
        found.note(.unknownPart, "rows of part \(part)")
        return TUNED_FAILED
    }
    guard let rows = found.rows else { return TUNED_FAILED }
    let part = part == TUNED_ROWS_TRAIN ? rows.train : rows.evaluate
    indices.pointee = part.baseAddress
    count.pointee = UInt64(part.count)
    return TUNED_OK
}

// MARK: tuned.checkpoint/1

private func checkBegin(_ trial: UnsafePointer<tuned_trial>?, _ step: Int64) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    found.state.withLock { $0.pending = (step, []) }
    return TUNED_OK
}

private func checkWrite(_ trial: UnsafePointer<tuned_trial>?, _ bytes: UnsafeRawPointer?, _ count: UInt64) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    let isBegun = found.state.withLock { state in
        guard state.pending != nil else { return false }
        // A loop, not the pointer itself, is what the closure may capture.
        state.pending?.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count)))
        return true
    }
    if !isBegun { found.note(.checkpointOrder, "write without begin") }
    return isBegun ? TUNED_OK : TUNED_FAILED
}

private func checkCommit(_ trial: UnsafePointer<tuned_trial>?) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    let (isBegun, mustDie) = found.state.withLock { state -> (Bool, Bool) in
        guard let pending = state.pending else { return (false, false) }
        state.pending = nil
        CheckCheckpoints.keep(SavedCheckpoint(step: pending.step, bytes: pending.bytes, reports: state.reportCount), in: &state)
        return (true, state.isKillDue)
    }
    if mustDie { kill(getpid(), SIGKILL) }
    if !isBegun { found.note(.checkpointOrder, "commit without begin") }
    return isBegun ? TUNED_OK : TUNED_FAILED
}

private func checkRestore(_ trial: UnsafePointer<tuned_trial>?, _ step: UnsafeMutablePointer<Int64>?) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    let restored = found.state.withLock { state -> Int64? in
        state.outcome.restores += 1
        state.position = state.source.map { _ in 0 }
        return state.source?.step
    }
    guard let restored else { return TUNED_ABSENT }
    step?.pointee = restored
    return TUNED_OK
}

private func checkRead(_ trial: UnsafePointer<tuned_trial>?, _ bytes: UnsafeMutableRawPointer?, _ count: UInt64) -> Int64 {
    guard let found = CheckTrial.of(trial) else { return Int64(TUNED_FAILED) }
    guard let piece = CheckCheckpoints.next(count, of: found) else {
        found.note(.checkpointOrder, "read without a restore that returned TUNED_OK")
        return Int64(TUNED_FAILED)
    }
    if let bytes { piece.withUnsafeBytes { if let start = $0.baseAddress { memcpy(bytes, start, $0.count) } } }
    return Int64(piece.count)
}

/// Where the checkpoints of a check are kept.
enum CheckCheckpoints {
    /// Checkpoints of one run whose bytes are kept.
    private static let kept = 3
    /// Where a committed checkpoint goes so that another process can restore it; nil: nowhere.
    nonisolated(unsafe) static var file: String?  // Set once, before plugin code runs.

    static func keep(_ checkpoint: SavedCheckpoint, in state: inout CheckTrial.State) {
        state.outcome.checkpoints.append(checkpoint)
        let count = state.outcome.checkpoints.count
        if count > kept { state.outcome.checkpoints[count - kept - 1].bytes = [] }
        if let file { CheckFile.write(checkpoint, to: file) }
    }

    /// The next bytes of the checkpoint that is being restored; nil where none is.
    static func next(_ count: UInt64, of trial: CheckTrial) -> ArraySlice<UInt8>? {
        trial.state.withLock { state in
            guard let position = state.position, let source = state.source else { return nil }
            let wanted = min(Int(clamping: count), state.limits.readSize ?? .max, source.bytes.count - position)
            state.position = position + wanted
            state.outcome.bytesRead += wanted
            return source.bytes[position..<position + wanted]
        }
    }
}

// MARK: tuned.artifact/1, tuned.resources/1, tuned.schedule/1

private func checkArtifact(_ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    let text = PluginText.prefix(name, limit: 129)
    let isGood =
        (1...128).contains(text.utf8.count) && !text.hasPrefix(".")
        && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0)) }
    if !isGood { found.note(.artifactName, "the name \"\(text)\"") }
    return isGood ? TUNED_OK : TUNED_FAILED
}

private func checkStore(
    _ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?, _ bytes: UnsafeRawPointer?, _ count: UInt64
) -> Int32 {
    checkArtifact(trial, name)
}

private func checkStoreFile(
    _ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?
) -> Int32 {
    guard let path, access(path, R_OK) == 0 else { return TUNED_FAILED }
    return checkArtifact(trial, name)
}

private func checkResources(_ out: UnsafeMutablePointer<tuned_resources>?) -> Int32 {
    guard let out else { return TUNED_FAILED }
    var answer = tuned_resources()
    answer.cpu_count = UInt32(CheckExtensions.cpus.count)
    answer.cpus = CheckExtensions.cpus.baseAddress
    let room = Int(out.pointee.size)
    answer.size = UInt32(min(room, MemoryLayout<tuned_resources>.size))
    withUnsafeBytes(of: &answer) { UnsafeMutableRawPointer(out).copyMemory(from: $0.baseAddress!, byteCount: min(room, $0.count)) }
    return TUNED_OK
}

private func checkScheduled(
    _ trial: UnsafePointer<tuned_trial>?, _ parameter: UInt32, _ progress: Double, _ value: UnsafeMutablePointer<Double>?
) -> Int32 {
    guard let found = CheckTrial.of(trial), let trial, let values = trial.pointee.values, let value else { return TUNED_FAILED }
    guard parameter < trial.pointee.value_count else {
        found.note(.unknownParameter, "schedule of parameter \(parameter) of \(trial.pointee.value_count)")
        return TUNED_FAILED
    }
    let place = UnsafeRawPointer(values) + Int(parameter) * Int(trial.pointee.value_size)
    value.pointee = place.assumingMemoryBound(to: tuned_value.self).pointee.f64
    return TUNED_OK
}

extension CheckCheckpoints {
    /// A checkpoint of a trainable that the host drives.
    static func save(
        at step: Int64, _ trial: CheckTrial, _ instance: UnsafeMutableRawPointer?,
        _ save: (UnsafeMutableRawPointer?, UnsafePointer<tuned_trial>?) -> Int32
    ) -> Int32 {
        var code = checkBegin(trial.pointer, step)
        if code == TUNED_OK { code = save(instance, trial.pointer) }
        return code == TUNED_OK ? checkCommit(trial.pointer) : code
    }
}
