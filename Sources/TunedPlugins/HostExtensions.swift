import CTunedPlugin
import CTunedWorker
import Glibc

/// What the host offers by id beyond its table.
enum HostExtensions {
    static func find(_ id: UnsafePointer<CChar>) -> UnsafeRawPointer? {
        for (known, table) in tables where strcmp(id, known) == 0 { return table.pointer }
        return nil
    }

    private static let tables: [(String, Address)] = [
        (TUNED_DATA, Address(Immortal(tuned_data_extension(size: size(of: tuned_data_extension.self), reserved: 0, rows: hostRows)))),
        (
            TUNED_CHECKPOINT,
            Address(
                Immortal(
                    tuned_checkpoint_extension(
                        size: size(of: tuned_checkpoint_extension.self), reserved: 0, begin: hostBeginCheckpoint,
                        write: hostWriteCheckpoint, commit: hostCommitCheckpoint, restore: hostRestoreCheckpoint,
                        read: hostReadCheckpoint)))
        ),
        (
            TUNED_ARTIFACT,
            Address(
                Immortal(
                    tuned_artifact_extension(
                        size: size(of: tuned_artifact_extension.self), reserved: 0, store: hostStoreArtifact,
                        store_file: hostStoreArtifactFile)))
        ),
        (
            TUNED_RESOURCES,
            Address(Immortal(tuned_resources_extension(size: size(of: tuned_resources_extension.self), reserved: 0, get: hostResources)))
        ),
        (
            TUNED_SCHEDULE,
            Address(Immortal(tuned_schedule_extension(size: size(of: tuned_schedule_extension.self), reserved: 0, value: hostScheduledValue)))
        ),
    ]

    private static func size<Table>(of _: Table.Type) -> UInt32 { UInt32(MemoryLayout<Table>.size) }

    /// Where a table lies. `@unchecked Sendable`: nobody writes to it.
    private struct Address: @unchecked Sendable {
        let pointer: UnsafeRawPointer

        init<Value: BitwiseCopyable>(_ table: Immortal<Value>) { pointer = UnsafeRawPointer(table.pointer) }
    }
}

/// A constant with an address that stays. `@unchecked Sendable`: nobody writes to it after init.
final class Immortal<Value: BitwiseCopyable>: @unchecked Sendable {
    let pointer: UnsafePointer<Value>

    init(_ value: Value) {
        let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        memory.initialize(to: value)
        pointer = UnsafePointer(memory)
    }
}

// MARK: tuned.data/1

private func hostRows(
    _ trial: UnsafePointer<tuned_trial>?, _ part: UInt32, _ indices: UnsafeMutablePointer<UnsafePointer<UInt32>?>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> Int32 {
    guard let context = TrialContext.of(trial), let indices, let count else { return TUNED_FAILED }
    let rows =
        switch part {
        case TUNED_ROWS_TRAIN: context.pointee.train
        case TUNED_ROWS_EVALUATE: context.pointee.evaluate
        default: nil as UnsafeBufferPointer<UInt32>?
        }
    guard let rows else { return TUNED_FAILED }
    indices.pointee = rows.baseAddress
    count.pointee = UInt64(rows.count)
    return TUNED_OK
}

// MARK: tuned.checkpoint/1 and tuned.artifact/1

/// Does something with the run's files. What goes wrong is told in the trial's log, and as why the call failed.
private func withFiles(
    of trial: UnsafePointer<tuned_trial>?, _ what: String, _ body: (RunFiles) throws(CheckpointError) -> Int32
) -> Int32 {
    guard let context = TrialContext.of(trial) else { return TUNED_FAILED }
    do throws(CheckpointError) {
        return try body(context.pointee.files.takeUnretainedValue())
    } catch {
        context.pointee.tell("\(what): \(error.message)")
        context.pointee.notes.takeUnretainedValue().fail("\(what): \(error.message)")
        return TUNED_FAILED
    }
}

private func hostBeginCheckpoint(_ trial: UnsafePointer<tuned_trial>?, _ step: Int64) -> Int32 {
    withFiles(of: trial, "checkpoint") { files throws(CheckpointError) in
        // A host that keeps none is no failure of the plugin's: what it writes goes nowhere.
        if files.keepsCheckpoints { try files.beginCheckpoint(step: step) }
        return TUNED_OK
    }
}

private func hostWriteCheckpoint(_ trial: UnsafePointer<tuned_trial>?, _ bytes: UnsafeRawPointer?, _ count: UInt64) -> Int32 {
    guard let size = Int(exactly: count), bytes != nil || size == 0 else { return TUNED_FAILED }
    return withFiles(of: trial, "checkpoint") { files throws(CheckpointError) in
        if files.keepsCheckpoints { try files.write(UnsafeRawBufferPointer(start: bytes, count: size)) }
        return TUNED_OK
    }
}

private func hostCommitCheckpoint(_ trial: UnsafePointer<tuned_trial>?) -> Int32 {
    withFiles(of: trial, "checkpoint") { files throws(CheckpointError) in
        if files.keepsCheckpoints { try files.commit() }
        return TUNED_OK
    }
}

private func hostRestoreCheckpoint(_ trial: UnsafePointer<tuned_trial>?, _ step: UnsafeMutablePointer<Int64>?) -> Int32 {
    guard let context = TrialContext.of(trial), let step else { return TUNED_FAILED }
    guard let found = context.pointee.restoreCheckpoint() else { return TUNED_ABSENT }
    step.pointee = found
    context.pointee.tell("goes on from the checkpoint of step \(found)")
    return TUNED_OK
}

extension TrialContext {
    /// The step of the run's checkpoint, whose bytes can then be read; nil where there is none, and where it cannot be used, which
    /// is told: the run can still be made from its beginning.
    func restoreCheckpoint() -> Int64? {
        do throws(CheckpointError) {
            return try files.takeUnretainedValue().restore()
        } catch {
            tell("checkpoint: \(error.message); the run starts afresh")
            return nil
        }
    }
}

private func hostReadCheckpoint(_ trial: UnsafePointer<tuned_trial>?, _ bytes: UnsafeMutableRawPointer?, _ count: UInt64) -> Int64 {
    guard let context = TrialContext.of(trial), let bytes else { return -1 }
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: Int(clamping: count))
    return Int64(context.pointee.files.takeUnretainedValue().read(into: buffer))
}

private func hostStoreArtifact(
    _ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?, _ bytes: UnsafeRawPointer?, _ count: UInt64
) -> Int32 {
    guard let size = Int(exactly: count), bytes != nil || size == 0 else { return TUNED_FAILED }
    return withFiles(of: trial, "artifact") { files throws(CheckpointError) in
        let name = PluginText.prefix(name, limit: RunFiles.nameLimit + 1)
        try files.store(name, UnsafeRawBufferPointer(start: bytes, count: size))
        return TUNED_OK
    }
}

private func hostStoreArtifactFile(
    _ trial: UnsafePointer<tuned_trial>?, _ name: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?
) -> Int32 {
    withFiles(of: trial, "artifact") { files throws(CheckpointError) in
        let name = PluginText.prefix(name, limit: RunFiles.nameLimit + 1)
        try files.store(name, file: PluginText.prefix(path, limit: Int(PATH_MAX)))
        return TUNED_OK
    }
}

// MARK: tuned.resources/1 and tuned.schedule/1

private func hostResources(_ out: UnsafeMutablePointer<tuned_resources>?) -> Int32 {
    guard let out else { return TUNED_FAILED }
    let running = tuned_calling_context()?.assumingMemoryBound(to: TrialContext.self).pointee.resources
    return ResourceTable.fill(out, running: running) ? TUNED_OK : TUNED_FAILED
}

/// By the schedule of the run's configuration; a parameter without one is constant.
private func hostScheduledValue(
    _ trial: UnsafePointer<tuned_trial>?, _ parameter: UInt32, _ progress: Double, _ value: UnsafeMutablePointer<Double>?
) -> Int32 {
    guard let trial, let context = TrialContext.of(trial), let value else { return TUNED_FAILED }
    let place = progress * context.pointee.progressScale
    let found = context.pointee.parameters._withUnsafeGuaranteedRef { $0.scheduled(Int(parameter), at: place, in: trial) }
    guard let found else { return TUNED_FAILED }
    value.pointee = found
    return TUNED_OK
}
