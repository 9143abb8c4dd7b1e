/// How much memory there is for this process and its children.
struct MemoryInventory {
    /// Bytes: the machine's, or the limit of a control group around this process where that is lower.
    let total: UInt64
    /// Bytes that could be used now without swapping.
    let available: UInt64

    static func read(from files: SystemFiles) throws(SlotError) -> MemoryInventory {
        guard let table = files.text("/proc/meminfo"), let total = field("MemTotal:", of: table) else {
            throw SlotError(.inventory, "cannot read the size of the memory from /proc/meminfo; is /proc mounted?")
        }
        let available = field("MemAvailable:", of: table) ?? total
        let limit = controlGroupLimit(files) ?? .max
        return MemoryInventory(total: min(total, limit), available: min(available, limit))
    }

    private static func field(_ name: String, of table: String) -> UInt64? {
        for line in table.split(separator: "\n") where line.hasPrefix(name) {
            return line.dropFirst(name.count).split(separator: " ").first.flatMap { UInt64($0) }.map { $0 * 1024 }
        }
        return nil
    }

    /// The lowest limit of the groups from this process's own up to the root; nil where there is none.
    private static func controlGroupLimit(_ files: SystemFiles) -> UInt64? {
        var lowest: UInt64?
        for line in (files.text("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let hierarchy: (folder: String, file: String)
            if fields[0] == "0" && fields[1].isEmpty {
                hierarchy = ("/sys/fs/cgroup", "memory.max")
            } else if fields[1].split(separator: ",").contains("memory") {
                hierarchy = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            } else {
                continue
            }
            // Inside a container the path may be that of the host, which is not visible here; its root still is.
            var path = fields[2].split(separator: "/")
            while true {
                let folder = hierarchy.folder + path.map { "/" + $0 }.joined()
                // "max" is no number, and version 1 writes a number near 2^63 for no limit, which min() lets pass.
                if let limit = files.text(folder + "/" + hierarchy.file).flatMap({ UInt64($0) }) {
                    lowest = min(lowest ?? .max, limit)
                }
                if path.popLast() == nil { break }
            }
        }
        return lowest
    }
}
