import TunedSpace

/// Reads the settings of a sampler or a pruner one by one; ``finish()`` names one that nobody asked for.
struct MethodSettings {
    /// What it is for a person: `the sampler tpe`.
    private let method: String
    private var rest: [String: JSONValue]
    private var known: [String] = []

    init(_ settings: [String: JSONValue], of name: String, as kind: String = "sampler") {
        method = "the \(kind) \(name)"
        rest = settings
    }

    mutating func integer(_ key: String, default value: Int, in range: ClosedRange<Int>) throws(SearchError) -> Int {
        guard let json = take(key) else { return value }
        guard let number = json.integerValue, range.contains(Int(number)) else {
            throw wrong(key, json, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    mutating func number(_ key: String, default value: Double, in range: ClosedRange<Double>) throws(SearchError) -> Double {
        guard let json = take(key) else { return value }
        guard let number = json.doubleValue, range.contains(number) else {
            throw wrong(key, json, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A list of names, or one text with commas between them; nil where it was not given.
    mutating func names(_ key: String) throws(SearchError) -> [String]? {
        guard let json = take(key) else { return nil }
        if let text = json.stringValue { return text.split(separator: ",").map(String.init) }
        guard let list = json.arrayValue else { throw wrong(key, json, "a list of names") }
        let names = list.compactMap(\.stringValue)
        guard names.count == list.count else { throw wrong(key, json, "a list of names") }
        return names
    }

    mutating func choice(_ key: String, default value: String, of choices: [String]) throws(SearchError) -> String {
        guard let json = take(key) else { return value }
        guard let text = json.stringValue, choices.contains(text) else {
            throw wrong(key, json, "one of \(choices.joined(separator: ", "))")
        }
        return text
    }

    /// nil where it was not given.
    mutating func number(_ key: String, in range: ClosedRange<Double>) throws(SearchError) -> Double? {
        // Out of the range, so that it cannot be what was given.
        let none = range.lowerBound - 1
        let number = try self.number(key, default: none, in: range)
        return number == none ? nil : number
    }

    /// One number for all objectives, or a list of one for each; nil where it was not given.
    mutating func numbers(_ key: String, objectives: Int) throws(SearchError) -> [Double]? {
        guard let json = take(key) else { return nil }
        if let number = json.doubleValue, number.isFinite { return Array(repeating: number, count: objectives) }
        guard let list = json.arrayValue?.map(\.doubleValue), list.count == objectives else {
            throw wrong(key, json, "a number, or a list of one for each of the \(objectives) objectives")
        }
        let numbers = list.compactMap { $0 }
        guard numbers.count == objectives, numbers.allSatisfy(\.isFinite) else { throw wrong(key, json, "a list of numbers") }
        return numbers
    }

    func finish() throws(SearchError) {
        guard let unknown = rest.keys.min() else { return }
        let hint = nearest(to: unknown, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
        let list = known.isEmpty ? "It has none" : "It has: \(known.joined(separator: ", "))"
        throw SearchError(
            .unknownSetting, path: "settings.\(unknown)",
            "\(method) has no setting \"\(unknown.prefix(60))\"\(hint) \(list)")
    }

    private mutating func take(_ key: String) -> JSONValue? {
        known.append(key)
        guard let json = rest.removeValue(forKey: key), json != .null else { return nil }
        return json
    }

    private func wrong(_ key: String, _ json: JSONValue, _ expected: String) -> SearchError {
        SearchError(.setting, path: "settings.\(key)", "the setting \"\(key)\" is \(expected), found \(json.shown)")
    }
}
