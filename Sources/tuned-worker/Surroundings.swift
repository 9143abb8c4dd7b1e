import CTunedWorker
import Glibc
import TunedWire

/// What the worker was started with, moved out of the reach of plugin code: plugins print to descriptors 1 and 2, read
/// from 0 and close what they believe to be theirs.
final class Surroundings: Sendable {
    let input: Int32
    let output: Int32
    let log: Int32
    /// `nonisolated(unsafe)`: the pointer is set once; what lies behind it is accessed atomically or by its own rules.
    nonisolated(unsafe) let page: OpaquePointer
    /// The folds' memory, mapped for the life of the process. `nonisolated(unsafe)`: sealed, nobody writes to it.
    nonisolated(unsafe) let folds: UnsafeBufferPointer<UInt32>?

    /// Nil where this process was not started as a worker.
    init?() {
        guard let page = Self.mapPage() else { return nil }
        self.page = page
        folds = Self.mapFolds()
        guard let input = Self.takeUp(WorkerDescriptors.input), let output = Self.takeUp(WorkerDescriptors.output),
            let log = Self.takeUp(WorkerDescriptors.log)
        else { return nil }
        self.input = input
        self.output = output
        self.log = log
        close(WorkerDescriptors.page)
        close(WorkerDescriptors.folds)
        Self.hideOwnDescriptors()

        let null = open("/dev/null", O_RDONLY)
        dup2(null, STDIN_FILENO)
        close(null)
        dup2(log, STDOUT_FILENO)
        dup2(log, STDERR_FILENO)
        tuned_buffer_output_by_line()
        signal(SIGPIPE, SIG_IGN)
        tuned_crash_refresh(nil)
        tuned_crash_watch(page)
    }

    /// A thread that ends this process when the daemon's end of the input closes: plugin code may keep the main thread
    /// busy for good, and the daemon's death must not leave workers behind.
    func endWithDaemon() {
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { argument in
            guard let argument else { return }
            let surroundings = Unmanaged<Surroundings>.fromOpaque(argument).takeRetainedValue()
            var watched = pollfd(fd: surroundings.input, events: 0, revents: 0)
            while true {
                let ready = poll(&watched, 1, -1)
                if ready > 0 || (ready < 0 && errno != EINTR) { tuned_end_group() }
            }
        }
        if tuned_start_thread("lease", body, Unmanaged.passRetained(self).toOpaque()) != 0 { tuned_end_group() }
    }

    /// Descriptors of the worker's own get the highest numbers, and then the limit is lowered beneath them: code that
    /// closes "all" descriptors up to the limit does not reach them.
    private static func takeUp(_ descriptor: Int32) -> Int32? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        let least = Int32(clamping: min(limit.rlim_cur, 65_536)) - WorkerDescriptors.reserved
        let moved = tuned_move_up(descriptor, max(16, least))
        return moved >= 0 ? moved : nil
    }

    private static func hideOwnDescriptors() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = max(16, min(limit.rlim_cur, 65_536) - rlim_t(WorkerDescriptors.reserved))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func mapPage() -> OpaquePointer? {
        var status = stat()
        let size = tuned_page_size()
        guard fstat(WorkerDescriptors.page, &status) == 0, status.st_size >= size,
            let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, WorkerDescriptors.page, 0),
            memory != MAP_FAILED
        else { return nil }
        let page = OpaquePointer(memory)
        return tuned_page_is_valid(page) != 0 ? page : nil
    }

    private static func mapFolds() -> UnsafeBufferPointer<UInt32>? {
        var status = stat()
        guard fstat(WorkerDescriptors.folds, &status) == 0, status.st_size > 0,
            let memory = mmap(nil, status.st_size, PROT_READ, MAP_SHARED, WorkerDescriptors.folds, 0),
            memory != MAP_FAILED
        else { return nil }
        let count = status.st_size / MemoryLayout<UInt32>.size
        return UnsafeBufferPointer(start: memory.assumingMemoryBound(to: UInt32.self), count: count)
    }
}
