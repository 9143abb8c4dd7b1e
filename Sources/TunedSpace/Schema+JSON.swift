extension Schema {
    /// Reads JSON text in the grammar of ``Schema``.
    public init(parsing text: String) throws(SpaceError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: text)
        } catch {
            throw SpaceError(.json, path: "", "the schema is not JSON: \(error)")
        }
        try self.init(json: json)
    }

    public init(json: JSONValue) throws(SpaceError) {
        var fields = try FieldReader(json, path: "")
        guard let id = try fields.required("id").stringValue else { throw SpaceError(.type, path: "id", "an id is a text") }
        try SpaceChecker.check(name: id, path: "id")
        let description = try fields.string("description") ?? ""
        guard let parameters = try fields.list("parameters") else {
            throw SpaceError(.missingKey, path: "", "the key \"parameters\" is missing; give an empty list where nothing varies")
        }
        let rules = try fields.list("rules") ?? []
        let metrics = try Self.metrics(try fields.list("metrics") ?? [])
        let fidelity = try fields.take("fidelity").map { json throws(SpaceError) in try Fidelity(json: json) }
        let isDeterministic = try fields.flag("deterministic") ?? false
        let config = try Self.config(try fields.list("config") ?? [])
        try fields.finish()
        self.init(
            id: id, description: description, space: try SearchSpace(list: parameters, path: "parameters", rules: rules), metrics: metrics,
            fidelity: fidelity, isDeterministic: isDeterministic, config: config)
    }

    /// What ``init(json:)`` reads back to an equal schema, unless a study narrowed its space.
    public var json: JSONValue {
        var fields: [String: JSONValue] = [
            "id": .string(id),
            "parameters": .array(space.parameters.map { $0.json(in: space.parameters) }),
            "metrics": .array(metrics.map { metric in
                Self.object(["name": .string(metric.name), "goal": .string(metric.goal.rawValue)], metric.description)
            }),
        ]
        if !description.isEmpty { fields["description"] = .string(description) }
        if !space.rules.isEmpty { fields["rules"] = .array(space.rulesJSON) }
        fields["fidelity"] = fidelity.map { fidelity in
            Self.object(
                ["name": .string(fidelity.name), "low": .number(fidelity.low), "high": .number(fidelity.high)], fidelity.description)
        }
        if isDeterministic { fields["deterministic"] = .boolean(true) }
        if !config.isEmpty {
            fields["config"] = .array(config.map { key in
                Self.object(["name": .string(key.name), "required": .boolean(key.isRequired)], key.description)
            })
        }
        return .object(fields)
    }

    private static func object(_ fields: [String: JSONValue], _ description: String) -> JSONValue {
        var fields = fields
        if !description.isEmpty { fields["description"] = .string(description) }
        return .object(fields)
    }

    private static func metrics(_ items: [JSONValue]) throws(SpaceError) -> [Metric] {
        guard !items.isEmpty else {
            throw SpaceError(.missingKey, path: "metrics", "a schema needs at least one metric, or there is nothing to improve")
        }
        guard items.count <= maximumMetrics else {
            throw SpaceError(.limit, path: "metrics", "\(items.count) metrics; at most \(maximumMetrics) are allowed")
        }
        var metrics: [Metric] = []
        for (index, item) in items.enumerated() {
            let path = "metrics[\(index)]"
            var fields = try FieldReader(item, path: path)
            let name = try name(&fields, among: metrics.map(\.name))
            let text = try fields.string("goal") ?? Goal.minimize.rawValue
            guard let goal = Goal(rawValue: text) else {
                throw SpaceError(.type, path: "\(path).goal", "\"\(text.prefix(60))\" is no goal: use minimize or maximize")
            }
            metrics.append(Metric(name: name, goal: goal, description: try fields.string("description") ?? ""))
            try fields.finish()
        }
        return metrics
    }

    private static func config(_ items: [JSONValue]) throws(SpaceError) -> [ConfigKey] {
        var keys: [ConfigKey] = []
        for (index, item) in items.enumerated() {
            var fields = try FieldReader(item, path: "config[\(index)]")
            let name = try name(&fields, among: keys.map(\.name))
            keys.append(
                ConfigKey(
                    name: name, isRequired: try fields.flag("required") ?? false,
                    description: try fields.string("description") ?? ""))
            try fields.finish()
        }
        return keys
    }

    private static func name(_ fields: inout FieldReader, among taken: [String]) throws(SpaceError) -> String {
        guard let name = try fields.required("name").stringValue else {
            throw SpaceError(.type, path: fields.path(of: "name"), "a name is a text")
        }
        try SpaceChecker.check(name: name, path: fields.path(of: "name"))
        guard !taken.contains(name) else {
            throw SpaceError(.duplicate, path: fields.path(of: "name"), "the name \"\(name)\" comes twice")
        }
        return name
    }
}

extension Fidelity {
    fileprivate init(json: JSONValue) throws(SpaceError) {
        var fields = try FieldReader(json, path: "fidelity")
        guard let name = try fields.required("name").stringValue else {
            throw SpaceError(.type, path: "fidelity.name", "a name is a text")
        }
        try SpaceChecker.check(name: name, path: "fidelity.name")
        guard let low = try fields.number("low"), let high = try fields.number("high") else {
            throw SpaceError(.missingKey, path: "fidelity", "a fidelity needs the keys \"low\" and \"high\"")
        }
        guard low > 0, low <= high else {
            throw SpaceError(.range, path: "fidelity.low", "0 < low <= high must hold, found low \(low), high \(high)")
        }
        self.init(name: name, low: low, high: high, description: try fields.string("description") ?? "")
        try fields.finish()
    }
}
