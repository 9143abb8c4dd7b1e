/// Durations and sizes as people write them.
public enum Quantity: Sendable {
    /// To seconds: `45s`, `30m`, `2h`, `1d`, `1h30m`.
    case duration
    /// To bytes: `512MiB`, `1GiB`, `2GB`, `1T`.
    case bytes

    var expected: String {
        switch self {
        case .duration: "a time such as 45s, 30m, 2h or 1h30m"
        case .bytes: "a size such as 512MiB or 2GiB"
        }
    }

    private var units: [String: Double] {
        switch self {
        case .duration: ["ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400]
        case .bytes:
            [
                "b": 1, "k": 1024, "kib": 1024, "kb": 1e3, "m": 1_048_576, "mib": 1_048_576, "mb": 1e6,
                "g": 1_073_741_824, "gib": 1_073_741_824, "gb": 1e9, "t": 1_099_511_627_776, "tib": 1_099_511_627_776,
                "tb": 1e12,
            ]
        }
    }

    /// The number in seconds or bytes; nil where the text is neither. A text without a unit is in seconds or bytes.
    public func parse(_ text: String) -> Double? {
        var total = 0.0
        var rest = Substring(text.lowercased().filter { $0 != " " })
        guard !rest.isEmpty else { return nil }
        if let bare = Double(rest), bare.isFinite { return bare }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let number = Double(digits), let unit = units[String(name)] else { return nil }
            total += number * unit
        }
        return total
    }
}
