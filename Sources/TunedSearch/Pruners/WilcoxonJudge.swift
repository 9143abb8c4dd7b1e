import TunedSpace

/// Ends a trial whose folds so far are significantly worse than the same folds of the best trial: a one-sided ``SignedRankTest`` on the pairs
/// (Optuna's `WilcoxonPruner`, after S. Miwa et al. 2024), and worse on average. Of several objectives: significantly worse in each of them
/// than one trial of the front.
///
/// Settings, with Optuna's defaults: `p` (0.1; 0 to 1), `startup` (2; 1 to 1000), folds before a trial is judged.
struct WilcoxonJudge: ReportJudge {
    private let threshold: Double
    private let startup: Int

    init(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        threshold = try settings.number("p", default: 0.1, in: 0...1)
        startup = try settings.integer("startup", default: 2, in: 1...1_000)
        // The last fold is judged no more, and of n pairs no sum of ranks is rarer than one in 2^n.
        var (least, pairs) = (1.0, 0)
        while pairs < problem.folds - 1, pairs < 64 { (least, pairs) = (least / 2, pairs + 1) }
        guard least < threshold else {
            throw SearchError(
                .problem,
                "the pruner wilcoxon compares folds, and with \(problem.folds) of them no p-value is below \(threshold) before the last: take more folds or a larger p")
        }
    }

    let identity = PrunerIdentity(name: "wilcoxon", revision: 1)
    var explanation: String { "a trial ends when its folds are worse than those of the best one: signed-rank test, p < \(threshold)" }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        guard let entry = field[trial] else { return nil }
        for best in field.front.suffix(ReportField.frontLimit) where best != trial {
            guard let other = field[best] else { continue }
            if let reason = objection(entry, other, field.problem.objectives) { return { "\(reason()) of trial \(best)" } }
        }
        return nil
    }

    private func objection(_ own: ReportField.Entry, _ other: ReportField.Entry, _ objectives: Int) -> Objection? {
        let pairs = zip(own.folds, other.folds).compactMap { own, other -> (own: [Double], other: [Double])? in
            guard let a = own.end, let b = other.end else { return nil }
            return (a, b)
        }
        guard pairs.count >= startup else { return nil }
        var largest = 0.0
        for objective in 0..<objectives {
            let differences = pairs.map { $0.own[objective] - $0.other[objective] }
            guard differences.reduce(0, +) > 0 else { return nil }
            largest = max(largest, SignedRankTest.pValue(greater: differences))
        }
        guard largest < threshold else { return nil }
        return { [largest] in "\(pairs.count) folds are worse, p = \(Losses.shown(largest)), than those" }
    }
}
