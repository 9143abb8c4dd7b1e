import Glibc

/// Numbers as pictures and reports show them: the same text on every machine.
package enum NumberText {
    /// At most this many significant digits: `0.0178`, `1.5e-5`, `12400`.
    package static func significant(_ number: Double, _ digits: Int = 4) -> String {
        if number == 0 { return "0" }
        if number.magnitude >= 1e5, number.magnitude < 1e7, number == number.rounded() { return whole(number) }
        return plainExponent(print("%.*g", digits, number))
    }

    /// With so many decimals: `0.10`.
    static func fixed(_ number: Double, decimals: Int) -> String {
        let text = print("%.*f", decimals, number)
        // -0.0 is zero on an axis.
        return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
    }

    /// Thousands set off: `12,345`.
    package static func count(_ number: Int) -> String {
        var text = ""
        let digits = String(number.magnitude)
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// `1 trial`, `2 trials`.
    package static func count(_ number: Int, _ noun: String) -> String { "\(count(number)) \(noun)\(number == 1 ? "" : "s")" }

    /// A coordinate to a tenth of a pixel, as short as it can be written.
    static func coordinate(_ value: Double) -> String {
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
        return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
    }

    private static func whole(_ number: Double) -> String { String(Int64(number)) }

    /// `1.5e-05` as `1.5e-5`.
    private static func plainExponent(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "e") else { return text }
        var exponent = text[text.index(after: mark)...]
        let sign = exponent.first == "-" ? "-" : ""
        if exponent.first == "-" || exponent.first == "+" { exponent = exponent.dropFirst() }
        return text[..<mark] + "e" + sign + (exponent.drop { $0 == "0" })
    }

    private static func print(_ format: String, _ precision: Int, _ number: Double) -> String {
        withVaList([Int32(clamping: precision), number]) { arguments in
            // %f of the largest double has 309 digits before the point.
            var buffer = [CChar](repeating: 0, count: 400)
            let count = vsnprintf(&buffer, buffer.count, format, arguments)
            return String(decoding: buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
