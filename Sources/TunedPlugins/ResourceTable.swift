import CTunedPlugin
import CTunedWorker
import Glibc
import Synchronization
import TunedWire

/// What `tuned.resources/1` tells: set by whoever opens an instance, for all threads of the process.
enum ResourceTable {
    private static let current = Mutex(Pinned(WorkerResources()))

    /// The arrays behind a `tuned_resources`. Never freed: plugins may keep the pointers for as long as the process lives,
    /// and a process opens few instances.
    ///
    /// `@unchecked Sendable`: nobody writes to them after init.
    private struct Pinned: @unchecked Sendable {
        let table: tuned_resources

        init(_ resources: WorkerResources) {
            let cpus = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, resources.cpus.count))
            for (index, cpu) in resources.cpus.enumerated() { cpus[index] = cpu }
            let gpus = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: max(1, resources.gpus.count))
            for (index, gpu) in resources.gpus.enumerated() { gpus[index] = UnsafePointer(strdup(gpu)) }
            table = tuned_resources(
                size: UInt32(MemoryLayout<tuned_resources>.size), cpu_count: UInt32(resources.cpus.count), cpus: cpus,
                gpus: gpus, gpu_count: UInt32(resources.gpus.count), reserved: 0, memory: resources.memory)
        }
    }

    private static let known = Mutex<WorkerResources?>(nil)

    static func set(_ resources: WorkerResources) {
        let isNew = known.withLock { known in
            defer { known = resources }
            return known != resources
        }
        if isNew { current.withLock { $0 = Pinned(resources) } }
    }

    /// Fills as much as the caller's size has room for; false where it has none.
    static func fill(_ out: UnsafeMutablePointer<tuned_resources>) -> Bool {
        let size = Int(UnsafeRawPointer(out).loadUnaligned(as: UInt32.self))
        guard size >= MemoryLayout<UInt32>.size * 2 else { return false }
        var table = current.withLock { $0.table }
        table.size = UInt32(size)
        withUnsafeBytes(of: table) { table in
            UnsafeMutableRawPointer(out).copyMemory(from: table.baseAddress!, byteCount: min(size, table.count))
        }
        return true
    }
}
