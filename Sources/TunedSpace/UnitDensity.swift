import Glibc

/// A prior as a density on [0, 1], the parameter's unit scale; its mean over the scale is 1.
///
/// Of a number: confidence · a normal density around the value, cut to the scale, with a standard deviation of a tenth of
/// it, + (1 - confidence) · the uniform one. Nowhere is it zero, so what a person did not believe can still be found. Over
/// the cells of a countable parameter it is constant in each.
public struct UnitDensity: Hashable, Sendable {
    /// Standard deviation on the unit scale.
    static let spread = 0.1

    private enum Shape: Hashable, Sendable {
        case normal(mean: Double, share: Double)
        /// Sums of the cells' chances, up to and with each.
        case cells([Double])
    }

    private let shape: Shape
    private let scale: UnitScale

    /// nil where there is no prior, or only one value.
    public init?(_ parameter: Parameter) {
        guard let prior = parameter.prior, !parameter.isFixed else { return nil }
        scale = UnitScale(parameter)
        switch prior {
        case .value(let value, let confidence):
            guard let mean = scale.unit(of: value) else { return nil }
            switch parameter.domain {
            case .categorical, .boolean:
                let categories = parameter.categories
                let chances = categories.map { category in
                    (1 - confidence) / Double(categories.count) + (value == .category(category) ? confidence : 0)
                }
                shape = .cells(Self.sums(chances))
            case .float, .integer, .ordinal: shape = .normal(mean: mean, share: confidence)
            }
        case .weights(let weights):
            let chances = parameter.categories.map { weights.indices.contains($0) ? weights[$0] : 1 }
            let total = chances.reduce(0, +)
            shape = .cells(Self.sums(chances.map { $0 / total }))
        }
    }

    private static func sums(_ chances: [Double]) -> [Double] {
        var sum = 0.0
        return chances.map { chance in
            sum += chance
            return sum
        }
    }

    /// The mass below a place.
    public func share(below unit: Double) -> Double {
        let unit = min(max(unit, 0), 1)
        switch shape {
        case .cells(let sums):
            let place = unit * Double(sums.count)
            let cell = min(Int(place), sums.count - 1)
            let before = cell > 0 ? sums[cell - 1] : 0
            return before + (sums[cell] - before) * (place - Double(cell))
        case .normal(let mean, let share):
            let bottom = Self.cumulative((0 - mean) / Self.spread)
            let mass = Self.cumulative((1 - mean) / Self.spread) - bottom
            return share * (Self.cumulative((unit - mean) / Self.spread) - bottom) / mass + (1 - share) * unit
        }
    }

    /// The place below which a share of the mass lies: uniform shares give draws from the prior.
    public func place(of share: Double) -> Double {
        let share = min(max(share, 0), 1)
        switch shape {
        case .cells(let sums):
            let cell = min(sums.firstIndex { share < $0 } ?? sums.count - 1, sums.count - 1)
            let before = cell > 0 ? sums[cell - 1] : 0
            let inside = min(max((share - before) / (sums[cell] - before), 0), 1 - 0x1p-40)
            return (Double(cell) + inside) / Double(sums.count)
        case .normal:
            var (low, high) = (0.0, 1.0)
            for _ in 0..<50 {
                let middle = (low + high) / 2
                if self.share(below: middle) < share { low = middle } else { high = middle }
            }
            return (low + high) / 2
        }
    }

    /// The logarithm of the density at a place: in a countable parameter, of the mean over its cell.
    public func logDensity(at unit: Double) -> Double {
        switch shape {
        case .cells(let sums):
            let cell = min(max(Int(unit * Double(sums.count)), 0), sums.count - 1)
            return log((sums[cell] - (cell > 0 ? sums[cell - 1] : 0)) * Double(sums.count))
        case .normal(let mean, let share):
            if let count = scale.cellCount, count <= 1 << 20 {
                let bounds = scale.bounds(ofCell: scale.cell(at: unit, of: count))
                if bounds.upper - bounds.lower > 0 {
                    return log((self.share(below: bounds.upper) - self.share(below: bounds.lower)) / (bounds.upper - bounds.lower))
                }
            }
            let mass = Self.cumulative((1 - mean) / Self.spread) - Self.cumulative((0 - mean) / Self.spread)
            let z = (unit - mean) / Self.spread
            return log(share * exp(-z * z / 2) / (Self.spread * (2 * Double.pi).squareRoot() * mass) + 1 - share)
        }
    }

    private static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }
}
