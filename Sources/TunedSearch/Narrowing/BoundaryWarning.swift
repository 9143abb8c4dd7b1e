public import TunedSpace

/// The best trial has a number at the end of its range: better ones may lie beyond.
public struct BoundaryWarning: Hashable, Sendable {
    public enum Bound: String, Hashable, Sendable {
        case low, high
    }

    public var parameter: String
    /// Of the best trial.
    public var value: ParameterValue
    public var bound: Bound
    /// Whether the range ends there because the study was narrowed, so that it could be extended. False at the limit
    /// that the plugin declares.
    public var canBeExtended: Bool
    /// One sentence for a person.
    public var message: String

    /// A continuous value within this share of its range counts as on the bound.
    static let margin = 0.01

    /// The warnings of a study of one objective, in the order of its parameters; none without a complete trial. Numbers
    /// of one or two values, of which each is a bound, are passed over.
    /// - Parameter declared: the plugin's own space, where the study searches a narrower one.
    public static func find(
        space: SearchSpace, observations: [Observation], declared: SearchSpace? = nil, objective: Int = 0
    ) throws(AnalysisError) -> [BoundaryWarning] {
        let trials = try AnalysedTrials(space, observations, objective: objective)
        return find(trials, space, try DeclaredSpace.checked(declared, for: space))
    }

    static func find(_ trials: AnalysedTrials, _ space: SearchSpace, _ declared: SearchSpace) -> [BoundaryWarning] {
        guard trials.completeCount > 0 else { return [] }
        let best = trials.ranked[0]
        return space.parameters.indices.compactMap { index in
            guard let range = NumberRange(space.parameters[index]), range.cellCount.map({ $0 > 2 }) ?? true,
                let value = trials.history.configurations[best][index],
                let bound = bound(of: trials.coordinate(of: best, along: index), trials.axes.axes[index].scale)
            else { return nil }
            let name = space.parameters[index].name
            let canBeExtended = NumberRange(declared.parameters[index]).map { outer in
                bound == .low ? outer.low < range.low : outer.high > range.high
            } ?? false
            let end = bound == .low ? "lower" : "upper"
            let advice = canBeExtended ? "; extend the range, which the study narrowed" : ", which is the declared limit"
            return BoundaryWarning(
                parameter: name, value: value, bound: bound, canBeExtended: canBeExtended,
                message: "The best \(name), \(space.text(value, of: index)), is at the \(end) end of its range\(advice).")
        }
    }

    static func bound(of place: Double, _ scale: UnitScale) -> Bound? {
        guard !place.isNaN else { return nil }
        if let count = scale.cellCount, count > 0 {
            // Of so many cells that one is narrower than the margin, the margin counts.
            let margin = count > 100 ? margin : 0
            if place <= max(scale.bounds(ofCell: 0).upper, margin) { return .low }
            return place >= min(scale.bounds(ofCell: count - 1).lower, 1 - margin) ? .high : nil
        }
        return place <= margin ? .low : place >= 1 - margin ? .high : nil
    }
}

/// The range of a number.
struct NumberRange: Sendable {
    let low: Double
    let high: Double
    let cellCount: UInt64?

    init?(_ parameter: Parameter) {
        switch parameter.domain {
        case .float(let float): (low, high) = (float.low, float.high)
        case .integer(let integer): (low, high) = (Double(integer.low), Double(integer.high))
        case .categorical, .ordinal, .boolean: return nil
        }
        cellCount = parameter.cellCount
    }
}

enum DeclaredSpace {
    /// The declared space, which has the same parameters.
    static func checked(_ declared: SearchSpace?, for space: SearchSpace) throws(AnalysisError) -> SearchSpace {
        guard let declared else { return space }
        guard declared.parameters.map(\.name) == space.parameters.map(\.name) else {
            throw AnalysisError(.space, "the declared space does not have the parameters of the study's")
        }
        return declared
    }
}
