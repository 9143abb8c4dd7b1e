public import TunedSpace

/// What share of the differences between trials a parameter, or two together, account for.
public struct ParameterImportance: Hashable, Sendable {
    /// One name; two for an interaction, in the order of the space.
    public var parameters: [String]
    /// 0 to 1; the shares of an answer sum to 1.
    public var share: Double

    public init(parameters: [String], share: Double) {
        self.parameters = parameters
        self.share = share
    }
}

/// How importance is told.
public enum ImportanceMethod: Hashable, Sendable {
    /// Which parameters the best trials differ from all in (``ParzenImportance``): quick, and about the region that
    /// matters.
    case parzen
    /// Which parameters account for the variance of a random forest over the whole space (``ForestImportance``); with
    /// those of each two together beyond their own where `interactions` is set.
    case forest(interactions: Bool)

    /// PED-ANOVA, the default.
    public static let pedAnova = ImportanceMethod.parzen
    /// fANOVA, main effects alone.
    public static let fanova = ImportanceMethod.forest(interactions: false)
}

/// Which parameters matter.
public enum Importance {
    /// Below it nothing is said.
    public static let leastTrials = 10

    /// The shares of all parameters, from the largest on, equal ones in the order of the space. A parameter with one
    /// value has none. Where nothing tells the parameters apart, as under a constant objective, all shares are equal.
    ///
    /// What a conditional parameter accounts for is meant among the trials in which it is active; whether it is active
    /// is its parent's affair.
    /// - Parameters:
    ///   - observations: in the order of the study's events.
    ///   - objective: from 0 on.
    /// - Throws: ``AnalysisError`` for fewer than ``leastTrials`` complete trials, or an objective that there is not.
    public static func evaluate(
        space: SearchSpace, observations: [Observation], method: ImportanceMethod = .pedAnova, objective: Int = 0
    ) throws(AnalysisError) -> [ParameterImportance] {
        let trials = try AnalysedTrials(space, observations, objective: objective)
        try trials.require(complete: leastTrials, for: "importance")
        let effects: [Effect] =
            switch method {
            case .parzen: ParzenImportance(trials).effects
            case .forest(let interactions): ForestImportance(trials, interactions: interactions).effects
            }
        let fixed = space.parameters.indices.filter { space.parameters[$0].isFixed }
        return shares(effects + fixed.map { Effect(axes: [$0], size: 0) }, of: space)
    }

    /// What was found, before it is made a share.
    struct Effect: Sendable {
        var axes: [Int]
        var size: Double
    }

    private static func shares(_ effects: [Effect], of space: SearchSpace) -> [ParameterImportance] {
        let varying = effects.filter { $0.axes.count > 1 || !space.parameters[$0.axes[0]].isFixed }.count
        let total = effects.reduce(0) { $0 + $1.size }
        let order = effects.sorted { a, b in
            if a.size != b.size { return a.size > b.size }
            return a.axes.count != b.axes.count ? a.axes.count < b.axes.count : a.axes.lexicographicallyPrecedes(b.axes)
        }
        return order.map { effect in
            let isFixed = effect.axes.count == 1 && space.parameters[effect.axes[0]].isFixed
            let equal = varying == 0 ? 1 / Double(max(effects.count, 1)) : isFixed ? 0 : 1 / Double(varying)
            return ParameterImportance(
                parameters: effect.axes.map { space.parameters[$0].name }, share: total > 0 ? effect.size / total : equal)
        }
    }
}
