extension SearchSpace {
    /// A space out of a list of parameters and one of rules in the grammar of ``Schema``.
    init(list items: [JSONValue], path: String, rules: [JSONValue] = []) throws(SpaceError) {
        var declarations: [Parameter.Declaration] = []
        for (index, item) in items.enumerated() {
            declarations += try RepeatedGroup.declarations(from: item, path: "\(path)[\(index)]")
        }
        try self.init(declarations, rules)
    }

    /// A space out of names and parameters, in the order given, as a study file without a plugin declares it:
    /// `{lr: {type: float, low: 1e-4, high: 1, log: true}, layers: {type: int, low: 1, high: 4}}`.
    ///
    /// - Parameter rules: in the grammar of ``Rule``.
    public init(declaring items: [(name: String, parameter: JSONValue)], rules: [JSONValue] = []) throws(SpaceError) {
        var declarations: [Parameter.Declaration] = []
        for (name, json) in items { declarations += try RepeatedGroup.declarations(from: json, name: name, path: name) }
        try self.init(declarations, rules)
    }

    /// The same from a map, whose order is not known: parameters are sorted by name.
    public init(declaring fields: [String: JSONValue], rules: [JSONValue] = []) throws(SpaceError) {
        try self.init(
            declaring: fields.sorted { $0.key < $1.key }.map { (name: $0.key, parameter: $0.value) }, rules: rules)
    }

    private init(_ declarations: [Parameter.Declaration], _ rules: [JSONValue]) throws(SpaceError) {
        let schedules = ScheduleExpansion(declarations)
        let declared = declarations.map(\.parameter) + schedules.added
        var parameters = declared
        for (index, declaration) in declarations.enumerated() {
            if let when = declaration.when {
                parameters[index].conditions = try Self.conditions(
                    when, among: declared, scopes: declaration.scopes, path: "\(declaration.path).when")
            }
            guard let presence = declaration.presence, let count = declared.firstIndex(where: { $0.name == presence.count })
            else { continue }
            let lengths = (presence.from...presence.to).map(ParameterValue.integer)
            if let own = parameters[index].conditions.firstIndex(where: { $0.parent == count }) {
                parameters[index].conditions[own].values.removeAll { !lengths.contains($0) }
            } else {
                // In the order of the names, as in a map.
                let place = parameters[index].conditions.firstIndex { declared[$0.parent].name > presence.count }
                parameters[index].conditions.insert(
                    Condition(parent: count, values: lengths), at: place ?? parameters[index].conditions.count)
            }
        }
        try schedules.complete(&parameters)
        if rules.isEmpty {
            try self.init(parameters)
        } else {
            // What is wrong with the parameters comes first: rules are read against them.
            try self.init(parameters, rules: try Rule.list(rules, path: "rules", of: SearchSpace(parameters).parameters))
        }
    }

    private static func conditions(
        _ json: JSONValue, among parameters: [Parameter], scopes: [String], path: String
    ) throws(SpaceError) -> [Condition] {
        guard case .object(let fields) = json else {
            throw SpaceError(.type, path: path, "expected a map of parameters to values, found \(json.shown)")
        }
        var conditions: [Condition] = []
        for (name, wanted) in fields.sorted(by: { $0.key < $1.key }) {
            let scoped = scopes.lazy.compactMap { scope in parameters.firstIndex { $0.name == scope + name } }
            guard let parent = scoped.first else {
                let hint = nearest(to: name, among: parameters.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
                throw SpaceError(
                    .condition, path: path, "the condition is on \"\(name.prefix(128))\", which is not a parameter here\(hint)")
            }
            if case .object = wanted, parameters[parent].permuted == nil {
                let values = try Self.values(wanted, of: parameters[parent], path: "\(path).\(name)")
                conditions.append(Condition(parent: parent, values: values))
                continue
            }
            var values: [ParameterValue] = []
            for item in wanted.arrayValue ?? [wanted] {
                guard let value = parameters[parent].value(meantBy: item) else {
                    throw SpaceError(
                        .condition, path: path, "\"\(name)\" can never be \(item.shown); \(parameters[parent].expectation)")
                }
                values.append(value)
            }
            conditions.append(Condition(parent: parent, values: values))
        }
        return conditions
    }

    /// The values of a countable parent that a range, or an exclusion, leaves: `{low: 3}`, `{not: none}`.
    private static func values(
        _ json: JSONValue, of parent: Parameter, path: String
    ) throws(SpaceError) -> [ParameterValue] {
        let reach = try RuleReader([parent]).reach(json, path: path)
        guard case .cells(let ranges) = reach else {
            throw SpaceError(
                .condition, path: path,
                "\"\(parent.name)\" is a continuous number, on which no parameter can hang; give it a step or choices")
        }
        let count = ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) + 1 }
        guard count <= UInt64(SearchSpace.maximumChoices) else {
            throw SpaceError(.limit, path: path, "\(count) values; at most \(SearchSpace.maximumChoices) are allowed in a condition")
        }
        guard count > 0 else { throw SpaceError(.condition, path: path, "\"\(parent.name)\" never has such a value") }
        return ranges.flatMap { $0.map(parent.value(ofCell:)) }
    }
}
