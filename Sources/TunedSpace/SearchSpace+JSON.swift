extension SearchSpace {
    /// The parameters as they are searched, in the grammar of a schema: choices that were left out are not there, and a parameter
    /// of one value has it as `value`.
    public var parametersJSON: [JSONValue] {
        parameters.map { parameter in
            guard case .object(var fields) = parameter.json(in: parameters) else { return .null }
            switch parameter.domain {
            case .categorical, .ordinal:
                if parameter.permuted == nil { fields["choices"] = .array(parameter.categories.compactMap { parameter.json(of: .category($0)) }) }
            case .boolean, .float, .integer: break
            }
            if parameter.isFixed { fields["value"] = parameter.json(of: parameter.centralValue) }
            return .object(fields)
        }
    }

    /// The active values by name, in the schema's order.
    public func json(_ configuration: Configuration) -> [(name: String, value: JSONValue)] {
        zip(parameters, configuration.values).compactMap { parameter, value in
            value.flatMap(parameter.json(of:)).map { (parameter.name, $0) }
        }
    }

    /// The values of some parameters, by index, each checked against its domain.
    public func partial(from fields: [String: JSONValue]) throws(SpaceError) -> [Int: ParameterValue] {
        var values: [Int: ParameterValue] = [:]
        // Sorted, so that of several errors the same one is told each time.
        for (name, json) in fields.sorted(by: { $0.key < $1.key }) {
            guard let index = index(of: name) else { throw unknown(name) }
            let parameter = parameters[index]
            guard let value = parameter.value(meantBy: json), parameter.contains(value) else {
                throw SpaceError(.value, path: name, "\(json.shown) is not a value of \"\(name)\"; \(parameter.expectation)")
            }
            values[index] = value
        }
        return values
    }

    /// A whole configuration.
    ///
    /// - Parameters:
    ///   - fields: values by name; a value for a parameter that they make inactive is an error.
    ///   - filling: where the values come from that `fields` leaves out, and where it has none, a parameter's central
    ///     value; nil makes leaving out an active parameter an error.
    public func configuration(
        from fields: [String: JSONValue], filling: Configuration? = nil
    ) throws(SpaceError) -> Configuration {
        let given = try partial(from: fields)
        var configuration = Configuration(Array(repeating: nil, count: count))
        for index in order {
            guard active(index, in: configuration) else {
                if given[index] != nil {
                    throw SpaceError(
                        .value, path: parameters[index].name, "the parameter takes no value here: \(whyInactive(index))")
                }
                continue
            }
            let parameter = parameters[index]
            let filled = filling.map { ($0.count == count ? $0[index] : nil) ?? parameter.centralValue }
            guard let value = given[index] ?? filled else {
                throw SpaceError(.value, path: parameter.name, "the parameter needs a value; \(parameter.expectation)")
            }
            configuration[index] = value
        }
        return configuration
    }
}
