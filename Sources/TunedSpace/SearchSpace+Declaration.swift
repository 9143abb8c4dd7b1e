extension SearchSpace {
    /// A space out of a list of parameters in the grammar of ``Schema``.
    init(list items: [JSONValue], path: String) throws(SpaceError) {
        var declarations: [Parameter.Declaration] = []
        for (index, item) in items.enumerated() {
            declarations.append(try Parameter.declaration(from: item, path: "\(path)[\(index)]"))
        }
        try self.init(declarations)
    }

    /// A space out of names and parameters, in the order given, as a study file without a plugin declares it:
    /// `{lr: {type: float, low: 1e-4, high: 1, log: true}, layers: {type: int, low: 1, high: 4}}`.
    public init(declaring items: [(name: String, parameter: JSONValue)]) throws(SpaceError) {
        var declarations: [Parameter.Declaration] = []
        for (name, json) in items {
            declarations.append(try Parameter.declaration(from: json, name: name, path: name))
        }
        try self.init(declarations)
    }

    /// The same from a map, whose order is not known: parameters are sorted by name.
    public init(declaring fields: [String: JSONValue]) throws(SpaceError) {
        try self.init(declaring: fields.sorted { $0.key < $1.key }.map { (name: $0.key, parameter: $0.value) })
    }

    private init(_ declarations: [Parameter.Declaration]) throws(SpaceError) {
        var parameters = declarations.map(\.parameter)
        for (index, declaration) in declarations.enumerated() {
            guard let when = declaration.when else { continue }
            parameters[index].conditions = try Self.conditions(
                when, among: declarations.map(\.parameter), path: "\(declaration.path).when")
        }
        try self.init(parameters)
    }

    private static func conditions(
        _ json: JSONValue, among parameters: [Parameter], path: String
    ) throws(SpaceError) -> [Condition] {
        guard case .object(let fields) = json else {
            throw SpaceError(.type, path: path, "expected a map of parameters to values, found \(json.shown)")
        }
        var conditions: [Condition] = []
        for (name, wanted) in fields.sorted(by: { $0.key < $1.key }) {
            guard let parent = parameters.firstIndex(where: { $0.name == name }) else {
                let hint = nearest(to: name, among: parameters.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
                throw SpaceError(
                    .condition, path: path, "the condition is on \"\(name.prefix(128))\", which is not a parameter here\(hint)")
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
}
