import Glibc

/// Where a person believes that a parameter's best value lies.
///
/// In a schema, or in a study's `space`:
///
///     lr: {prior: 1e-3}
///     lr: {prior: {value: 1e-3, confidence: high}}        low, medium, high, or a number between 0 and 1
///     kernel: {prior: {weights: {rbf: 3, poly: 2}}}       a choice that is left out weighs 1
public enum Prior: Hashable, Sendable {
    /// Near a value: with this chance as good as there, else anywhere.
    case value(ParameterValue, confidence: Double)
    /// One weight above zero for each declared choice.
    case weights([Double])

    public static let defaultConfidence = confidences[1].value
    static let confidences: [(name: String, value: Double)] = [("low", 0.5), ("medium", 0.75), ("high", 0.9)]
    static let confidenceRange = 0.01...0.99
}

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

extension Parameter {
    /// The value that the prior holds for the best; nil where there is none, or several are.
    var believedValue: ParameterValue? {
        switch prior {
        case nil: return nil
        case .value(let value, _): return contains(value) ? value : nil
        case .weights(let weights):
            let categories = categories.filter(weights.indices.contains)
            guard let best = categories.max(by: { weights[$0] < weights[$1] }) else { return nil }
            return categories.count { weights[$0] == weights[best] } == 1 ? .category(best) : nil
        }
    }

    /// Reads a prior.
    func prior(from json: JSONValue, path: String) throws(SpaceError) -> Prior {
        guard case .object(let keys) = json else { return try prior(near: json, Prior.defaultConfidence, path: path) }
        var fields = try FieldReader(json, path: path)
        if keys["weights"] != nil {
            let weights = try fields.required("weights")
            try fields.finish()
            return .weights(try self.weights(weights, path: "\(path).weights"))
        }
        let value = try fields.required("value")
        let confidence = try fields.take("confidence").map { json throws(SpaceError) in
            if let named = Prior.confidences.first(where: { .string($0.name) == json }) { return named.value }
            guard let number = json.doubleValue, Prior.confidenceRange.contains(number) else {
                throw SpaceError(
                    .prior, path: "\(path).confidence", "use low, medium, high or a number from 0.01 to 0.99, found \(json.shown)")
            }
            return number
        }
        try fields.finish()
        return try prior(near: value, confidence ?? Prior.defaultConfidence, path: "\(path).value")
    }

    private func prior(near json: JSONValue, _ confidence: Double, path: String) throws(SpaceError) -> Prior {
        guard let value = value(meantBy: json), contains(value) else {
            throw SpaceError(.prior, path: path, "\(json.shown) is not a value of \"\(name)\"; \(expectation)")
        }
        return .value(value, confidence: confidence)
    }

    private func weights(_ json: JSONValue, path: String) throws(SpaceError) -> [Double] {
        guard declaredCategoryCount > 0 else {
            throw SpaceError(.prior, path: path, "weights are for choices; a number takes {value: ..., confidence: ...}")
        }
        var weights = [Double](repeating: 1, count: declaredCategoryCount)
        func put(_ json: JSONValue, _ index: Int, _ path: String) throws(SpaceError) {
            guard let weight = json.doubleValue, weight > 0, weight <= 1e9 else {
                throw SpaceError(.prior, path: path, "a weight is a number above 0, up to 1e9, found \(json.shown)")
            }
            weights[index] = weight
        }
        switch json {
        case .array(let items):
            guard items.count == weights.count else {
                throw SpaceError(.prior, path: path, "\(items.count) weights for \(weights.count) choices")
            }
            for (index, item) in items.enumerated() { try put(item, index, "\(path)[\(index)]") }
        case .object(let fields):
            for (choice, item) in fields.sorted(by: { $0.key < $1.key }) {
                guard case .category(let index)? = value(meantBy: .string(choice)) else {
                    throw SpaceError(.prior, path: path, "\"\(choice.prefix(60))\" is no choice of \"\(name)\"; \(expectation)")
                }
                try put(item, index, "\(path).\(choice)")
            }
        default: throw SpaceError(.type, path: path, "expected a map of choices to weights, or a list, found \(json.shown)")
        }
        return weights
    }

    /// What ``prior(from:path:)`` reads back to an equal prior.
    var priorJSON: JSONValue? {
        switch prior {
        case nil: nil
        case .value(let value, let confidence):
            json(of: value).map { ["value": $0, "confidence": .number(confidence)] }
        case .weights(let weights): ["weights": .array(weights.map(JSONValue.number))]
        }
    }
}
