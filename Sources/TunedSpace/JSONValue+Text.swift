extension JSONValue {
    /// JSON text with sorted keys, so that equal values have equal text. Doubles are written with the fewest digits
    /// that read back to the same number; NaN and infinities, which JSON does not have, as null.
    ///
    /// - Parameter pretty: one item a line, indented by two spaces.
    public func text(pretty: Bool = false) -> String {
        var writer = JSONTextWriter(isPretty: pretty)
        writer.write(self)
        return writer.text
    }
}

private struct JSONTextWriter {
    let isPretty: Bool
    var text = ""
    private var depth = 0

    init(isPretty: Bool) { self.isPretty = isPretty }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text += "null"
        case .boolean(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .number(let number): text += number.isFinite ? number.description : "null"
        case .string(let string): write(quoted: string)
        case .array(let items):
            write(items, between: "[", "]") { writer, item in writer.write(item) }
        case .object(let fields):
            write(fields.sorted { $0.key < $1.key }, between: "{", "}") { writer, field in
                writer.write(quoted: field.key)
                writer.text += writer.isPretty ? ": " : ":"
                writer.write(field.value)
            }
        }
    }

    private mutating func write<Item>(
        _ items: [Item], between open: String, _ close: String, _ writeItem: (inout JSONTextWriter, Item) -> Void
    ) {
        text += open
        guard !items.isEmpty else {
            text += close
            return
        }
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            breakLine()
            writeItem(&self, item)
        }
        depth -= 1
        breakLine()
        text += close
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        text += "\n"
        text += String(repeating: "  ", count: depth)
    }

    private mutating func write(quoted string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
