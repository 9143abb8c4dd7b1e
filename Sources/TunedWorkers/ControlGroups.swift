import Glibc
import TunedRecords

/// Where this process may make control groups for its workers: in the hierarchy of cgroup v2 where that has the memory and
/// pids controllers for us, else in those of v1, else nowhere.
///
///     .../tuned-PID/TOKEN       one group a worker
struct ControlGroups: Sendable {
    /// A hierarchy in which groups can be made: the folder of this daemon's groups.
    struct Hierarchy: Hashable, Sendable {
        enum Version: Hashable, Sendable { case v1Memory, v1Processes, v2 }
        var version: Version
        var folder: String
    }

    let hierarchies: [Hierarchy]

    static let shared = ControlGroups(root: "", process: getpid())

    var limitsMemory: Bool { hierarchies.contains { $0.version != .v1Processes } }
    var limitsProcesses: Bool { hierarchies.contains { $0.version != .v1Memory } }

    /// - Parameter root: in front of every path; for tests.
    init(root: String, process: pid_t) {
        let mounts = Self.mounts(Self.text("\(root)/proc/self/mountinfo"), root: root)
        let own = Self.memberships(Self.text("\(root)/proc/self/cgroup"))
        if let mount = mounts.first(where: { $0.controllers == nil }), let path = own[""] {
            let folder = mount.folder(of: path)
            if let usable = Self.usableV2(folder, process: process) {
                hierarchies = [Hierarchy(version: .v2, folder: usable)]
                return
            }
        }
        var found: [Hierarchy] = []
        for (controller, version) in [("memory", Hierarchy.Version.v1Memory), ("pids", .v1Processes)] {
            guard let mount = mounts.first(where: { $0.controllers?.contains(Substring(controller)) == true }), let path = own[controller]
            else { continue }
            let folder = "\(mount.folder(of: path))/tuned-\(process)"
            Self.removeAbandoned(in: mount.folder(of: path))
            if mkdir(folder, 0o755) == 0 || errno == EEXIST { found.append(Hierarchy(version: version, folder: folder)) }
        }
        hierarchies = found
    }

    /// A group for one worker; nil where there can be none. `memory` in bytes, 0: no limit.
    func makeGroup(_ name: String, memory: UInt64, processes: Int) -> WorkerGroup? {
        let members = hierarchies.compactMap { WorkerGroup.Member($0, name: name, memory: memory, processes: processes) }
        return members.isEmpty ? nil : WorkerGroup(members: members)
    }

    // MARK: Finding out

    private struct Mount {
        /// The part of the hierarchy that is mounted, and where.
        var root: String
        var point: String
        /// nil for v2.
        var controllers: [Substring]?

        func folder(of path: String) -> String {
            var inside = Substring(path)
            if root != "/", inside.hasPrefix(root) { inside = inside.dropFirst(root.utf8.count) }
            let folder = inside == "/" || inside.isEmpty ? point : "\(point)\(inside)"
            // A container may see its groups under another name than it is told.
            return access(folder, F_OK) == 0 ? folder : point
        }
    }

    /// proc(5): "36 35 0:30 ROOT POINT options ... - TYPE SOURCE SUPEROPTIONS"
    private static func mounts(_ text: String, root: String) -> [Mount] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count >= dash + 4 else { return nil }
            let point = "\(root)\(words[4])"
            switch words[dash + 1] {
            case "cgroup2": return Mount(root: String(words[3]), point: point, controllers: nil)
            case "cgroup":
                return Mount(root: String(words[3]), point: point, controllers: words[dash + 3].split(separator: ","))
            default: return nil
            }
        }
    }

    /// cgroups(7): "4:memory:/path" by controller; v2 is "".
    private static func memberships(_ text: String) -> [String: String] {
        var paths: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                paths[String(controller)] = String(parts[2])
            }
        }
        return paths
    }

    /// The folder for this daemon's groups, with the memory and pids controllers handed down to it.
    ///
    /// v2 hands controllers only to the children of a group that holds no process itself, so the daemon moves into a child of
    /// its own; where other processes share its group that does not help, and it moves back.
    private static func usableV2(_ folder: String, process: pid_t) -> String? {
        let offered = Set(text("\(folder)/cgroup.controllers").split { $0.isWhitespace })
        guard offered.isSuperset(of: ["memory", "pids"]) else { return nil }
        removeAbandoned(in: folder)
        let base = "\(folder)/tuned-\(process)"
        guard mkdir(base, 0o755) == 0 || errno == EEXIST else { return nil }
        var isUsable = write("+memory +pids", to: "\(folder)/cgroup.subtree_control")
        if !isUsable {
            let home = "\(folder)/tuned-daemon"
            if mkdir(home, 0o755) == 0 || errno == EEXIST, write("\(process)", to: "\(home)/cgroup.procs") {
                isUsable = write("+memory +pids", to: "\(folder)/cgroup.subtree_control")
                if !isUsable { _ = write("\(process)", to: "\(folder)/cgroup.procs") }
            }
            if !isUsable { rmdir(home) }
        }
        if isUsable, write("+memory +pids", to: "\(base)/cgroup.subtree_control") { return base }
        rmdir(base)
        return nil
    }

    /// Ends what daemons that were killed have left.
    private static func removeAbandoned(in folder: String) {
        for name in Files.names(in: folder) ?? [] {
            guard name.hasPrefix("tuned-"), let process = pid_t(name.dropFirst(6)), kill(process, 0) != 0, errno == ESRCH
            else { continue }
            for group in Files.names(in: "\(folder)/\(name)") ?? [] where access("\(folder)/\(name)/\(group)/cgroup.procs", F_OK) == 0 {
                WorkerGroup.end(folder: "\(folder)/\(name)/\(group)")
            }
            rmdir("\(folder)/\(name)")
        }
    }

    // MARK: Files

    /// Empty where there is none.
    static func text(_ path: String) -> String { Files.text(of: path) ?? "" }

    static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var text = text
        return text.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) == $0.count }
    }
}
