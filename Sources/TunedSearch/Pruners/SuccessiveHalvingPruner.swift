import TunedSpace

/// Successive halving and Hyperband in step: brackets are filled one after the other; the best of each of a bracket's rungs go on together,
/// once all have come that can (K. Jamieson and A. Talwalkar 2016, Algorithm 1; L. Li et al. 2018: Hyperband, Algorithm 1). What goes on in
/// an older bracket comes before what begins in a newer one, and while a rung waits for its last trials, the next bracket fills: a slot is
/// never idle for it. No rung waits for a trial that is overdue, and failed ones are replaced.
///
/// Settings: `reduction`, eta (3; 1.1 to 1000), `min`, the budget of the lowest rung (the fidelity's low end), and of `sha` `trials`, how many begin
/// at the lowest rung (eta^k for k steps to the full budget, which leaves one; no more than the study has; 1 to 1000000).
struct SuccessiveHalvingPruner: Pruner {
    let identity: PrunerIdentity
    private let plans: [HyperbandPlan]
    private let objectives: Int
    private var brackets: [Bracket] = []
    /// Brackets that are not settled, or whose trials still run.
    private var open: [Int] = []
    /// Only looked up, never iterated.
    private var homes: [Int: Int] = [:]
    private var isClosing = false
    /// Where trials begin that no bracket has room for.
    private var nextPlan: HyperbandPlan { plans[brackets.count % plans.count] }
    /// The oldest bracket with room: one that is being filled, or that has lost a trial.
    private var vacancy: Int? { open.first { brackets[$0].hasRoom } }

    static func make(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) -> any Pruner {
        let ladder = try RungLadder.read(problem, &settings, of: "sha")
        let usual = min(HyperbandPlan.size(of: ladder, brackets: 1), max(1, problem.trials ?? .max))
        let size = try settings.integer("trials", default: min(usual, 1_000_000), in: 1...1_000_000)
        return SuccessiveHalvingPruner("sha", [HyperbandPlan(ladder: ladder, size: size)], objectives: problem.objectives)
    }

    init(_ name: String, _ plans: [HyperbandPlan], objectives: Int) {
        identity = PrunerIdentity(name: name, revision: 2)
        self.plans = plans
        self.objectives = objectives
    }

    var explanation: String {
        let eta = Losses.shown(plans[0].ladder.eta)
        let rungs = plans.map { "\($0.size) trials at budgets \($0.ladder.shown)" }.joined(separator: "; ")
        return "\(plans.count > 1 ? "Hyperband" : "successive halving") in step, the best 1/\(eta) of each rung go on: \(rungs)"
    }

    // MARK: Observing

    mutating func observe(_ observation: PrunerObservation) {
        switch observation {
        case .began(let trial, _): tell(observation, home(of: trial))
        case .reached(let trial, _, _), .ended(let trial, _), .overdue(let trial):
            if let home = homes[trial] { tell(observation, home) }
        case .closing:
            isClosing = true
            for index in brackets.indices { tell(observation, index) }
        case .reported, .foldEnded: break
        }
    }

    private mutating func tell(_ observation: PrunerObservation, _ index: Int) {
        brackets[index].observe(observation, objectives: objectives)
        let isOpen = brackets[index].running > 0 || !brackets[index].isSettled
        open.removeAll { $0 == index }
        // In the order in which they began.
        if isOpen { open.insert(index, at: open.firstIndex { $0 > index } ?? open.count) }
    }

    /// The bracket of a trial that begins. One that begins after all joins the last.
    private mutating func home(of trial: Int) -> Int {
        if let home = homes[trial] { return home }
        let home = vacancy ?? (isClosing ? brackets.indices.last : nil) ?? brackets.count
        if home == brackets.count {
            var bracket = Bracket(nextPlan.ladder, .inStep(size: nextPlan.size), objectives: objectives)
            if isClosing { bracket.close() }
            brackets.append(bracket)
        }
        homes[trial] = home
        return home
    }

    // MARK: Asking

    func firstBudget(of trial: Int) -> Double? {
        if let home = homes[trial] ?? vacancy { return brackets[home].ladder.budget(of: 0) }
        if isClosing, let last = brackets.last, !last.isSettled { return last.ladder.budget(of: 0) }
        return nextPlan.ladder.budget(of: 0)
    }

    func promotion() -> Promotion? {
        for index in open { if let promotion = brackets[index].promotion() { return promotion } }
        return nil
    }
}
