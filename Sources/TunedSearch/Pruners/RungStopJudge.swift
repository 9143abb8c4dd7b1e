/// Asynchronous successive halving for trials that run on: each is judged as it passes a rung, and ends there where it is not among the
/// best 1/eta of those that have passed it, itself included (the stopping form of Li et al. 2020, as Optuna's `SuccessiveHalvingPruner` and
/// Ray Tune's ASHA scheduler have it). A rung is passed with the first report at or beyond it; what counts is the best loss up to there.
/// Steps of reports count as budget.
struct RungStopJudge: ReportJudge {
    private let ladder: RungLadder
    private let objectives: Int
    /// Of each rung below the full budget; one a fold.
    private var rungs: [[Rung]]
    /// Of each trial and fold, how many rungs it has passed, and how many with its last report. Only looked up, never iterated.
    private var passed: [Int: [Passage]] = [:]

    private struct Passage: Sendable {
        var count = 0
        var isNew = false
    }

    init(_ ladder: RungLadder, _ problem: PrunerProblem) {
        self.ladder = ladder
        objectives = problem.objectives
        rungs = Array(repeating: Array(repeating: Rung(objectives: problem.objectives), count: ladder.top), count: problem.folds)
    }

    let identity = PrunerIdentity(name: "asha", revision: 1)
    var explanation: String {
        "asynchronous successive halving: a trial ends at a rung where it is not among the best 1/\(Losses.shown(ladder.eta)); rungs at \(ladder.shown)"
    }

    mutating func observe(_ observation: PrunerObservation, _ field: ReportField) {
        switch observation {
        case .reported(let trial, let fold, let step, _): pass(trial, fold, step, field)
        case .ended(let trial, .failed), .ended(let trial, .cancelled), .ended(let trial, .complete):
            if field.state(of: trial) == .complete { return }
            for fold in rungs.indices { for rung in rungs[fold].indices { rungs[fold][rung].remove(trial) } }
            passed[trial] = nil
        case .began, .ended, .foldEnded, .reached, .overdue, .closing: break
        }
    }

    private mutating func pass(_ trial: Int, _ fold: Int, _ step: Int64, _ field: ReportField) {
        guard let curve = field[trial]?.folds[fold].curve else { return }
        var passages = passed[trial] ?? Array(repeating: Passage(), count: rungs.count)
        let before = passages[fold].count
        for rung in 0..<ladder.top {
            guard let first = curve.firstStep(from: ladder.budgets[rung]) else { break }
            passages[fold].count = max(passages[fold].count, rung + 1)
            // A late report of an early step changes what was best there.
            guard rung >= before || step <= first, let best = curve.best(upTo: first) else { continue }
            rungs[fold][rung].insert(trial, best)
        }
        passages[fold].isNew = passages[fold].count > before
        passed[trial] = passages
    }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        guard let passages = passed[trial], let entry = field[trial] else { return nil }
        var reason: Objection?
        let isBehind = entry.majority { fold in
            guard passages[fold].count > 0 else { return nil }
            // Between rungs there is nothing to judge; one that was pruned is asked about later.
            guard passages[fold].isNew || entry.state != .running else { return false }
            let place = passages[fold].count - 1
            let (count, budget) = (rungs[fold][place].count, ladder.budgets[place])
            let quota = max(1, ladder.share(of: count))
            guard !rungs[fold][place].isAmong(best: quota, trial) else { return false }
            reason = { "not among the best \(quota) of \(count) at budget \(Losses.shown(budget))" }
            return true
        }
        return isBehind ? reason : nil
    }
}
