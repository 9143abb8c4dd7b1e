extension Rule {
    static let maximumCount = 1_000

    /// The list `rules` of a schema or of a study.
    static func list(_ items: [JSONValue], path: String, of parameters: [Parameter]) throws(SpaceError) -> [Rule] {
        guard items.count <= maximumCount else {
            throw SpaceError(.limit, path: path, "\(items.count) rules; at most \(maximumCount) are allowed")
        }
        let reader = RuleReader(parameters)
        var rules: [Rule] = []
        for (place, item) in items.enumerated() { rules += try reader.rules(item, path: "\(path)[\(place)]") }
        return rules
    }

    /// What ``list(_:path:of:)`` reads back to an equal rule.
    func json(in parameters: [Parameter]) -> JSONValue {
        if case .never = demand { return ["never": Self.json(premises, parameters)] }
        let demanded: JSONValue =
            switch demand {
            case .never: .null
            case .tests(let tests): Self.json(tests, parameters)
            case .linear(let linear): linear.json(in: parameters)
            }
        if premises.isEmpty, case .linear = demand { return demanded }
        return ["if": Self.json(premises, parameters), "then": demanded]
    }

    /// For a person, in one line.
    func text(in parameters: [Parameter]) -> String {
        if premises.isEmpty, case .linear(let linear) = demand { return linear.text(in: parameters) }
        if case .linear(let linear) = demand {
            return "if \(Self.json(premises, parameters).text()) then \(linear.text(in: parameters))"
        }
        return json(in: parameters).text()
    }

    private static func json(_ tests: [ValueTest], _ parameters: [Parameter]) -> JSONValue {
        // Two tests of one parameter come out as a list of maps.
        var fields: [String: JSONValue] = [:]
        for test in tests {
            let parameter = parameters[test.parameter]
            if fields[parameter.name] != nil { return .array(tests.map { json([$0], parameters) }) }
            fields[parameter.name] =
                switch test.wanted {
                case .values(let values): .array(values.compactMap(parameter.json(of:)))
                case .others(let values): ["not": .array(values.compactMap(parameter.json(of:)))]
                case .range(let low, let high):
                    .object(
                        Dictionary(
                            [("low", low), ("high", high)].filter(\.1.isFinite).map { ($0, JSONValue.number($1)) },
                            uniquingKeysWith: { first, _ in first }))
                }
        }
        return .object(fields)
    }
}

extension LinearBound {
    func json(in parameters: [Parameter]) -> JSONValue {
        let pairs = terms.map { (parameters[$0.parameter].name, JSONValue.number($0.coefficient)) }
        return [
            countsActive ? "sum" : "linear": .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first })),
            isStrict ? "below" : "at_most": .number(bound),
        ]
    }

    func text(in parameters: [Parameter]) -> String {
        let isFlipped = terms.allSatisfy { $0.coefficient < 0 }
        var text = ""
        for term in terms {
            let coefficient = isFlipped ? -term.coefficient : term.coefficient
            if text.isEmpty { text = coefficient < 0 ? "-" : "" } else { text += coefficient < 0 ? " - " : " + " }
            if abs(coefficient) != 1 { text += "\(JSONValue.short(abs(coefficient)))*" }
            text += parameters[term.parameter].name
        }
        let comparison = (isFlipped ? ">" : "<") + (isStrict ? "" : "=")
        return "\(text) \(comparison) \(JSONValue.short(isFlipped ? -bound : bound))"
    }
}

extension JSONValue {
    /// A number for a person: whole ones without a fraction.
    fileprivate static func short(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? number.description
    }
}

/// Reads rules; names of parameters are looked up in the space.
struct RuleReader {
    private let parameters: [Parameter]
    private let indices: [String: Int]

    init(_ parameters: [Parameter]) {
        self.parameters = parameters
        indices = Dictionary(parameters.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// One item of the list: more than one rule where it has a lower and an upper bound.
    func rules(_ json: JSONValue, path: String) throws(SpaceError) -> [Rule] {
        if case .string = json { return [Rule(demand: try demand(json, path: path)[0])] }
        guard case .object(let keys) = json else {
            throw SpaceError(
                .type, path: path,
                "a rule is a comparison such as \"x <= y\", or a map with if and then, never, sum or linear; found \(json.shown)")
        }
        if keys["linear"] != nil || keys["sum"] != nil { return try demand(json, path: path).map { Rule(demand: $0) } }
        var fields = try FieldReader(json, path: path)
        if let never = fields.take("never") {
            try fields.finish()
            return [Rule(premises: try tests(never, path: "\(path).never"), demand: .never)]
        }
        guard let premise = fields.take("if"), let consequence = fields.take("then") else {
            _ = (fields.take("then"), fields.take("linear"), fields.take("sum"))
            try fields.finish()
            throw SpaceError(.missingKey, path: path, "a rule needs the keys \"if\" and \"then\", or \"never\", \"sum\" or \"linear\"")
        }
        try fields.finish()
        let premises = try tests(premise, path: "\(path).if")
        return try demand(consequence, path: "\(path).then").map { Rule(premises: premises, demand: $0) }
    }

    private func demand(_ json: JSONValue, path: String) throws(SpaceError) -> [Rule.Demand] {
        if case .string(let text) = json {
            return [.linear(try ComparisonReader(text, path: path) { indices[$0] }.linear(expectNumber))]
        }
        if let keys = json.objectValue, Self.isLinear(keys, "linear") || Self.isLinear(keys, "sum") {
            return try linear(json, path: path).map(Rule.Demand.linear)
        }
        return [.tests(try tests(json, path: path))]
    }

    /// A parameter may be named "sum", but then no bound stands beside it.
    private static func isLinear(_ keys: [String: JSONValue], _ kind: String) -> Bool {
        keys[kind] != nil && (keys.count == 1 || ["at_most", "at_least", "below", "above"].contains { keys[$0] != nil })
    }

    // MARK: Linear bounds

    private func linear(_ json: JSONValue, path: String) throws(SpaceError) -> [LinearBound] {
        var fields = try FieldReader(json, path: path)
        let sum = fields.take("sum")
        guard let body = sum ?? fields.take("linear") else {
            throw SpaceError(.missingKey, path: path, "the key \"linear\" or \"sum\" is missing")
        }
        let terms = try terms(body, path: "\(path).\(sum == nil ? "linear" : "sum")")
        var bounds: [LinearBound] = []
        for (key, sign, isStrict) in [("at_most", 1.0, false), ("at_least", -1, false), ("below", 1, true), ("above", -1, true)] {
            guard let bound = try fields.number(key) else { continue }
            let signed = terms.map { LinearBound.Term(parameter: $0.parameter, coefficient: sign * $0.coefficient) }
            bounds.append(LinearBound(terms: signed, bound: sign * bound, isStrict: isStrict, countsActive: sum != nil))
        }
        try fields.finish()
        guard !bounds.isEmpty else {
            throw SpaceError(.missingKey, path: path, "a bound is missing: at_most, at_least, below or above")
        }
        return bounds
    }

    private func terms(_ json: JSONValue, path: String) throws(SpaceError) -> [LinearBound.Term] {
        var pairs: [(name: String, coefficient: Double)] = []
        switch json {
        case .array(let items):
            for (place, item) in items.enumerated() {
                guard let name = item.stringValue else {
                    throw SpaceError(.type, path: "\(path)[\(place)]", "expected a parameter's name, found \(item.shown)")
                }
                pairs.append((name, 1))
            }
        case .object(let fields):
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                guard let coefficient = value.doubleValue, coefficient.isFinite else {
                    throw SpaceError(.type, path: "\(path).\(name)", "expected a finite number, found \(value.shown)")
                }
                pairs.append((name, coefficient))
            }
        default: throw SpaceError(.type, path: path, "expected a list of parameters, or a map of them to numbers, found \(json.shown)")
        }
        var coefficients: [Int: Double] = [:]
        for (name, coefficient) in pairs {
            for index in try matches(name, path: path) {
                try expectNumber(index, "\(path).\(name)")
                guard coefficients.updateValue(coefficient, forKey: index) == nil else {
                    throw SpaceError(.duplicate, path: path, "\"\(parameters[index].name)\" comes twice")
                }
            }
        }
        let terms = coefficients.keys.sorted().compactMap { index in
            coefficients[index].flatMap { $0 == 0 ? nil : LinearBound.Term(parameter: index, coefficient: $0) }
        }
        guard !terms.isEmpty else { throw SpaceError(.rule, path: path, "there is nothing to add up") }
        return terms
    }

    /// The parameters that a name means: `layers.*.width` is that of every layer.
    private func matches(_ name: String, path: String) throws(SpaceError) -> [Int] {
        if let index = indices[name] { return [index] }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.contains("*") else { throw unknown(name, path: path) }
        let found = parameters.indices.filter { index in
            let own = parameters[index].name.split(separator: ".", omittingEmptySubsequences: false)
            return own.count == parts.count && zip(own, parts).allSatisfy { $1 == "*" || $0 == $1 }
        }
        guard !found.isEmpty else { throw SpaceError(.rule, path: path, "no parameter's name is like \"\(name.prefix(128))\"") }
        return found
    }

    private func expectNumber(_ index: Int, _ path: String) throws(SpaceError) {
        guard parameters[index].isNumeric else {
            throw SpaceError(
                .rule, path: path,
                "\"\(parameters[index].name)\" is no number: a bound is on float, int, bool, or an ordinal of ascending numbers")
        }
    }

    private func unknown(_ name: String, path: String) -> SpaceError {
        let hint = nearest(to: name, among: parameters.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
        return SpaceError(.rule, path: path, "the rule is on \"\(name.prefix(128))\", which is not a parameter here\(hint)")
    }

    // MARK: Tests of values

    private func tests(_ json: JSONValue, path: String) throws(SpaceError) -> [ValueTest] {
        if case .array(let items) = json {
            var tests: [ValueTest] = []
            for (place, item) in items.enumerated() { tests += try self.tests(item, path: "\(path)[\(place)]") }
            return tests
        }
        guard case .object(let fields) = json, !fields.isEmpty else {
            throw SpaceError(.type, path: path, "expected a map of parameters to values, found \(json.shown)")
        }
        var tests: [ValueTest] = []
        for (name, wanted) in fields.sorted(by: { $0.key < $1.key }) {
            guard let index = indices[name] else { throw unknown(name, path: path) }
            tests.append(ValueTest(parameter: index, wanted: try self.wanted(wanted, of: index, path: "\(path).\(name)")))
        }
        return tests
    }

    /// The values of the only parameter that a test lets pass.
    func reach(_ json: JSONValue, path: String) throws(SpaceError) -> Reach {
        Reach(ValueTest(parameter: 0, wanted: try wanted(json, of: 0, path: path)), of: parameters[0])
    }

    private func wanted(_ json: JSONValue, of index: Int, path: String) throws(SpaceError) -> ValueTest.Wanted {
        let parameter = parameters[index]
        guard case .object = json, parameter.permuted == nil else { return .values(try values(json, of: index, path: path)) }
        var fields = try FieldReader(json, path: path)
        if let other = fields.take("not") {
            try fields.finish()
            return .others(try values(other, of: index, path: "\(path).not"))
        }
        let (low, high) = (try fields.number("low"), try fields.number("high"))
        try fields.finish()
        guard low != nil || high != nil else {
            throw SpaceError(.missingKey, path: path, "give low, high or not, or the values themselves")
        }
        try expectNumber(index, path)
        let (from, to) = (low ?? -.infinity, high ?? .infinity)
        guard from <= to else { throw SpaceError(.range, path: "\(path).low", "low \(from) is above high \(to)") }
        return .range(low: from, high: to)
    }

    private func values(_ json: JSONValue, of index: Int, path: String) throws(SpaceError) -> [ParameterValue] {
        let parameter = parameters[index]
        guard parameter.cellCount != nil else {
            throw SpaceError(
                .rule, path: path,
                "\"\(parameter.name)\" is a continuous number, which never has one exact value; give low and high")
        }
        // A permutation is a list itself.
        let one = parameter.permuted != nil && json.arrayValue?.first?.arrayValue == nil
        let items = one ? [json] : json.arrayValue ?? [json]
        guard !items.isEmpty else { throw SpaceError(.rule, path: path, "no value is named") }
        var declared = parameter
        declared.allowed = nil
        // A long list is looked up, for a choice is found by going through all of them.
        let exact = items.count > 20 ? parameter.choicesByJSON : [:]
        var values: [ParameterValue] = []
        for item in items {
            guard let value = exact[item].map(ParameterValue.category) ?? parameter.value(meantBy: item), declared.contains(value) else {
                throw SpaceError(.rule, path: path, "\"\(parameter.name)\" can never be \(item.shown); \(parameter.expectation)")
            }
            values.append(value)
        }
        return values
    }
}
