import TunedSpace

/// Hyperband with asynchronous brackets: successive halving with several lowest budgets, for nobody knows beforehand how early a loss tells
/// something (L. Li et al. 2018: Hyperband, JMLR 18; asynchronous as L. Li et al. 2020, arXiv 1810.05934, section 3.3). A trial's bracket
/// follows from its number alone, round by round, so that each gets about the same budget.
///
/// Settings: `pace` (`asynchronous`; `in-step` is ``SuccessiveHalvingPruner``), `reduction`, eta (3; 1.1 to 1000), `min`, the lowest budget (the
/// fidelity's low end).
struct HyperbandPruner: Pruner {
    private let objectives: Int
    private let plans: [HyperbandPlan]
    private var brackets: [Bracket]

    static func make(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) -> any Pruner {
        let pace = try settings.choice("pace", default: "asynchronous", of: ["asynchronous", "in-step"])
        let plans = HyperbandPlan.all(try RungLadder.read(problem, &settings, of: "hyperband"))
        guard pace == "asynchronous" else { return SuccessiveHalvingPruner("hyperband", plans, objectives: problem.objectives) }
        return HyperbandPruner(plans, objectives: problem.objectives)
    }

    private init(_ plans: [HyperbandPlan], objectives: Int) {
        self.plans = plans
        self.objectives = objectives
        brackets = plans.map { Bracket($0.ladder, .asynchronous, objectives: objectives) }
    }

    let identity = PrunerIdentity(name: "hyperband", revision: 2)
    var explanation: String {
        let rungs = plans.map { "\($0.size) at \($0.ladder.shown)" }.joined(separator: "; ")
        return "Hyperband, the best 1/\(Losses.shown(plans[0].ladder.eta)) of each rung go on, trials and budgets in proportion: \(rungs)"
    }

    /// Round by round, the most exploratory bracket first: what is known early comes from many trials, not from a few that were trained in full.
    private func bracket(of trial: Int) -> Int {
        var place = trial % plans.reduce(0) { $0 + $1.size }
        for (index, plan) in plans.enumerated() {
            place -= plan.size
            if place < 0 { return index }
        }
        return plans.count - 1
    }

    mutating func observe(_ observation: PrunerObservation) {
        switch observation {
        case .began(let trial, _), .reached(let trial, _, _), .ended(let trial, _), .overdue(let trial):
            brackets[bracket(of: trial)].observe(observation, objectives: objectives)
        case .closing: for index in brackets.indices { brackets[index].close() }
        case .reported, .foldEnded: break
        }
    }

    func firstBudget(of trial: Int) -> Double? { plans[bracket(of: trial)].ladder.budget(of: 0) }

    func promotion() -> Promotion? {
        for bracket in brackets { if let promotion = bracket.promotion() { return promotion } }
        return nil
    }
}
