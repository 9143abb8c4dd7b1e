/// Writes the little JSON that a schema takes.
enum JSONText {
    static func string(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { out += "\\" }
            if scalar.value < 0x20 {
                out += scalar.value < 0x10 ? "\\u000" : "\\u00"
                out += String(scalar.value, radix: 16)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// JSON has no infinity and no NaN: they become `null`, which the host refuses by the key's name.
    static func number(_ value: Double) -> String { value.isFinite ? value.description : "null" }

    static func boolean(_ value: Bool) -> String { value ? "true" : "false" }

    static func array(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
}

/// A JSON object in the making.
struct JSONObject: Sendable {
    private var fields = ""

    /// - Parameter json: the value as JSON.
    mutating func add(_ key: String, json: String) {
        if !fields.isEmpty { fields += "," }
        fields += JSONText.string(key)
        fields += ":"
        fields += json
    }

    mutating func add(_ key: String, _ text: String) { add(key, json: JSONText.string(text)) }

    /// A line for people, where there is one.
    mutating func describe(_ help: String) {
        if !help.isEmpty { add("description", help) }
    }

    mutating func append(_ other: JSONObject) {
        if !fields.isEmpty && !other.fields.isEmpty { fields += "," }
        fields += other.fields
    }

    var text: String { "{" + fields + "}" }
}
