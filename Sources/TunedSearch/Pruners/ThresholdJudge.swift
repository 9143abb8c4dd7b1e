import TunedSpace

/// Ends a trial whose latest loss, of any fold and objective, is not finite, below a lower or above an upper bound (Optuna's
/// `ThresholdPruner`).
///
/// Settings: `lower`, `upper`, of which there is at least one: a number, or a list of one for each objective; of an objective that is
/// maximised they bound its negative. `warmup` (0), steps before a trial is judged.
struct ThresholdJudge: ReportJudge {
    private let lower: [Double]?
    private let upper: [Double]?
    private let warmup: Int64

    init(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        lower = try settings.numbers("lower", objectives: problem.objectives)
        upper = try settings.numbers("upper", objectives: problem.objectives)
        warmup = Int64(try settings.integer("warmup", default: 0, in: 0...1_000_000_000))
        guard lower != nil || upper != nil else {
            throw SearchError(.setting, path: "settings", "the pruner threshold needs a bound: set \"upper\", \"lower\" or both")
        }
        if let lower, let upper, zip(lower, upper).contains(where: { $0 > $1 }) {
            throw SearchError(.setting, path: "settings.lower", "the setting \"lower\" is no more than \"upper\"")
        }
    }

    let identity = PrunerIdentity(name: "threshold", revision: 1)
    var explanation: String {
        let bounds = [lower.map { "below \(Losses.shown($0))" }, upper.map { "above \(Losses.shown($0))" }].compactMap { $0 }
        return "a trial ends when its loss is \(bounds.joined(separator: " or "))"
    }
    /// A bound is a bound.
    var sparesTheBest: Bool { false }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        for fold in field[trial]?.folds ?? [] {
            guard let step = fold.curve.lastStep, step >= warmup else { continue }
            for (objective, loss) in fold.curve.latest.enumerated() {
                guard loss.isFinite else { return { "the loss at step \(step) is not finite" } }
                if let lower, loss < lower[objective] {
                    return { "\(Losses.shown(loss)) at step \(step) is below the bound \(Losses.shown(lower[objective]))" }
                }
                if let upper, loss > upper[objective] {
                    return { "\(Losses.shown(loss)) at step \(step) is above the bound \(Losses.shown(upper[objective]))" }
                }
            }
        }
        return nil
    }
}
