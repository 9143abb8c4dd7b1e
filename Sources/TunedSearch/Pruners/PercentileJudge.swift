import TunedSpace

/// Ends a trial whose best loss so far is worse than a percentile of the complete trials' best losses up to the same step.
///
/// As Optuna's `PercentilePruner` and `MedianPruner` (after the median stopping rule of D. Golovin et al. 2017: Google Vizier, section
/// 3.2.1), but compared with what others had reached by that step where they did not report just there. Folds vote, each by its own
/// reports and at its end: a trial ends where more than half of those that can be compared are behind.
///
/// Settings, with Optuna's defaults: `percentile` (25; 0 to 100; the share of trials that is kept), `startup` (5), complete trials before
/// any is pruned, `warmup` (0), steps before a trial is judged, `interval` (1), steps between judgements, `trials` (1), complete trials
/// that a step needs.
struct PercentileJudge: ReportJudge {
    let identity: PrunerIdentity
    private let share: Double
    /// Of the limit: median, 25th percentile.
    private let shown: String
    private let startup: Int
    private let least: Int
    /// One a fold.
    private var boards: [StepBoard]

    static func median(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) -> PercentileJudge {
        try PercentileJudge("median", percentile: 50, problem, &settings)
    }

    static func percentile(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) -> PercentileJudge {
        let percentile = try settings.number("percentile", default: 25, in: 0...100)
        return try PercentileJudge("percentile", percentile: percentile, problem, &settings)
    }

    private init(
        _ name: String, percentile: Double, _ problem: PrunerProblem, _ settings: inout MethodSettings
    ) throws(SearchError) {
        identity = PrunerIdentity(name: name, revision: 1)
        share = percentile / 100
        shown = share == 0.5 ? "median" : "\(Losses.shown(share * 100))th percentile"
        startup = try settings.integer("startup", default: 5, in: 0...1_000_000)
        let warmup = try settings.integer("warmup", default: 0, in: 0...1_000_000_000)
        let interval = try settings.integer("interval", default: 1, in: 1...1_000_000_000)
        least = try settings.integer("trials", default: 1, in: 1...1_000_000)
        let board = StepBoard(
            objectives: problem.objectives, warmup: Int64(warmup), interval: Int64(interval), limit: ReportField(problem).curveLimit)
        boards = Array(repeating: board, count: problem.folds)
    }

    var explanation: String { "a trial ends when its best loss so far is above the \(shown) of the complete trials' at that step" }

    mutating func observe(_ observation: PrunerObservation, _ field: ReportField) {
        switch observation {
        case .reported(let trial, let fold, _, _):
            guard let last = field[trial]?.folds[fold].curve.lastStep else { return }
            boards[fold].note(last, fold: fold, field)
        case .ended(let trial, .complete):
            guard field.state(of: trial) == .complete else { return }
            for fold in boards.indices { boards[fold].enter(trial, fold: fold, field) }
        case .began(let trial, _):
            // Told of a complete trial only.
            for fold in boards.indices { boards[fold].leave(trial, fold: fold, field) }
        case .ended, .foldEnded, .reached, .overdue, .closing: break
        }
    }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        guard field.complete.count >= startup, let entry = field[trial] else { return nil }
        var reason: Objection?
        let isBehind = entry.majority { fold in
            guard let (own, ranking, step) = standing(entry.folds[fold], boards[fold]), ranking.count >= least else { return nil }
            guard let objection = ranking.objection(to: own, share: share, name: shown) else { return false }
            reason = { "\(Losses.shown(own)) at \(step.map { "step \($0)" } ?? "the end of a fold") \(objection())" }
            return true
        }
        return isBehind ? reason : nil
    }

    /// - Returns: with the step; nil is the end of the fold.
    private func standing(_ fold: ReportField.Fold, _ board: StepBoard) -> ([Double], StepRanking, Int64?)? {
        if let end = fold.end { return (end, board.ends, nil) }
        guard let last = fold.curve.lastStep, let (step, ranking) = board.latest(upTo: last), let best = fold.curve.best(upTo: step)
        else { return nil }
        return (best, ranking, step)
    }
}
