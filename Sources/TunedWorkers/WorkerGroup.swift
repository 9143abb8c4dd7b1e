import Dispatch
import Glibc

/// The control groups of one worker: all processes that it ever starts are in them, whatever they do to get away.
struct WorkerGroup: Sendable {
    struct Member: Sendable {
        let version: ControlGroups.Hierarchy.Version
        let folder: String

        /// Nil where the group cannot be made or does not take its limit.
        init?(_ hierarchy: ControlGroups.Hierarchy, name: String, memory: UInt64, processes: Int) {
            version = hierarchy.version
            folder = "\(hierarchy.folder)/\(name)"
            if version == .v1Memory && memory == 0 { return nil }
            guard mkdir(folder, 0o755) == 0 else { return nil }
            var isLimited = true
            switch version {
            case .v1Memory:
                isLimited = ControlGroups.write("\(memory)", to: "\(folder)/memory.limit_in_bytes")
                // Absent where swap is not accounted for.
                _ = ControlGroups.write("\(memory)", to: "\(folder)/memory.memsw.limit_in_bytes")
            case .v1Processes:
                isLimited = ControlGroups.write("\(processes)", to: "\(folder)/pids.max")
            case .v2:
                isLimited = ControlGroups.write("\(processes)", to: "\(folder)/pids.max")
                if memory > 0 {
                    isLimited = ControlGroups.write("\(memory)", to: "\(folder)/memory.max") && isLimited
                    _ = ControlGroups.write("0", to: "\(folder)/memory.swap.max")
                }
            }
            guard isLimited else {
                rmdir(folder)
                return nil
            }
        }

        var limitsMemory: Bool { version != .v1Processes }
    }

    let members: [Member]

    /// Puts a process under the limits; false where one of them does not take it.
    func adopt(_ process: pid_t) -> Bool {
        members.reduce(true) { $0 && ControlGroups.write("\(process)", to: "\($1.folder)/cgroup.procs") }
    }

    var limitsMemory: Bool { members.contains(where: \.limitsMemory) }

    /// How many of its processes the kernel killed because the group was out of memory; nil where memory is not limited.
    var outOfMemoryKills: UInt64? {
        guard let member = members.first(where: \.limitsMemory) else { return nil }
        let file = member.version == .v2 ? "memory.events" : "memory.oom_control"
        for line in ControlGroups.text("\(member.folder)/\(file)").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return UInt64(words[1]) }
        }
        return nil
    }

    private static let queue = DispatchQueue(label: "tuned.cgroups", qos: .utility)

    /// Kills all that is left in the groups and removes them, soon.
    func end() {
        let folders = members.map(\.folder)
        Self.queue.async { for folder in folders { Self.end(folder: folder) } }
    }

    /// Nothing new can start in a group that may hold no processes, so what is in it can be killed in peace.
    static func end(folder: String) {
        _ = ControlGroups.write("0", to: "\(folder)/pids.max")
        for _ in 0..<200 {
            if !ControlGroups.write("1", to: "\(folder)/cgroup.kill") {
                for line in ControlGroups.text("\(folder)/cgroup.procs").split(separator: "\n") {
                    if let process = pid_t(line), process > 1 { kill(process, SIGKILL) }
                }
            }
            if rmdir(folder) == 0 || errno == ENOENT { return }
            usleep(1000)
        }
    }
}
