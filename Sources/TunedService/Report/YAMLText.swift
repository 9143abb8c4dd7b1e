import TunedSpace

/// A JSON value as the YAML that a person would write: block style, short lists and maps on one line, quotes where they are needed.
enum YAMLText {
    /// Longest text of a value on one line.
    private static let width = 100

    /// - Parameter order: keys that come first, in this order; the others follow by name.
    static func text(of fields: [String: JSONValue], order: [String] = []) -> String { block(fields, indent: "", order: order) }

    private static func block(_ fields: [String: JSONValue], indent: String, order: [String]) -> String {
        let ranks = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        return fields.sorted { (ranks[$0.key] ?? .max, $0.key) < (ranks[$1.key] ?? .max, $1.key) }.map { key, value in
            let flow = flow(value)
            let isShort = indent.count + key.count + flow.count + 2 <= width
            switch value {
            case .object(let inner) where !inner.isEmpty && !isShort: return "\(indent)\(scalar(key)):\n" + block(inner, indent: indent + "  ", order: [])
            case .object(let inner) where !inner.isEmpty && inner.values.contains(where: \.isObject):
                return "\(indent)\(scalar(key)):\n" + block(inner, indent: indent + "  ", order: [])
            case .array(let items) where !items.isEmpty && !isShort:
                return "\(indent)\(scalar(key)):\n" + items.map { "\(indent)  - \(self.flow($0))\n" }.joined()
            default: return "\(indent)\(scalar(key)): \(flow)\n"
            }
        }.joined()
    }

    private static func flow(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): scalar(text)
        case .array(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
        case .object(let fields): "{" + fields.sorted { $0.key < $1.key }.map { "\(scalar($0.key)): \(flow($0.value))" }.joined(separator: ", ") + "}"
        case .null, .boolean, .integer, .number: value.text()
        }
    }

    /// JSON's quoted strings are YAML's double-quoted ones.
    private static func scalar(_ text: String) -> String {
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let first = text.utf8.first ?? 0
        let isPlain =
            !words.contains(text.lowercased()) && (first | 0x20 >= UInt8(ascii: "a") && first | 0x20 <= UInt8(ascii: "z") || first == UInt8(ascii: "/") || first == UInt8(ascii: "_"))
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"): true
                default: false
                }
            }
        return isPlain ? text : JSONValue.string(text).text()
    }
}

extension JSONValue {
    fileprivate var isObject: Bool { if case .object(let fields) = self { !fields.isEmpty } else { false } }
}
