/// How much memory there is for this process and its children.
struct MemoryInventory {
    /// Bytes: the machine's, or the limit of a control group around this process where that is lower.
    let total: UInt64
    /// Bytes that could be used now without swapping.
    let available: UInt64

    static func read(from files: SystemFiles, limit: UInt64?) throws(SlotError) -> MemoryInventory {
        guard let table = files.text("/proc/meminfo"), let total = field("MemTotal:", of: table) else {
            throw SlotError(.inventory, "cannot read the size of the memory from /proc/meminfo; is /proc mounted?")
        }
        let available = field("MemAvailable:", of: table) ?? total
        return MemoryInventory(total: min(total, limit ?? .max), available: min(available, limit ?? .max))
    }

    private static func field(_ name: String, of table: String) -> UInt64? {
        for line in table.split(separator: "\n") where line.hasPrefix(name) {
            return line.dropFirst(name.count).split(separator: " ").first.flatMap { UInt64($0) }.map { $0 * 1024 }
        }
        return nil
    }
}
