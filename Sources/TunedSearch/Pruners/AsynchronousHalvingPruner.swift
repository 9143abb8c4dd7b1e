import TunedSpace

/// Asynchronous successive halving: a trial stands at the end of its budget, and goes on to the next rung as soon as it is among the best
/// 1/eta of those that have reached its own (L. Li et al. 2020: A system for massively parallel hyperparameter tuning, arXiv 1810.05934,
/// Algorithm 2).
///
/// Settings: `mode` (`promote`; `stop` is ``RungStopJudge``), `reduction`, eta (3; 1.1 to 1000), `min`, the budget of the lowest rung (the fidelity's
/// low end), `rate`, how many of the lowest rungs are left out (0; the paper's early-stopping rate s).
struct AsynchronousHalvingPruner: Pruner {
    private let objectives: Int
    private var bracket: Bracket

    static func make(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) -> any Pruner {
        let mode = try settings.choice("mode", default: "promote", of: ["promote", "stop"])
        let ladder = try RungLadder.read(problem, &settings, of: "asha")
        let rungs = ladder.without(lowest: try settings.integer("rate", default: 0, in: 0...60))
        guard mode == "stop" else { return AsynchronousHalvingPruner(rungs, objectives: problem.objectives) }
        return try ReportPruner(RungStopJudge(rungs, problem), problem, &settings)
    }

    private init(_ ladder: RungLadder, objectives: Int) {
        self.objectives = objectives
        bracket = Bracket(ladder, .asynchronous, objectives: objectives)
    }

    let identity = PrunerIdentity(name: "asha", revision: 1)
    var explanation: String {
        "asynchronous successive halving: the best 1/\(Losses.shown(bracket.ladder.eta)) of each rung go on, at budgets \(bracket.ladder.shown)"
    }

    mutating func observe(_ observation: PrunerObservation) { bracket.observe(observation, objectives: objectives) }

    func firstBudget(of trial: Int) -> Double? { bracket.ladder.budget(of: 0) }

    func promotion() -> Promotion? { bracket.promotion() }
}

extension Bracket {
    /// A study's observation; of a trial that is not its own only where it begins.
    mutating func observe(_ observation: PrunerObservation, objectives: Int) {
        switch observation {
        case .began(let trial, let budget): begin(trial, budget: budget)
        case .reached(let trial, let budget, let losses): reach(trial, budget: budget, Losses.sound(losses, objectives: objectives))
        case .ended(let trial, .complete(let losses)): complete(trial, Losses.sound(losses, objectives: objectives))
        case .ended(let trial, .pruned): stop(trial)
        case .ended(let trial, .failed), .ended(let trial, .cancelled): drop(trial)
        case .overdue(let trial): delay(trial)
        case .closing: close()
        case .reported, .foldEnded: break
        }
    }
}
