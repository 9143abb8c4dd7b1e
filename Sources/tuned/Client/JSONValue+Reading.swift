package import TunedSpace

/// Reading the daemon's replies: a field that is absent or of another kind is nil.
extension JSONValue {
    package subscript(key: String) -> JSONValue? {
        guard case .object(let fields) = self, let value = fields[key], value != .null else { return nil }
        return value
    }

    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integerValue: Int? {
        guard case .integer(let number) = self else { return nil }
        return Int(exactly: number)
    }

    package var doubleValue: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }

    package var booleanValue: Bool? {
        guard case .boolean(let flag) = self else { return nil }
        return flag
    }

    package var elements: [JSONValue]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    package var fields: [String: JSONValue]? {
        guard case .object(let fields) = self else { return nil }
        return fields
    }
}
