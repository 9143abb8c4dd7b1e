extension SearchSpace {
    /// Number of distinct configurations, conditions followed; nil where a parameter is continuous, or the number does
    /// not fit.
    public var finiteSize: UInt64? { lattice?.count }

    /// All configurations of a space without continuous parameters.
    package var lattice: ConfigurationLattice? {
        guard parameters.allSatisfy({ $0.cellCount != nil }) else { return nil }
        return ConfigurationLattice(self, axes: parameters.map(ConfigurationLattice.Axis.cells))
    }

    /// All configurations, with continuous parameters at so many points each: evenly spaced on their scale, the ends
    /// among them.
    package func grid(pointsPerFloat points: Int, followingRules: Bool = true) -> ConfigurationLattice? {
        let axes = parameters.map { parameter -> ConfigurationLattice.Axis in
            guard parameter.cellCount == nil else { return .cells(parameter) }
            let scale = UnitScale(parameter)
            guard points > 1 else { return .points([scale.value(at: 0.5)]) }
            var values = (0..<points).map { scale.value(at: Double($0) / Double(points - 1)) }
            if case .float(let float) = parameter.domain {
                // A logarithm and its inverse do not meet the ends exactly.
                values[0] = .float(float.low)
                values[points - 1] = .float(float.high)
            }
            return .points(values)
        }
        return ConfigurationLattice(self, axes: axes, followingRules: followingRules)
    }

    /// Number of configurations of a grid with so many points for each continuous parameter; nil where it does not fit.
    public func gridSize(pointsPerFloat points: Int) -> UInt64? { grid(pointsPerFloat: max(1, points))?.count }
}
