package import TunedSpace

/// Plain scalars by the core schema of YAML 1.2.2, section 10.3.2.
package enum YAMLScalar {
    package static func value(of text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: return number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return nil }
        if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16).map(JSONValue.integer) }
        if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8).map(JSONValue.integer) }
        switch text.lowercased() {
        case ".inf", "+.inf": return .number(.infinity)
        case "-.inf": return .number(-.infinity)
        case ".nan": return .number(.nan)
        default: break
        }
        // Swift's Double reads more than the schema has: `infinity`, hexadecimal fractions.
        guard text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }) else { return nil }
        if let whole = Int64(text) { return .integer(whole) }
        let padded = text.hasPrefix(".") ? "0" + text : text
        return Double(padded).map(JSONValue.number)
    }
}
