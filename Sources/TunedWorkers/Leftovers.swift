import CTunedWorker
import Dispatch
import Glibc
import Synchronization
import TunedRecords

/// Processes that a worker's plugin left behind: those that took a session of their own escape the end of its process
/// group. They are known by a variable of their environment that the worker was started with.
enum Leftovers {
    static let variable = "TUNED_WORKER_ID"

    private static let queue = DispatchQueue(label: "tuned.leftovers", qos: .utility)
    private static let ended = Mutex<Set<String>>([])
    /// A process that forks while it is looked for is found in the next round.
    private static let rounds = 20

    /// Kills what is left of an ended worker, soon.
    static func end(token: String) {
        let isFirst = ended.withLock { ended in
            ended.insert(token)
            return ended.count == 1
        }
        // One search serves all workers that ended in the meantime.
        if isFirst { queue.asyncAfter(deadline: .now() + .milliseconds(20)) { search() } }
    }

    private static func search() {
        let tokens = ended.withLock { ended in
            defer { ended = [] }
            return ended
        }
        for _ in 0..<rounds where kill(tokens) == 0 { return }
    }

    private static func kill(_ tokens: Set<String>) -> Int {
        var killed = 0
        for name in Files.names(in: "/proc") ?? [] {
            guard let pid = pid_t(name), pid != getpid() else { continue }
            let pidfd = tuned_pidfd_open(pid)
            guard pidfd >= 0 else { continue }
            defer { close(pidfd) }
            // Opened before it is read: should the number change hands in between, the signal goes nowhere.
            guard let token = token(of: name), tokens.contains(token) else { continue }
            if tuned_pidfd_signal(pidfd, SIGKILL) == 0 { killed += 1 }
        }
        return killed
    }

    private static func token(of process: String) -> String? {
        guard let bytes = Files.bytes(of: "/proc/\(process)/environ", limit: 64 << 10) else { return nil }
        let prefix = Array("\(variable)=".utf8)
        for entry in bytes.split(separator: 0) where entry.starts(with: prefix) {
            return String(decoding: entry.dropFirst(prefix.count), as: UTF8.self)
        }
        return nil
    }
}
