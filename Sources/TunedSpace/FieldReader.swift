/// Reads an object's fields one by one; ``finish()`` then names a field that nobody asked for, with the nearest known
/// name.
struct FieldReader {
    /// Of the object, for errors.
    private(set) var path: String
    private var rest: [String: JSONValue]
    private var known: [String] = []

    init(_ json: JSONValue, path: String) throws(SpaceError) {
        guard case .object(let fields) = json else {
            throw SpaceError(.type, path: path, "expected a map of keys to values, found \(json.shown)")
        }
        self.path = path
        rest = fields
    }

    /// Lets errors from here on tell more of where they are.
    mutating func appendToPath(_ text: String) { path += text }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The field's value; null counts as absent.
    mutating func take(_ key: String) -> JSONValue? {
        known.append(key)
        guard let value = rest.removeValue(forKey: key), value != .null else { return nil }
        return value
    }

    mutating func required(_ key: String) throws(SpaceError) -> JSONValue {
        guard let value = take(key) else { throw SpaceError(.missingKey, path: path, "the key \"\(key)\" is missing") }
        return value
    }

    mutating func string(_ key: String) throws(SpaceError) -> String? {
        try take(key).map { value throws(SpaceError) in
            guard let text = value.stringValue else { throw wrong(key, "a text", value) }
            return text
        }
    }

    mutating func flag(_ key: String) throws(SpaceError) -> Bool? {
        try take(key).map { value throws(SpaceError) in
            guard let flag = value.booleanValue else { throw wrong(key, "true or false", value) }
            return flag
        }
    }

    mutating func number(_ key: String) throws(SpaceError) -> Double? {
        try take(key).map { value throws(SpaceError) in
            guard let number = value.doubleValue, number.isFinite else { throw wrong(key, "a finite number", value) }
            return number
        }
    }

    mutating func integer(_ key: String) throws(SpaceError) -> Int64? {
        try take(key).map { value throws(SpaceError) in
            guard let number = value.integerValue else { throw wrong(key, "a whole number", value) }
            return number
        }
    }

    mutating func list(_ key: String) throws(SpaceError) -> [JSONValue]? {
        try take(key).map { value throws(SpaceError) in
            guard let items = value.arrayValue else { throw wrong(key, "a list", value) }
            return items
        }
    }

    func finish() throws(SpaceError) {
        guard let unknown = rest.keys.min() else { return }
        let hint = nearest(to: unknown, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
        throw SpaceError(
            .unknownKey, path: path(of: unknown),
            "unknown key \"\(unknown.prefix(60))\"\(hint) Known here: \(known.joined(separator: ", "))")
    }

    func wrong(_ key: String, _ expected: String, _ value: JSONValue) -> SpaceError {
        SpaceError(.type, path: path(of: key), "expected \(expected), found \(value.shown)")
    }
}
