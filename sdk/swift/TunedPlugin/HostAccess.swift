import CTunedPlugin

/// The host as one instance sees it. Extensions are looked up once, when the instance is made; those that this host does not
/// have are nil.
struct HostAccess {
    let table: UnsafePointer<tuned_host>
    let data: UnsafePointer<tuned_data_extension>?
    let checkpoint: UnsafePointer<tuned_checkpoint_extension>?
    let artifact: UnsafePointer<tuned_artifact_extension>?
    let resources: UnsafePointer<tuned_resources_extension>?
    let schedule: UnsafePointer<tuned_schedule_extension>?

    init(_ table: UnsafePointer<tuned_host>) {
        func find<Extension>(_ id: String) -> UnsafePointer<Extension>? {
            tuned_find_extension(table, id)?.assumingMemoryBound(to: Extension.self)
        }
        self.table = table
        data = find(TUNED_DATA)
        checkpoint = find(TUNED_CHECKPOINT)
        artifact = find(TUNED_ARTIFACT)
        resources = find(TUNED_RESOURCES)
        schedule = find(TUNED_SCHEDULE)
    }

    /// - Parameter trial: nil while an instance is made.
    func log(_ trial: UnsafePointer<tuned_trial>?, _ level: LogLevel, _ text: String) {
        table.pointee.log?(trial, level.rawValue, text)
    }

    /// Tells why a call fails; the result is the code that the call returns.
    func fail(_ trial: UnsafePointer<tuned_trial>?, _ error: any Error) -> Int32 {
        let error = error as? TrialError ?? .failed("\(error)")
        if !error.message.isEmpty { _ = table.pointee.fail?(trial, error.code.rawValue, error.message) }
        return error.code.rawValue
    }

    /// The slot's resources; nil where this host does not tell.
    func slotResources() -> Resources? {
        guard let get = resources?.pointee.get else { return nil }
        var found = tuned_resources()
        found.size = UInt32(MemoryLayout<tuned_resources>.size)
        guard get(&found) == TUNED_OK else { return nil }
        return Resources(
            cpus: UnsafeBufferPointer(start: found.cpus, count: found.cpus == nil ? 0 : Int(found.cpu_count)).map(Int.init),
            gpus: UnsafeBufferPointer(start: found.gpus, count: found.gpus == nil ? 0 : Int(found.gpu_count))
                .compactMap { $0.map { String(cString: $0) } },
            memory: found.memory == 0 ? nil : found.memory)
    }
}

public enum LogLevel: Int32, Sendable {
    case debug, info, warning, error
}

/// What the slot of a run holds.
public struct Resources: Sendable {
    /// Numbers of the CPUs that the worker is pinned to.
    public let cpus: [Int]
    /// UUIDs. CUDA_VISIBLE_DEVICES is set to them.
    public let gpus: [String]
    /// Bytes; nil: no limit.
    public let memory: UInt64?
}
