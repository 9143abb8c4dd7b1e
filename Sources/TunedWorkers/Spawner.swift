import CTunedWorker
import Dispatch
import Glibc
import Synchronization
import TunedPlugins
import TunedWire

/// What a worker shall be started as.
struct SpawnOrder: Sendable {
    var executable: String
    var directory: String
    var environment: [String: String]
    /// Logical CPUs to pin to; empty: not pinned.
    var cpus: [Int] = []
    /// Bytes that the worker and all it starts may use: by a control group where one can be made, else by RLIMIT_DATA of each
    /// process. 0: no limit.
    var memory: UInt64 = 0
    /// Processes and threads that it may have at once, where a control group can be made.
    var processes: Int
    var openFiles: UInt64
    /// Gives the folds' rows, on the spawner's thread; nil where the host splits no data.
    var folds: (@Sendable () -> FoldsMemory?)?
}

/// Starts workers, all of them from one thread that lives as long as this process: the kernel kills a child when the
/// thread that started it ends (PR_SET_PDEATHSIG), and Dispatch's threads come and go.
final class Spawner: Sendable {
    static let shared = Spawner()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let wakeUp = DispatchSemaphore(value: 0)

    private init() {
        // A worker that ends while it is written to must not end this process.
        signal(SIGPIPE, SIG_IGN)
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { argument in
            guard let argument else { return }
            Unmanaged<Spawner>.fromOpaque(argument).takeRetainedValue().serve()
        }
        let error = tuned_start_thread("spawner", body, Unmanaged.passRetained(self).toOpaque())
        precondition(error == 0, "the system cannot start a thread (error \(error))")
    }

    /// Calls `completion` on the spawner's thread.
    func spawn(_ order: SpawnOrder, _ completion: @escaping @Sendable (Result<WorkerProcess, PluginError>) -> Void) {
        perform { completion(Self.start(order)) }
    }

    private func perform(_ job: @escaping @Sendable () -> Void) {
        jobs.withLock { $0.append(job) }
        wakeUp.signal()
    }

    private func serve() {
        while true {
            wakeUp.wait()
            jobs.withLock { $0.removeFirst() }()
        }
    }

    private static func start(_ order: SpawnOrder) -> Result<WorkerProcess, PluginError> {
        var opened: [Int32] = []
        func pipe() -> (read: Int32, write: Int32)? {
            var ends: (Int32, Int32) = (-1, -1)
            let error = withUnsafeMutableBytes(of: &ends) { tuned_pipe($0.assumingMemoryBound(to: Int32.self).baseAddress) }
            guard error == 0 else { return nil }
            opened += [ends.0, ends.1]
            return (ends.0, ends.1)
        }
        func fail(_ stage: String, _ error: Int32) -> Result<WorkerProcess, PluginError> {
            for descriptor in opened { close(descriptor) }
            return .failure(Self.error(order, stage, error))
        }
        guard let input = pipe(), let output = pipe(), let log = pipe() else { return fail("pipe2", errno) }
        let pageFile = tuned_memory_file("tuned-page", tuned_page_size())
        guard pageFile >= 0 else { return fail("memfd_create", errno) }
        opened.append(pageFile)
        guard let memory = mmap(nil, tuned_page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, pageFile, 0),
            memory != MAP_FAILED
        else { return fail("mmap", errno) }
        let page = OpaquePointer(memory)
        tuned_page_initialize(page)
        for descriptor in [input.write, output.read, log.read] { _ = tuned_set_nonblocking(descriptor) }

        let folds = order.folds?()
        guard folds != nil || order.folds == nil else { return fail("memfd_create", errno) }
        let outOfMemoryKills = OutOfMemory.kills()
        let token = Self.token()
        var environment = order.environment
        environment[Leftovers.variable] = token
        let descriptors = [input.read, output.write, log.write, pageFile] + (folds.map { [$0.descriptor] } ?? [])
        let memoryLimit = order.memory
        var group = ControlGroups.shared.makeGroup(token, memory: memoryLimit, processes: order.processes)
        var order = order
        if group?.limitsMemory == true { order.memory = 0 }
        var started = Started()
        let error = Self.spawn(order, environment, descriptors, &started)
        guard error == 0 else {
            munmap(memory, tuned_page_size())
            group?.end()
            return fail(started.stage, error)
        }
        // Nothing of the plugin's has run yet: it is named to the worker later.
        if let refused = group, !refused.adopt(started.pid) {
            refused.end()
            group = nil
            if memoryLimit > 0 { _ = tuned_limit_data(started.pid, memoryLimit) }
        }
        for descriptor in [input.read, output.write, log.write, pageFile] { close(descriptor) }
        return .success(
            WorkerProcess(
                pid: started.pid, pidfd: started.pidfd, input: input.write, output: output.read, log: log.read,
                page: page, folds: folds, outOfMemoryKills: outOfMemoryKills, token: token, group: group))
    }

    private struct Started {
        var pid: pid_t = 0
        var pidfd: Int32 = -1
        var stage = ""
    }

    private static func spawn(
        _ order: SpawnOrder, _ environment: [String: String], _ descriptors: [Int32], _ started: inout Started
    ) -> Int32 {
        let arguments = [strdup(order.executable), nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        let mask = cpuMask(order.cpus)
        return order.executable.withCString { path in
            order.directory.withCString { directory in
                mask.withUnsafeBufferPointer { mask in
                    arguments.withUnsafeBufferPointer { arguments in
                        variables.withUnsafeBufferPointer { variables in
                            descriptors.withUnsafeBufferPointer { descriptors in
                                var request = tuned_spawn_request(
                                    path: path, arguments: arguments.baseAddress, environment: variables.baseAddress,
                                    directory: directory, fds: descriptors.baseAddress, fd_count: Int32(descriptors.count),
                                    cpus: order.cpus.isEmpty ? nil : mask.baseAddress,
                                    cpus_bytes: mask.count * MemoryLayout<UInt>.size, data_limit: order.memory,
                                    file_limit: order.openFiles)
                                var stage: UnsafePointer<CChar>?
                                let error = tuned_spawn(&request, &started.pid, &started.pidfd, &stage)
                                if let stage { started.stage = String(cString: stage) }
                                return error
                            }
                        }
                    }
                }
            }
        }
    }

    private static func cpuMask(_ cpus: [Int]) -> [UInt] {
        var mask = [UInt](repeating: 0, count: (cpus.max() ?? 0) / UInt.bitWidth + 1)
        for cpu in cpus { mask[cpu / UInt.bitWidth] |= 1 << UInt(cpu % UInt.bitWidth) }
        return mask
    }

    private static func token() -> String {
        var random = SystemRandomNumberGenerator()
        return String(random.next(), radix: 16) + String(random.next(), radix: 16)
    }

    private static func error(_ order: SpawnOrder, _ stage: String, _ error: Int32) -> PluginError {
        let reason = String(cString: strerror(error))
        let hint =
            switch (stage, error) {
            case ("execve", _): "the worker \(order.executable) cannot be started: \(reason)"
            case ("chdir", _): "the directory \(order.directory) cannot be entered: \(reason)"
            case ("sched_setaffinity", _): "the worker cannot be pinned to CPUs \(order.cpus): \(reason)"
            case (_, EMFILE), (_, ENFILE): "too many open files to start a worker; raise the limit (ulimit -n)"
            default: "a worker cannot be started: \(stage): \(reason)"
            }
        return PluginError(.spawn, hint, detail: "\(stage): \(reason)")
    }
}
