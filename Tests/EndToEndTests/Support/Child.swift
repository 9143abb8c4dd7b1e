import Dispatch
import Glibc
import Synchronization
import Testing

/// A process that a test started. Its output goes to files, so that it never waits for a reader.
final class Child: Sendable {
    let pid: pid_t
    private let prefix: String
    private let ended = Mutex<Int32?>(nil)
    /// Waiting blocks a thread, so it has one of its own.
    private let queue = DispatchQueue(label: "tuned.test.child")

    private static let number = Atomic<Int>(0)

    init(_ arguments: [String], environment: [String: String], folder: String) throws {
        prefix = "\(folder)/child-\(Self.number.add(1, ordering: .relaxed).newValue)"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, prefix + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, prefix + ".err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + variables { free(pointer) } }
        var pid: pid_t = 0
        try #require(
            posix_spawn(&pid, arguments[0], &actions, nil, &argv, &variables) == 0, "cannot start \(arguments[0])")
        self.pid = pid
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// The exit code, or minus the signal. A test that runs into its time limit ends the process.
    func wait() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: self.reap()) }
            }
        } onCancel: {
            if ended.withLock({ $0 == nil }) { signal(SIGKILL) }
        }
    }

    private func reap() -> Int32 {
        if let status = ended.withLock({ $0 }) { return status }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
        ended.withLock { $0 = code }
        return code
    }

    var output: String { Self.read(prefix + ".out") }
    var errorOutput: String { Self.read(prefix + ".err") }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            text.append(contentsOf: buffer.prefix(count))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
