import CTunedWorker
import Glibc
import NIOHTTP1

/// Starts a user's daemon when the first command needs one, as gpg-agent is started.
package struct DaemonLauncher: Sendable {
    package let directory: DataDirectory
    /// Seconds until the daemon must answer.
    package let deadline: Double = 10

    /// Bytes at which a new daemon begins a new log, and the last one is kept beside it.
    private static let logLimit = 4 << 20

    package init(directory: DataDirectory) {
        self.directory = directory
    }

    /// Returns once the daemon answers. Where several commands start one at once, the data directory's lock lets one win
    /// and all talk to it.
    package func start() async throws(CommandError) {
        try directory.prepare()
        if fileSize(directory.log) > Self.logLimit { rename(directory.log, directory.log + ".old") }
        let logStart = fileSize(directory.log)
        var child = try spawn()
        let exchange = HTTPExchange(socket: directory.socket)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(deadline)
        var pause = 5
        while clock.now < end {
            if (try? await exchange.send(HTTPExchange.Request(.GET, Route.status), within: 5)) != nil { return }
            try? await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, 100)
            guard let status = exitStatus(of: child) else { continue }
            guard status == ExitStatus.conflict.rawValue else {
                throw .unreachable("the daemon ended at its start. \(logEnd(from: logStart))")
            }
            // Another daemon has the directory: one that will answer soon, or one that is ending.
            child = try spawn()
        }
        throw .unreachable(
            "the daemon did not answer within \(Int(deadline)) s of its start. \(logEnd(from: logStart))")
    }

    /// In a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
    private func spawn() throws(CommandError) -> pid_t {
        var child: pid_t = 0
        let arguments = ["tuned", "serve", "--background-child"]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        let failure = tuned_spawn_detached(try Executables.own(), &pointers, environ, directory.log, &child)
        guard failure == 0 else {
            let reason = String(cString: strerror(failure))
            throw .unreachable("cannot start the daemon: \(reason)", underlying: reason)
        }
        return child
    }

    private func exitStatus(of child: pid_t) -> Int32? {
        var status: Int32 = 0
        guard waitpid(child, &status, WNOHANG) == child else { return nil }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : -1
    }

    /// What the daemon wrote since its start, at most its last 4 KiB.
    private func logEnd(from start: Int) -> String {
        let descriptor = open(directory.log, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "It wrote no log." }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, max(start, fileSize(directory.log) - bytes.count))
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        let lines = text.split(separator: "\n").map { "  " + String($0).printable }
        return lines.isEmpty
            ? "Its log \(directory.log) says nothing."
            : "The end of its log, \(directory.log):\n" + lines.joined(separator: "\n")
    }

    private func fileSize(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
