package import TunedSpace

/// Reads an object's fields one by one, and at the end names those that nobody asked for with the nearest known name.
package struct JSONFields {
    let path: String
    private var rest: [String: JSONValue]
    private var known: [String] = []

    package init(_ value: JSONValue, path: String) throws(SpecificationError) {
        guard case .object(let fields) = value else {
            throw SpecificationError(path: path, message: "expected a map of names to values, found \(Self.kind(value))")
        }
        self.path = path
        rest = fields
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    package mutating func take(_ key: String) -> JSONValue? {
        known.append(key)
        guard let value = rest.removeValue(forKey: key), value != .null else { return nil }
        return value
    }

    package mutating func string(_ key: String) throws(SpecificationError) -> String? {
        guard let value = take(key) else { return nil }
        switch value {
        case .string(let text): return text
        case .integer(let number): return String(number)
        case .number(let number): return "\(number)"
        default: throw wrong(key, "text", value)
        }
    }

    package mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(SpecificationError) -> Int? {
        guard let value = take(key) else { return nil }
        guard case .integer(let number) = value else { throw wrong(key, "a whole number", value) }
        guard let small = Int(exactly: number), range.contains(small) else {
            let limit = range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw SpecificationError(path: path(of: key), message: "\(number) is out of range: use \(limit)")
        }
        return small
    }

    mutating func unsigned(_ key: String) throws(SpecificationError) -> UInt64? {
        guard let value = take(key) else { return nil }
        switch value {
        case .integer(let number) where number >= 0: return UInt64(number)
        // Seeds past 2^63 cross JSON as text.
        case .string(let text):
            if let number = UInt64(text) { return number }
            throw wrong(key, "a whole number from 0", value)
        default: throw wrong(key, "a whole number from 0", value)
        }
    }

    /// False where it is left out.
    package mutating func flag(_ key: String) throws(SpecificationError) -> Bool {
        guard let value = take(key) else { return false }
        guard case .boolean(let isSet) = value else { throw wrong(key, "true or false", value) }
        return isSet
    }

    mutating func number(_ key: String) throws(SpecificationError) -> Double? {
        guard let value = take(key) else { return nil }
        let number: Double
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let real): number = real
        default: throw wrong(key, "a number", value)
        }
        guard number.isFinite else { throw wrong(key, "a finite number", value) }
        return number
    }

    mutating func fraction(_ key: String) throws(SpecificationError) -> Double? {
        guard let number = try number(key) else { return nil }
        guard (0..<1).contains(number) else {
            throw SpecificationError(path: path(of: key), message: "\(number) is no fraction of the rows: use 0 up to, not including, 1")
        }
        return number
    }

    /// A number with a unit, or a bare one in the base unit: `2h`, `1GiB`, `45`.
    package mutating func quantity(_ key: String, _ unit: Quantity) throws(SpecificationError) -> Double? {
        guard let value = take(key) else { return nil }
        let number: Double?
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let real): number = real
        case .string(let text): number = unit.parse(text)
        default: number = nil
        }
        guard let number, number.isFinite, number > 0 else { throw wrong(key, unit.expected, value) }
        return number
    }

    package mutating func object(_ key: String) throws(SpecificationError) -> [String: JSONValue]? {
        guard let value = take(key) else { return nil }
        guard case .object(let fields) = value else { throw wrong(key, "a map of names to values", value) }
        return fields
    }

    /// Ends the reading: a field that was not asked for is an error.
    package func finish() throws(SpecificationError) {
        guard let unknown = rest.keys.sorted().first else { return }
        let hint = nearest(to: unknown, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
        throw SpecificationError(
            path: path(of: unknown),
            message: "unknown key \"\(unknown)\"\(hint) Known here: \(known.sorted().joined(separator: ", "))")
    }

    func wrong(_ key: String, _ expected: String, _ value: JSONValue) -> SpecificationError {
        SpecificationError(path: path(of: key), message: "expected \(expected), found \(Self.kind(value))")
    }

    static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "nothing"
        case .boolean(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .string(let text): "\"\(text.prefix(60))\""
        case .array: "a list"
        case .object: "a map"
        }
    }
}
