import CTunedPlugin
import Glibc
import Synchronization

/// Where the checkpoints of a check are kept.
enum CheckCheckpoints {
    /// Checkpoints of one run whose bytes are kept.
    private static let kept = 3
    /// Bytes that one write may have.
    static let sizeLimit: UInt64 = 1 << 30
    /// Where a committed checkpoint goes so that another process can restore it; nil: nowhere. `nonisolated(unsafe)`: set once,
    /// before the run that uses it.
    nonisolated(unsafe) static var file: String?

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

// MARK: tuned.checkpoint/1

func checkBegin(_ trial: UnsafePointer<tuned_trial>?, _ step: Int64) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    found.state.withLock { $0.pending = (step, []) }
    return TUNED_OK
}

func checkWrite(_ trial: UnsafePointer<tuned_trial>?, _ bytes: UnsafeRawPointer?, _ count: UInt64) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    guard count <= CheckCheckpoints.sizeLimit, bytes != nil || count == 0 else {
        found.note(.checkpointOrder, "write of \(count) bytes\(bytes == nil ? " from NULL" : "")")
        return TUNED_FAILED
    }
    let isBegun = found.state.withLock { state in
        guard state.pending != nil else { return false }
        state.pending?.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        return true
    }
    if !isBegun { found.note(.checkpointOrder, "write without begin") }
    return isBegun ? TUNED_OK : TUNED_FAILED
}

func checkCommit(_ trial: UnsafePointer<tuned_trial>?) -> Int32 {
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

func checkRestore(_ trial: UnsafePointer<tuned_trial>?, _ step: UnsafeMutablePointer<Int64>?) -> Int32 {
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

func checkRead(_ trial: UnsafePointer<tuned_trial>?, _ bytes: UnsafeMutableRawPointer?, _ count: UInt64) -> Int64 {
    guard let found = CheckTrial.of(trial) else { return Int64(TUNED_FAILED) }
    guard let piece = CheckCheckpoints.next(count, of: found) else {
        found.note(.checkpointOrder, "read without a restore that returned TUNED_OK")
        return Int64(TUNED_FAILED)
    }
    if let bytes { piece.withUnsafeBytes { if let start = $0.baseAddress { memcpy(bytes, start, $0.count) } } }
    return Int64(piece.count)
}
