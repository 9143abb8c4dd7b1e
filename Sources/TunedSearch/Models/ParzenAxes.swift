import Glibc
package import TunedSpace

/// How a Parzen estimator sees a space: one axis a parameter. A number's coordinate is its place on its unit scale (a
/// countable one's the middle of its cell), a category's the index of its cell; an inactive parameter's is NaN.
///
/// Also of a part of a space, ``part(_:)``.
package struct ParzenAxes: Sendable {
    struct Axis: Sendable {
        let scale: UnitScale
        /// Number of categories; 0 for a number.
        let categories: Int
        /// Middle and width of each cell of a countable number with few cells; else empty.
        let cells: [(middle: Double, width: Double)]
        /// The coordinates of the parent under which each condition holds.
        var conditions: [(parent: Int, coordinates: [Double])]
        /// What is left to estimate: nothing where the parameter is fixed.
        let isFixed: Bool
        /// A person's; nil for the uniform one.
        let prior: UnitDensity?

        var isCategorical: Bool { categories > 0 }
    }

    /// Up to so many cells the mass of a kernel is summed; beyond, integrated.
    static let summedCells: UInt64 = 64

    let space: SearchSpace
    let axes: [Axis]
    /// Of each axis, the index of its parameter in the space.
    package let columns: [Int]
    /// The axes, each after the parents of its conditions.
    let order: [Int]
    /// Those that are not fixed.
    let varyingAxes: [Int]
    /// Those with a person's prior.
    let believedAxes: [Int]
    private let categoricalAxes: [(axis: Int, logChance: Double)]

    package init(_ space: SearchSpace) {
        let scales = space.parameters.map(UnitScale.init)
        let axes = space.parameters.indices.map { index in
            let parameter = space.parameters[index]
            return Axis(
                scale: scales[index], categories: parameter.isCategorical ? Int(parameter.cellCount ?? 0) : 0,
                cells: Self.cells(parameter, scales[index]),
                conditions: parameter.conditions.map { condition in
                    let parent = space.parameters[condition.parent]
                    let coordinates = condition.values.filter(parent.contains).compactMap {
                        Self.coordinate($0, parent, scales[condition.parent])
                    }
                    return (condition.parent, coordinates)
                },
                isFixed: parameter.isFixed, prior: UnitDensity(parameter))
        }
        self.init(space, axes, columns: Array(axes.indices), order: space.order)
    }

    private init(_ space: SearchSpace, _ axes: [Axis], columns: [Int], order: [Int]) {
        (self.space, self.axes, self.columns, self.order) = (space, axes, columns, order)
        varyingAxes = axes.indices.filter { !axes[$0].isFixed }
        believedAxes = axes.indices.filter { axes[$0].prior != nil }
        categoricalAxes = axes.enumerated().filter(\.element.isCategorical).map { ($0, -log(Double($1.categories))) }
    }

    /// Some of the parameters, which are always active together, where they are active: a point has a coordinate for each of them, and
    /// for no other. Places in the whole space come from the ``columns``; ``coordinates(of:)`` and ``configuration(at:)`` are the whole's.
    func part(_ columns: [Int]) -> ParzenAxes {
        let axes = columns.map { column in
            var axis = self.axes[column]
            axis.conditions = []
            return axis
        }
        return ParzenAxes(space, axes, columns: columns, order: Array(axes.indices))
    }

    private static func cells(_ parameter: Parameter, _ scale: UnitScale) -> [(middle: Double, width: Double)] {
        guard let count = scale.cellCount, count <= summedCells, !parameter.isCategorical else { return [] }
        return (0..<count).map { cell in
            let bounds = scale.bounds(ofCell: cell)
            return (scale.unit(of: parameter.value(ofCell: cell)) ?? 0.5, bounds.upper - bounds.lower)
        }
    }

    private static func coordinate(_ value: ParameterValue, _ parameter: Parameter, _ scale: UnitScale) -> Double? {
        if parameter.isCategorical { return parameter.cell(of: value).map { Double($0) } }
        return scale.unit(of: value)
    }

    /// A category that the space has no room for, as a person may have tried, is NaN too.
    package func coordinates(of configuration: Configuration) -> [Double] {
        axes.indices.map { index in
            let place = configuration[index].flatMap { Self.coordinate($0, space.parameters[index], axes[index].scale) }
            // The estimator takes it for granted that a number without conditions has a place.
            return place ?? (axes[index].conditions.isEmpty && !axes[index].isCategorical ? 0.5 : .nan)
        }
    }

    package func configuration(at point: [Double]) -> Configuration {
        Configuration(axes.indices.map { index in
            let coordinate = point[index]
            if coordinate.isNaN { return nil }
            if axes[index].isCategorical { return space.parameters[index].value(ofCell: UInt64(coordinate)) }
            return axes[index].scale.value(at: coordinate)
        })
    }

    /// The coordinate of the value that a place on the unit scale belongs to.
    func snapped(_ unit: Double, _ index: Int) -> Double {
        let axis = axes[index]
        guard let count = axis.scale.cellCount else { return unit }
        let cell = axis.scale.cell(at: unit, of: count)
        if axis.isCategorical { return Double(cell) }
        if !axis.cells.isEmpty { return axis.cells[Int(cell)].middle }
        return axis.scale.unit(of: space.parameters[columns[index]].value(ofCell: cell)) ?? 0.5
    }

    /// Those that vary along a scale: neither categories nor orders of items.
    var numericAxes: [Int] { varyingAxes.filter { !axes[$0].isCategorical && space.parameters[$0].permuted == nil } }

    func isActive(_ index: Int, at point: [Double]) -> Bool {
        axes[index].conditions.allSatisfy { $0.coordinates.contains(point[$0.parent]) }
    }

    /// The logarithm of the prior's density at a point: the uniform one, times what a person believes.
    package func logPrior(at point: [Double]) -> Double {
        var sum = 0.0
        for (axis, logChance) in categoricalAxes where !point[axis].isNaN { sum += logChance }
        for axis in believedAxes where !point[axis].isNaN { sum += logBelief(axis, at: point[axis]) }
        return sum
    }

    /// The logarithm of a person's prior along an axis, relative to the uniform one; 0 where there is none.
    func logBelief(_ index: Int, at coordinate: Double) -> Double {
        let axis = axes[index]
        guard let prior = axis.prior else { return 0 }
        return prior.logDensity(at: axis.isCategorical ? (coordinate + 0.5) / Double(axis.categories) : coordinate)
    }

    /// A draw from the prior: the coordinate below which a share of its mass lies.
    func coordinate(ofShare share: Double, _ index: Int) -> Double {
        snapped(axes[index].prior?.place(of: share) ?? share, index)
    }
}

extension Parameter {
    /// Whether its values have no order that a search could use.
    fileprivate var isCategorical: Bool {
        switch domain {
        case .categorical, .boolean: true
        case .float, .integer, .ordinal: false
        }
    }
}
