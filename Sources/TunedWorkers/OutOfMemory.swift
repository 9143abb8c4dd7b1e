import TunedRecords

/// How often the kernel's out-of-memory killer struck so far: in this process's memory cgroup where the system tells, else
/// anywhere on the machine. A worker's SIGKILL together with a rise of this count is taken for its work.
enum OutOfMemory {
    static func kills() -> UInt64 {
        if let group = cgroup, let count = count("oom_kill", in: "/sys/fs/cgroup\(group)/memory.events") { return count }
        return count("oom_kill", in: "/proc/vmstat") ?? 0
    }

    /// The cgroup v2 of this process.
    private static let cgroup: String? = {
        guard let text = Files.text(of: "/proc/self/cgroup") else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }()

    private static func count(_ name: String, in path: String) -> UInt64? {
        guard let text = Files.text(of: path) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return UInt64(words[1]) }
        }
        return nil
    }
}
