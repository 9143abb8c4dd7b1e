/// The unit cube of a whole space: one ``UnitScale`` a parameter, in the schema's order.
public struct UnitCube: Hashable, Sendable {
    public let space: SearchSpace
    public let scales: [UnitScale]
    /// What a person believes of each parameter; nil where that is nothing.
    public private(set) var priors: [UnitDensity?]

    public init(_ space: SearchSpace) {
        self.space = space
        scales = space.parameters.map(UnitScale.init)
        priors = space.parameters.map(UnitDensity.init)
    }

    /// Whether a person believes something of any parameter.
    public var hasPriors: Bool { priors.contains { $0 != nil } }

    /// The same cube for somebody who believes nothing.
    public var withoutPriors: UnitCube {
        var cube = self
        cube.priors = priors.map { _ in nil }
        return cube
    }

    /// The point whose coordinates have these shares of the priors' mass below them: uniform shares give draws from the
    /// priors, and even ones an even spread over them. Without priors the shares themselves.
    public func point(ofShares shares: [Double]) -> [Double] {
        guard hasPriors else { return shares }
        return zip(priors, shares).map { $0?.place(of: $1) ?? $1 }
    }

    /// The inverse of ``point(ofShares:)``.
    public func shares(below point: [Double]) -> [Double] {
        guard hasPriors else { return point }
        return zip(priors, point).map { $0?.share(below: $1) ?? $1 }
    }

    /// The coordinates of a configuration; NaN where a parameter is inactive.
    public func coordinates(of configuration: Configuration) -> [Double] {
        zip(scales, configuration.values).map { scale, value in value.flatMap(scale.unit(of:)) ?? .nan }
    }

    /// The configuration at a point of the cube: parameters are read off in the order of the conditions, and those that
    /// are inactive there take no value, whatever their coordinate.
    public func configuration(at point: [Double]) -> Configuration {
        var configuration = Configuration(Array(repeating: nil, count: space.count))
        for index in space.order where space.active(index, in: configuration) {
            configuration[index] = scales[index].value(at: point[index])
        }
        return configuration
    }
}
