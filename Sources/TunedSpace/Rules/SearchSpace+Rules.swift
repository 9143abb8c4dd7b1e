extension SearchSpace {
    /// Nodes of the search for a configuration near a point; beyond, the configuration that is known to be legal serves.
    private static let maximumNodes = 1_000

    /// Whether the configuration keeps all rules. Domains and conditions are not looked at.
    public func isLegal(_ configuration: Configuration) -> Bool {
        rules.allSatisfy { $0.holds(for: configuration, of: parameters) }
    }

    /// The first rule that the configuration breaks, by its place in ``rules``.
    public func brokenRule(in configuration: Configuration) -> Int? {
        rules.firstIndex { !$0.holds(for: configuration, of: parameters) }
    }

    /// A rule for a person, in one line.
    public func text(ofRule index: Int) -> String { rules[index].text(in: parameters) }

    /// The rules as they are declared.
    public var rulesJSON: [JSONValue] { rules.map { $0.json(in: parameters) } }

    /// Parameters that decide whether a configuration is legal: those in rules, and what they hang on.
    package var ruledParameters: [Int] { legality?.system.relevant ?? [] }

    /// The configuration at a point of the unit cube where that is legal, else a legal one near it: numbers move as little
    /// as is needed along the bounds, and branches of the other values are tried from the nearest on. The point's
    /// coordinate of a parameter that is only then active counts; where that is NaN, its central value.
    public func legal(near point: [Double]) -> Configuration {
        let cube = UnitCube(self)
        let whole = parameters.indices.map { index in
            let place = index < point.count ? point[index] : .nan
            return place.isNaN ? cube.scales[index].unit(of: parameters[index].centralValue) ?? 0.5 : place
        }
        let configuration = cube.configuration(at: whole)
        guard let legality, !isLegal(configuration) else { return configuration }
        return legal(near: point, fixing: [:]) ?? legality.witness
    }

    /// The same with some values that must stay; nil where no legal configuration was found.
    public func legal(near point: [Double], fixing fixed: [Int: ParameterValue]) -> Configuration? {
        let system = legality?.system ?? RuleSystem([], parameters: parameters, order: order)
        var search = LegalSearch(system, near: point, maximumNodes: Self.maximumNodes)
        guard case .found(let configuration) = search.run(fixed: fixed) else { return nil }
        return configuration
    }

    func checkLegal(_ configuration: Configuration) throws(SpaceError) {
        guard let rule = brokenRule(in: configuration) else { return }
        let values = rules[rule].parameters.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
            .compactMap { index in configuration[index].map { "\(parameters[index].name) = \(text($0, of: index))" } }
        throw SpaceError(
            .illegal, path: "rules[\(rule)]", "\(values.joined(separator: ", ")) breaks the rule \(text(ofRule: rule))")
    }
}
