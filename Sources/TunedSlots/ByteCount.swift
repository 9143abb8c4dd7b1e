/// Sizes for people.
enum ByteCount {
    /// `512 MiB`, `1.5 GiB`: in the largest unit that leaves at least 1, rounded down to a tenth.
    static func text(_ bytes: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var unit = 0
        var size: UInt64 = 1
        while bytes / size >= 1024 && unit < units.count - 1 {
            size *= 1024
            unit += 1
        }
        let tenths = (bytes % size) * 10 / size
        return tenths == 0 ? "\(bytes / size) \(units[unit])" : "\(bytes / size).\(tenths) \(units[unit])"
    }
}
