/// The limits that control groups set to this process and its children.
struct ControlGroups {
    /// Bytes: the lowest memory limit of the groups around this process; nil where there is none.
    let memoryLimit: UInt64?
    /// CPUs' worth of time that the groups around this process may use, such as 1.5; nil where there is no quota.
    let cpuQuota: Double?

    static func read(from files: SystemFiles) -> ControlGroups {
        var memory: [UInt64] = []
        var quota: [Double] = []
        for line in (files.text("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            if fields[0] == "0" && controllers.isEmpty {
                for folder in folders(from: "/sys/fs/cgroup", fields[2]) {
                    // "max" is no number.
                    if let limit = files.text(folder + "/memory.max").flatMap({ UInt64($0) }) { memory.append(limit) }
                    let times = files.text(folder + "/cpu.max")?.split(separator: " ").map { Double($0) } ?? []
                    if times.count == 2, let time = times[0], let period = times[1] { quota.append(time / period) }
                }
            }
            if controllers.contains("memory") {
                for folder in folders(from: "/sys/fs/cgroup/memory", fields[2]) {
                    // Version 1 writes a number near 2^63 for no limit; the machine's size is then lower.
                    let limit = files.text(folder + "/memory.limit_in_bytes").flatMap { UInt64($0) }
                    if let limit { memory.append(limit) }
                }
            }
            if controllers.contains("cpu") {
                for folder in folders(from: "/sys/fs/cgroup/cpu", fields[2]) {
                    // -1 is no quota.
                    guard let time = files.text(folder + "/cpu.cfs_quota_us").flatMap({ Double($0) }), time > 0,
                        let period = files.text(folder + "/cpu.cfs_period_us").flatMap({ Double($0) })
                    else { continue }
                    quota.append(time / period)
                }
            }
        }
        return ControlGroups(memoryLimit: memory.min(), cpuQuota: quota.min())
    }

    /// A group's folder and those of the groups around it. Inside a container the path may be the host's, which is not
    /// visible there; the root, which holds the container's own limit, still is.
    private static func folders(from root: String, _ path: Substring) -> [String] {
        var folders = [root]
        for name in path.split(separator: "/") { folders.append(folders[folders.count - 1] + "/" + name) }
        return folders
    }
}
