import Glibc
import TunedRecords

/// Descriptors, threads and child processes of this process.
enum ProcessInventory {
    /// Open descriptors and what they lead to.
    static var descriptors: [Int32: String] {
        var found: [Int32: String] = [:]
        for name in (Files.names(in: "/proc/self/fd") ?? []) {
            guard let number = Int32(name) else { continue }
            var buffer = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
            // The directory that is being read is gone by now.
            guard count > 0 else { continue }
            found[number] = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return found
    }

    static var threads: Set<Int32> { Set((Files.names(in: "/proc/self/task") ?? []).compactMap { Int32($0) }) }

    /// Child processes, ended ones that nobody waited for among them.
    static var children: Set<Int32> {
        let own = "\(getpid())"
        var found: Set<Int32> = []
        for name in (Files.names(in: "/proc") ?? []) {
            guard let process = Int32(name), let status = Files.text(of: "/proc/\(name)/stat") else { continue }
            // The name in brackets may hold anything; behind it come the state and the parent.
            guard let bracket = status.lastIndex(of: ")") else { continue }
            let words = status[status.index(after: bracket)...].split(separator: " ")
            if words.count > 1, words[1] == own { found.insert(process) }
        }
        return found
    }

    static func threadName(_ thread: Int32) -> String {
        let name = Files.text(of: "/proc/self/task/\(thread)/comm") ?? ""
        return String(name.prefix { $0 != "\n" })
    }

    /// Anonymous memory that is resident, in bytes.
    static var anonymousMemory: Int {
        guard let rollup = Files.text(of: "/proc/self/smaps_rollup") else { return 0 }
        for line in rollup.split(separator: "\n") where line.hasPrefix("Anonymous:") {
            return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
        }
        return 0
    }
}
