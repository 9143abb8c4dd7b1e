extension JSONValue {
    /// The field of an object; nil where this is no object or has no such field.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }

    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var booleanValue: Bool? {
        guard case .boolean(let flag) = self else { return nil }
        return flag
    }

    /// The whole number; also of a number written with a fraction of zero, within the range that doubles hold exactly.
    public var integerValue: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number) where abs(number) <= 0x1p53: Int64(exactly: number)
        default: nil
        }
    }

    /// The number, whole or not.
    public var doubleValue: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    public var arrayValue: [JSONValue]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    public var objectValue: [String: JSONValue]? {
        guard case .object(let fields) = self else { return nil }
        return fields
    }

    /// How an error names the value: the value where it is short, else its kind.
    package var shown: String {
        switch self {
        case .null: "null"
        case .boolean, .integer, .number: text()
        case .string(let text): "\"\(text.prefix(60))\""
        case .array: "a list"
        case .object: "a map"
        }
    }
}
