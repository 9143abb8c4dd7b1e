package import TunedSpace

/// A configuration as `{parameter: value}`, in the parameters' own units; inactive parameters are left out.
package enum ConfigurationJSON {
    /// Empty without a space, since only the space has the names.
    package static func value(of configuration: Configuration, in space: SearchSpace?) -> JSONValue {
        guard let space, space.count == configuration.count else { return .object([:]) }
        return .object(Dictionary(space.json(configuration).map { ($0.name, $0.value) }) { first, _ in first })
    }

    /// Some parameters' values, by index.
    package static func value(of values: [Int: ParameterValue], in space: SearchSpace?) -> JSONValue {
        guard let space else { return .object([:]) }
        var fields: [String: JSONValue] = [:]
        for (index, value) in values where space.parameters.indices.contains(index) {
            let parameter = space.parameters[index]
            fields[parameter.name] = parameter.json(of: value)
        }
        return .object(fields)
    }
}

/// Metrics by their names.
package enum MetricJSON {
    package static func name(_ index: Int, in schema: Schema?) -> JSONValue {
        guard let schema, schema.metrics.indices.contains(index) else { return .integer(Int64(index)) }
        return .string(schema.metrics[index].name)
    }
}
