import Glibc

/// Numbers, times and sizes as a person reads them. Tables round; `--json` and `export` never do.
package enum Formatting {
    /// Six significant digits at most: `0.0178`, `1.5e-05`, `nan`.
    package static func value(_ number: Double) -> String { significant(number, digits: 6) }

    package static func significant(_ number: Double, digits: Int) -> String {
        withVaList([Int32(digits), number]) { arguments in
            var buffer = [CChar](repeating: 0, count: 48)
            let count = vsnprintf(&buffer, buffer.count, "%.*g", arguments)
            return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// `50 ms`, `0.4 s`, `12 s`, `3 min 05 s`, `2 h 14 min`, `3 d 4 h`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "unknown" }
        if seconds == 0 { return "0 s" }
        guard seconds >= 1e-3 else { return "under 1 ms" }
        if seconds < 0.1 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 9.95 { return "\(fixed(seconds, decimals: 1)) s" }
        let whole = Int(min(seconds.rounded(), 1e12))
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(padded(whole % 60)) s"
        case ..<86400: return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
        default: return "\(whole / 86400) d \(whole % 86400 / 3600) h"
        }
    }

    /// `9.4/s`, `1,250/s`, and below one a second `12/min` or `3/h`.
    package static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond > 0 else { return "0/s" }
        if perSecond >= 100 { return "\(count(Int(perSecond.rounded())))/s" }
        if perSecond >= 1 { return "\(fixed(perSecond, decimals: 1))/s" }
        if perSecond >= 1.0 / 60 { return "\(fixed(perSecond * 60, decimals: 1))/min" }
        return "\(fixed(perSecond * 3600, decimals: 1))/h"
    }

    /// Thousands set off: `12,345`.
    package static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0 && (digits.count - position) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// `1 trial`, `2 trials`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// Binary units: `512 MiB`, `7.6 GiB`.
    package static func bytes(_ number: Double) -> String {
        var number = number
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if number < 1024 {
                return (unit == "B" || number >= 100 ? "\(Int(number))" : fixed(number, decimals: 1)) + " \(unit)"
            }
            number /= 1024
        }
        return "\(fixed(number, decimals: 1)) TiB"
    }

    /// Local time, `2026-03-01 14:05:09`.
    package static func time(milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func fixed(_ number: Double, decimals: Int) -> String {
        withVaList([Int32(decimals), number]) { arguments in
            var buffer = [CChar](repeating: 0, count: 64)
            let count = vsnprintf(&buffer, buffer.count, "%.*f", arguments)
            return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
