extension Parameter {
    /// A parameter as it is declared, its conditions still by name.
    struct Declaration {
        var parameter: Parameter
        var when: JSONValue?
        var path: String
        /// What the names in `when` may begin with, the innermost first.
        var scopes = [""]
        /// The list that it is in.
        var presence: RepeatedGroup.Presence?
    }

    /// Reads everything but the conditions, which may name parameters that come later.
    ///
    /// - Parameters:
    ///   - name: from outside, where the grammar is a map of names to parameters.
    ///   - prefix: of the name, in a list.
    static func declaration(
        from json: JSONValue, name outerName: String? = nil, path: String, prefix: String = ""
    ) throws(SpaceError) -> Declaration {
        var fields = try FieldReader(json, path: path)
        let name: String
        if let outerName {
            name = outerName
        } else {
            guard let own = try fields.required("name").stringValue else {
                throw SpaceError(.type, path: "\(path).name", "a name is a text")
            }
            name = own
            fields.appendToPath(" \"\(own.prefix(128))\"")
        }
        let kind = try fields.string("type")
        let description = try fields.string("description") ?? ""
        let when = fields.take("when")
        let defaultJSON = fields.take("default")
        let priorJSON = fields.take("prior")
        let isMutable = try fields.flag("mutable") ?? false
        let scheduleJSON = fields.take("schedule")
        var parameter: Parameter
        if kind == "permutation" {
            parameter = Parameter(name: prefix + name, permuting: try permutedItems(&fields), description: description)
        } else {
            let domain = try Domain(kind: kind, &fields)
            parameter = Parameter(name: prefix + name, domain: domain, description: description)
        }
        try fields.finish()
        parameter.isMutable = isMutable
        if let scheduleJSON {
            parameter.schedule = try Parameter.schedule(from: scheduleJSON, path: fields.path(of: "schedule"), kind: kind)
        }
        if let defaultJSON {
            guard let value = parameter.value(meantBy: defaultJSON) else {
                throw SpaceError(
                    .defaultValue, path: fields.path(of: "default"),
                    "\(defaultJSON.shown) is no value of the parameter; \(parameter.expectation)")
            }
            parameter.defaultValue = value
        }
        if let priorJSON { parameter.prior = try parameter.prior(from: priorJSON, path: fields.path(of: "prior")) }
        return Declaration(parameter: parameter, when: when, path: fields.path)
    }

    /// `of`: a list of different choices, or their number.
    private static func permutedItems(_ fields: inout FieldReader) throws(SpaceError) -> [Choice] {
        let path = fields.path(of: "of")
        let json = try fields.required("of")
        let limit = PermutationCode.maximumItems
        if let count = json.integerValue {
            guard (1...Int64(limit)).contains(count) else {
                throw SpaceError(.limit, path: path, "a permutation has 1 to \(limit) items, found \(count)")
            }
            return (0..<count).map(Choice.integer)
        }
        guard let items = json.arrayValue else { throw fields.wrong("of", "a list of items, or their number", json) }
        guard (1...limit).contains(items.count) else {
            throw SpaceError(.limit, path: path, "a permutation has 1 to \(limit) items, found \(items.count)")
        }
        return try Domain.choices(items, path: path)
    }

    /// As ``declaration(from:name:path:prefix:)`` reads it. What a study narrowed is not part of a declaration.
    func json(in parameters: [Parameter]) -> JSONValue {
        var fields = domain.jsonFields
        if let permuted { fields = ["type": "permutation", "of": .array(permuted.map(\.json))] }
        fields["name"] = .string(name)
        if !description.isEmpty { fields["description"] = .string(description) }
        fields["default"] = defaultValue.flatMap(json(of:))
        fields["prior"] = priorJSON
        if isMutable { fields["mutable"] = .boolean(true) }
        if !schedule.isEmpty { fields["schedule"] = .array(schedule.map { .string($0.rawValue) }) }
        if !conditions.isEmpty {
            var when: [String: JSONValue] = [:]
            for condition in conditions {
                let parent = parameters[condition.parent]
                when[parent.name] = .array(condition.values.compactMap(parent.json(of:)))
            }
            fields["when"] = .object(when)
        }
        return .object(fields)
    }
}

extension Domain {
    private static let kinds = ["float", "int", "categorical", "ordinal", "bool", "permutation", "list"]

    fileprivate init(kind: String?, _ fields: inout FieldReader) throws(SpaceError) {
        guard let kind else {
            throw SpaceError(
                .missingKey, path: fields.path, "the key \"type\" is missing: \(Self.kinds.joined(separator: ", "))")
        }
        switch kind {
        case "float":
            guard let low = try fields.number("low"), let high = try fields.number("high") else {
                throw SpaceError(.missingKey, path: fields.path, "a float needs the keys \"low\" and \"high\"")
            }
            self = .float(
                FloatDomain(
                    low: low, high: high, isLogarithmic: try fields.flag("log") ?? false, step: try fields.number("step")))
        case "int":
            guard let low = try fields.integer("low"), let high = try fields.integer("high") else {
                throw SpaceError(.missingKey, path: fields.path, "an int needs the keys \"low\" and \"high\"")
            }
            self = .integer(
                IntegerDomain(
                    low: low, high: high, isLogarithmic: try fields.flag("log") ?? false,
                    step: try fields.integer("step") ?? 1))
        case "categorical", "ordinal":
            guard let items = try fields.list("choices") else {
                throw SpaceError(.missingKey, path: fields.path, "a \(kind) needs the key \"choices\", a list")
            }
            let choices = try Self.choices(items, path: "\(fields.path).choices")
            self = kind == "categorical" ? .categorical(choices) : .ordinal(choices)
        case "bool": self = .boolean
        default:
            let hint = nearest(to: kind, among: Self.kinds).map { "; did you mean \"\($0)\"?" } ?? "."
            throw SpaceError(
                .type, path: "\(fields.path).type",
                "there is no type \"\(kind.prefix(60))\"\(hint) There are: \(Self.kinds.joined(separator: ", "))")
        }
    }

    fileprivate static func choices(_ items: [JSONValue], path: String) throws(SpaceError) -> [Choice] {
        var choices: [Choice] = []
        for (place, item) in items.enumerated() {
            guard let choice = Choice(json: item) else {
                throw SpaceError(
                    .type, path: "\(path)[\(place)]", "a choice is a text, a finite number, true or false, found \(item.shown)")
            }
            choices.append(choice)
        }
        return choices
    }

    fileprivate var jsonFields: [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        switch self {
        case .float(let float):
            fields = ["type": .string("float"), "low": .number(float.low), "high": .number(float.high)]
            if float.isLogarithmic { fields["log"] = .boolean(true) }
            fields["step"] = float.step.map(JSONValue.number)
        case .integer(let integer):
            fields = ["type": .string("int"), "low": .integer(integer.low), "high": .integer(integer.high)]
            if integer.isLogarithmic { fields["log"] = .boolean(true) }
            if integer.step != 1 { fields["step"] = .integer(integer.step) }
        case .categorical(let choices): fields = ["type": .string("categorical"), "choices": .array(choices.map(\.json))]
        case .ordinal(let choices): fields = ["type": .string("ordinal"), "choices": .array(choices.map(\.json))]
        case .boolean: fields = ["type": .string("bool")]
        }
        return fields
    }
}
