import CTunedWorker
import Dispatch
import Glibc

extension GPUProbe {
    /// No machine's report comes near this; a process that writes more is not a probe.
    private static let answerLimit = 1 << 20

    /// Seconds in which a process that was killed, or has answered, should be gone.
    private static let endTimeout = 1.0

    /// Runs the probing process and reads its report. Blocks for `timeout` seconds and one more at most.
    ///
    /// - Parameters:
    ///   - executable: absolute path of a program that calls ``answer(libraryPath:)`` when given `arguments`.
    ///   - timeout: seconds until a silent probe is given up and killed.
    /// - Returns: the report; one without GPUs and with a warning where the probe failed, so that CPU trials can go on.
    public static func run(executable: String, arguments: [String], timeout: Double) -> GPUReport {
        do {
            return try GPUReport(decoding: output(of: executable, arguments, timeout: timeout))
        } catch {
            return GPUReport(warnings: ["\(error.message); GPUs are not offered"])
        }
    }

    private static func output(
        of executable: String, _ arguments: [String], timeout: Double
    ) throws(SlotError) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        let refusal = tuned_pipe(&ends)
        guard refusal == 0 else { throw failure("make a pipe for the GPU probe", refusal) }
        defer { close(ends[0]) }
        let child = try spawn(executable, arguments, output: ends[1])
        let bytes: [UInt8]
        do throws(SlotError) {
            bytes = try readToEnd(ends[0], timeout: timeout)
        } catch {
            _ = tuned_pidfd_signal(child, SIGKILL)
            _ = reap(child)
            throw error
        }
        if let end = reap(child), end.status != 0 {
            let how = end.signal == 0 ? "ended with status \(end.status)" : "was ended by signal \(end.signal)"
            throw SlotError(.probe, "the GPU probe \(executable) \(how)")
        }
        return bytes
    }

    /// Starts the probe with all that this process may do: a driver's library may call its setuid helper to load the kernel
    /// module and make the device files, which a worker's confinement would forbid.
    ///
    /// - Parameter output: becomes the child's standard output, and is closed here.
    /// - Returns: the child's pidfd.
    private static func spawn(
        _ executable: String, _ arguments: [String], output: Int32
    ) throws(SlotError) -> Int32 {
        defer { close(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)

        // Dispatch's threads block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
        argv.append(nil)
        defer { for argument in argv { free(argument) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, executable, &actions, &attributes, argv, environ)
        guard status == 0 else { throw failure("start the GPU probe \(executable)", status) }
        // The number cannot have passed to another process: this child was not waited for.
        let child = tuned_pidfd_open(process)
        guard child >= 0 else {
            let code = errno
            kill(process, SIGKILL)
            throw failure("watch the GPU probe \(executable)", code)
        }
        return child
    }

    private static func readToEnd(_ file: Int32, timeout: Double) throws(SlotError) -> [UInt8] {
        let deadline = DispatchTime.now() + timeout
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            guard waitUntilReadable(file, deadline) else {
                throw SlotError(
                    .probe, "the GPU driver did not answer within \(timeout) s (does nvidia-smi hang as well?)")
            }
            let count = read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read from the GPU probe", errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= answerLimit else {
                throw SlotError(.probe, "the GPU probe wrote more than \(answerLimit) bytes")
            }
        }
    }

    private static func waitUntilReadable(_ file: Int32, _ deadline: DispatchTime) -> Bool {
        while true {
            let now = DispatchTime.now()
            let left = now < deadline ? (deadline.uptimeNanoseconds - now.uptimeNanoseconds + 999_999) / 1_000_000 : 0
            var wait = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(clamping: left))
            if ready < 0 && errno == EINTR { continue }
            return ready > 0
        }
    }

    /// How a child ended that is about to end. nil for one that hangs in the driver although it was killed or has given
    /// its answer: a thread of its own then waits for that one.
    private static func reap(_ child: Int32) -> tuned_exit? {
        if waitUntilReadable(child, .now() + endTimeout) {
            defer { close(child) }
            return tuned_reap(child)
        }
        DispatchQueue(label: "tuned.gpu-probe.reaper").async {
            while !waitUntilReadable(child, .distantFuture) {}
            _ = tuned_reap(child)
            close(child)
        }
        return nil
    }

    private static func failure(_ what: String, _ code: Int32) -> SlotError {
        SlotError(.probe, "cannot \(what): \(String(cString: strerror(code)))")
    }
}
