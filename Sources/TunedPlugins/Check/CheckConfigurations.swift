import TunedSpace

/// The configurations that a check tries, each with a few words that say why.
struct CheckConfigurations {
    struct Item {
        var what: String
        var configuration: Configuration
    }

    let space: SearchSpace
    /// More than these are not tried: a space of a thousand parameters has thousands of corners.
    private static let limit = 2_000

    /// All lows, all highs, and each parameter's ends and categories with the others at their defaults.
    var corners: [Item] {
        var items: [Item] = []
        for (what, end) in [("every parameter at its low end", 0.0), ("every parameter at its high end", 1.0)] {
            let values = space.parameters.map { value($0, at: end) }
            items.append(Item(what: what, configuration: space.canonical(Configuration(values))))
        }
        for index in space.parameters.indices {
            for value in ends(of: space.parameters[index]) { items.append(item(index, value)) }
        }
        return distinct(items)
    }

    /// Every value of every condition with what it makes active: at the low end, in the middle, at the high end.
    var branches: [Item] {
        var items: [Item] = []
        for index in space.parameters.indices where !space.parameters[index].conditions.isEmpty {
            for condition in space.parameters[index].conditions {
                for parentValue in condition.values {
                    guard let base = active(index, from: space.defaults, where: (condition.parent, parentValue)) else { continue }
                    for place in [0, 0.5, 1] {
                        var configuration = base
                        configuration[index] = value(space.parameters[index], at: place)
                        let parent = space.parameters[condition.parent].name
                        let what = """
                            \(space.parameters[index].name) with \(parent) = \(space.text(parentValue, of: condition.parent))
                            """
                        items.append(Item(what: what, configuration: complete(configuration)))
                    }
                }
            }
        }
        return distinct(items)
    }

    func random(_ random: inout SplitMix64) -> Configuration {
        space.legal(near: space.parameters.map { _ in random.uniform() })
    }

    /// A configuration as JSON text, by names.
    func text(_ configuration: Configuration) -> String {
        var fields: [String: JSONValue] = [:]
        for (index, parameter) in space.parameters.enumerated() {
            fields[parameter.name] = configuration[index].flatMap(parameter.json(of:))
        }
        return JSONValue.object(fields).text()
    }

    // MARK: Parts

    private func item(_ index: Int, _ value: ParameterValue) -> Item {
        var configuration = active(index, from: space.defaults) ?? space.defaults
        configuration[index] = value
        let what = "\(space.parameters[index].name) = \(space.text(value, of: index))"
        return Item(what: what, configuration: complete(configuration))
    }

    private func ends(of parameter: Parameter) -> [ParameterValue] {
        switch parameter.domain {
        case .float, .integer: [value(parameter, at: 0), value(parameter, at: 1)]
        case .categorical, .ordinal, .boolean: parameter.categories.prefix(200).map(ParameterValue.category)
        }
    }

    /// The value at a place of the domain: 0 is its low end, exactly.
    private func value(_ parameter: Parameter, at place: Double) -> ParameterValue {
        // A logarithm and its inverse do not meet the ends exactly.
        if case .float(let float) = parameter.domain, parameter.cellCount == nil {
            if place == 0 { return .float(float.low) }
            if place == 1 { return .float(float.high) }
        }
        if place == 0 { return parameter.cellCount.map { _ in parameter.value(ofCell: 0) } ?? parameter.centralValue }
        if place == 1, let count = parameter.cellCount { return parameter.value(ofCell: count - 1) }
        return UnitScale(parameter).value(at: place)
    }

    /// The configuration with the parents of a parameter set so that it is active; nil where no values do that.
    private func active(
        _ index: Int, from configuration: Configuration, where wanted: (parent: Int, value: ParameterValue)? = nil
    ) -> Configuration? {
        var result: Configuration? = configuration
        for condition in space.parameters[index].conditions {
            result = result.flatMap { active(condition.parent, from: $0) }
            let current = result?[condition.parent]
            if let wanted, wanted.parent == condition.parent {
                result?[condition.parent] = wanted.value
            } else if current.map(condition.values.contains) != true {
                result?[condition.parent] = condition.values.first
            }
        }
        guard var found = result else { return nil }
        if found[index] == nil { found[index] = space.parameters[index].centralValue }
        let whole = complete(found)
        return space.active(index, in: whole) ? whole : nil
    }

    /// Fills what has become active, and empties what no longer is.
    private func complete(_ configuration: Configuration) -> Configuration {
        var result = configuration
        for index in space.order {
            if !space.active(index, in: result) {
                result[index] = nil
            } else if result[index] == nil {
                result[index] = space.parameters[index].centralValue
            }
        }
        return result
    }

    private func distinct(_ items: [Item]) -> [Item] {
        var seen: Set<Configuration> = []
        // What a rule forbids is never asked of the plugin.
        return Array(items.filter { space.isLegal($0.configuration) && seen.insert($0.configuration).inserted }.prefix(Self.limit))
    }
}
