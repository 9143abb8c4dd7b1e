extension Choice {
    /// As its author wrote it, without quotes.
    public var text: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): number.description
        case .boolean(let flag): flag ? "true" : "false"
        }
    }

    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .number(let number): .number(number)
        case .boolean(let flag): .boolean(flag)
        }
    }

    /// nil for null, lists, maps and numbers that are not finite.
    init?(json: JSONValue) {
        switch json {
        case .string(let text): self = .text(text)
        case .integer(let number): self = .integer(number)
        case .number(let number) where number.isFinite: self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        default: return nil
        }
    }

    /// Whether a person who wrote the value means this choice: 1 and 1.0 are the same, and so are `1` and `"1"`,
    /// because YAML and a shell do not keep quotes.
    func isMeant(by json: JSONValue) -> Bool {
        if self.json == json { return true }
        if let mine = self.json.doubleValue, let other = json.doubleValue { return mine == other }
        return Choice(json: json)?.text == text
    }
}
