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

// MARK: tuned.artifact/1, tuned.resources/1, tuned.schedule/1

private func checkArtifact(_ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?) -> Int32 {
    guard let found = CheckTrial.of(trial) else { return TUNED_FAILED }
    let text = PluginText.prefix(name, limit: 129)
    let isGood = (1...128).contains(text.utf8.count) && !text.hasPrefix(".") && text.utf8.allSatisfy(isArtifactByte)
    if !isGood { found.note(.artifactName, "the name \"\(text)\"") }
    return isGood ? TUNED_OK : TUNED_FAILED
}

private func isArtifactByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
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
    guard let found = CheckTrial.of(trial), let trial, let value else { return TUNED_FAILED }
    guard parameter < trial.pointee.value_count else {
        found.note(.unknownParameter, "schedule of parameter \(parameter) of \(trial.pointee.value_count)")
        return TUNED_FAILED
    }
    found.asked(forSchedule: Int(parameter))
    guard let answer = found.parameters.scheduled(Int(parameter), at: progress, in: trial) else { return TUNED_FAILED }
    value.pointee = answer
    return TUNED_OK
}
