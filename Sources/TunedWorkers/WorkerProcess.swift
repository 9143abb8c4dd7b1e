import CTunedWorker
import Glibc
import TunedWire

/// A started worker: its process, the daemon's ends of its pipes, and the page that both share.
///
/// `@unchecked Sendable`: everything is set before it leaves the spawner; the page is accessed through its own atomics.
final class WorkerProcess: @unchecked Sendable {
    let pid: pid_t
    /// Readable once the process has ended.
    let pidfd: Int32
    /// Non-blocking.
    let input: Int32
    let output: Int32
    let log: Int32
    /// The shared `tuned_page`.
    let page: OpaquePointer
    /// Held so that further workers of the study share it.
    let folds: FoldsMemory?
    /// ``OutOfMemory/kills()`` when it started.
    let outOfMemoryKills: UInt64
    /// Told to everything that this worker starts, by its environment.
    let token: String
    /// The control groups that hold it and all that it starts; nil where there are none.
    let group: WorkerGroup?

    init(
        pid: pid_t, pidfd: Int32, input: Int32, output: Int32, log: Int32, page: OpaquePointer, folds: FoldsMemory?,
        outOfMemoryKills: UInt64, token: String, group: WorkerGroup?
    ) {
        self.pid = pid
        self.pidfd = pidfd
        self.input = input
        self.output = output
        self.log = log
        self.page = page
        self.folds = folds
        self.outOfMemoryKills = outOfMemoryKills
        self.token = token
        self.group = group
    }

    deinit { munmap(UnsafeMutableRawPointer(page), tuned_page_size()) }

    /// Whether the kernel killed for want of memory since it started: among its own processes where a control group tells.
    var ranOutOfMemory: Bool {
        if let group, group.limitsMemory { return (group.outOfMemoryKills ?? 0) > 0 }
        return OutOfMemory.kills() > outOfMemoryKills
    }

    /// Kills what its plugin left behind, soon.
    func endLeftovers() {
        if let group { group.end() }
        if group == nil || !ControlGroups.shared.limitsProcesses { Leftovers.end(token: token) }
    }

    /// Sends a signal to the worker's whole process group. Only before it is reaped: its number is its own until then.
    func signalGroup(_ signal: Int32) { kill(-pid, signal) }
}

/// The folds' rows in sealed memory, shared by all workers of a study.
final class FoldsMemory: Sendable {
    let descriptor: Int32

    /// Nil where the system has no memory to give.
    init?(_ words: [UInt32]) {
        let size = words.count * MemoryLayout<UInt32>.size
        let descriptor = tuned_memory_file("tuned-folds", size)
        guard descriptor >= 0 else { return nil }
        let written = words.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == size, tuned_seal(descriptor) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
