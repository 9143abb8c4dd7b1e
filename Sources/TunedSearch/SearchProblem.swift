public import TunedSpace

/// What is searched: the same for every sampler.
public struct SearchProblem: Sendable {
    public var space: SearchSpace
    /// Number of objectives, all minimised: who maximises flips the sign.
    public var objectives: Int
    /// All randomness follows from it.
    public var seed: UInt64
    /// Trials that will be asked for, where that is known.
    public var budget: Int?
    /// From the lowest rung to training in full; nil where no trial is given a part of its budget.
    public var fidelity: FidelityRange?

    public init(space: SearchSpace, objectives: Int = 1, seed: UInt64 = 0, budget: Int? = nil, fidelity: FidelityRange? = nil) {
        self.space = space
        self.objectives = objectives
        self.seed = seed
        self.budget = budget
        self.fidelity = fidelity
    }
}
