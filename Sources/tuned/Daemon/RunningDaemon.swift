import Glibc

/// The daemon that holds a data directory's lock.
struct RunningDaemon {
    private let directory: DataDirectory
    /// Seconds that a daemon may take to end: its grace for running trials is a setting, so this is ample.
    private let patience = 120.0

    init(_ directory: DataDirectory) {
        self.directory = directory
    }

    /// Asks it to end and waits for that. Returns its process id.
    func stop() async throws(CommandError) -> pid_t {
        guard let pid = holder else {
            throw .unreachable("no daemon is running for \(directory.path)")
        }
        guard kill(pid, SIGTERM) == 0 else {
            let reason = String(cString: strerror(errno))
            throw .failure("cannot end the daemon (process \(pid)): \(reason)", underlying: reason)
        }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(patience)
        while clock.now < end {
            if holder != pid { return pid }
            try? await Task.sleep(for: .milliseconds(20))
        }
        throw .failure(
            "the daemon (process \(pid)) has not ended within \(Int(patience)) s; its log is \(directory.log)")
    }

    /// The process id in the lock file; nil where nobody holds the lock, whatever the file says.
    private var holder: pid_t? {
        let descriptor = open(directory.lock, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).prefix { $0.isNumber }
        return pid_t(digits)
    }
}
