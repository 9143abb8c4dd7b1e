import CTunedPlugin
import Glibc
import Synchronization
import TunedWire

/// What `tuned.resources/1` tells, for each slot that instances of this process were made in.
///
/// The arrays are never freed: plugins may keep the pointers for as long as the process lives, and there are as many as slots.
enum ResourceTable {
    /// An address that stays, with what lies there. `@unchecked Sendable`: nobody writes to it once it is made.
    private struct Entry: @unchecked Sendable {
        let table: UnsafePointer<tuned_resources>
    }
    private static let entries = Mutex<[WorkerResources: Entry]>([:])
    /// Of the instance that was opened last: for threads of a plugin's own, which the host cannot tell apart.
    private static let latest = Mutex<Entry?>(nil)

    static func table(of resources: WorkerResources) -> UnsafePointer<tuned_resources> {
        let entry = entries.withLock { entries in
            if let known = entries[resources] { return known }
            let made = Entry(table: make(resources))
            entries[resources] = made
            return made
        }
        latest.withLock { $0 = entry }
        return entry.table
    }

    /// Fills as much as the caller's size has room for; false where it has none.
    ///
    /// - Parameter running: the table of the instance that this thread runs; nil on a thread of the plugin's own.
    static func fill(_ out: UnsafeMutablePointer<tuned_resources>, running: UnsafePointer<tuned_resources>?) -> Bool {
        let size = Int(UnsafeRawPointer(out).loadUnaligned(as: UInt32.self))
        guard size >= MemoryLayout<UInt32>.size * 2, let table = running ?? latest.withLock({ $0?.table }) else { return false }
        var copy = table.pointee
        copy.size = UInt32(clamping: size)
        withUnsafeBytes(of: copy) { copy in
            UnsafeMutableRawPointer(out).copyMemory(from: copy.baseAddress!, byteCount: min(size, copy.count))
        }
        return true
    }

    private static func make(_ resources: WorkerResources) -> UnsafePointer<tuned_resources> {
        let cpus = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, resources.cpus.count))
        for (index, cpu) in resources.cpus.enumerated() { (cpus + index).initialize(to: cpu) }
        let gpus = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: max(1, resources.gpus.count))
        for (index, gpu) in resources.gpus.enumerated() { (gpus + index).initialize(to: UnsafePointer(strdup(gpu))) }
        let table = UnsafeMutablePointer<tuned_resources>.allocate(capacity: 1)
        table.initialize(
            to: tuned_resources(
                size: UInt32(MemoryLayout<tuned_resources>.size), cpu_count: UInt32(resources.cpus.count), cpus: cpus, gpus: gpus,
                gpu_count: UInt32(resources.gpus.count), reserved: 0, memory: resources.memory))
        return UnsafePointer(table)
    }
}
