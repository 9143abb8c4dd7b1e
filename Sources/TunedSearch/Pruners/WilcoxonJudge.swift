import TunedSpace

/// Ends a trial whose folds so far are significantly worse than the same folds of the best trial: a one-sided ``SignedRankTest`` on the pairs
/// (Optuna's `WilcoxonPruner`, after S. Miwa et al. 2024), worse on average, and expected to be worse in all: ranks of the first folds do not see
/// a bad one that the best trial has later. What is still to come is expected to differ from what has come as it did in the median of the last other
/// complete trials. Of several objectives: significantly worse in each of them than one trial of the front.
///
/// Settings: `p` (0.25; 0 to 1; Optuna has 0.1, which takes four folds that are all worse where this takes three), `startup` (2; 1 to 1000),
/// folds before a trial is judged.
struct WilcoxonJudge: ReportJudge {
    private let threshold: Double
    private let startup: Int
    /// Complete trials that say how folds differ, at most.
    private static let peerLimit = 9

    init(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        threshold = try settings.number("p", default: 0.25, in: 0...1)
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

    let identity = PrunerIdentity(name: "wilcoxon", revision: 2)
    var explanation: String { "a trial ends when its folds are worse than those of the best one: signed-rank test, p < \(threshold)" }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        guard let entry = field[trial] else { return nil }
        for best in field.front.suffix(ReportField.frontLimit) where best != trial {
            guard let other = field[best] else { continue }
            let peers = field.complete.suffix(Self.peerLimit).filter { $0 != best && $0 != trial }.compactMap { field[$0] }
            if let reason = objection(entry, other, peers, field.problem.objectives) { return { "\(reason()) of trial \(best)" } }
        }
        return nil
    }

    private func objection(
        _ own: ReportField.Entry, _ other: ReportField.Entry, _ peers: [ReportField.Entry], _ objectives: Int
    ) -> Objection? {
        let folds = own.folds.indices.filter { own.folds[$0].end != nil && other.folds[$0].end != nil }
        guard folds.count >= startup else { return nil }
        var largest = 0.0
        for objective in 0..<objectives {
            let differences = folds.map { (own.folds[$0].end?[objective] ?? 0) - (other.folds[$0].end?[objective] ?? 0) }
            guard differences.reduce(0, +) > 0 else { return nil }
            largest = max(largest, SignedRankTest.pValue(greater: differences))
            guard largest < threshold else { return nil }
            let changes = peers.map { Self.mean(of: $0, objective) - Self.mean(of: $0, objective, folds) }.sorted()
            let change = changes.isEmpty ? 0 : changes[changes.count / 2]
            guard Self.mean(of: own, objective, folds) + change > Self.mean(of: other, objective) else { return nil }
        }
        return { [largest] in "\(folds.count) folds are worse, p = \(Losses.shown(largest)), than those" }
    }

    /// Over these folds, or all that have ended.
    private static func mean(of entry: ReportField.Entry, _ objective: Int, _ folds: [Int]? = nil) -> Double {
        let losses = (folds ?? Array(entry.folds.indices)).compactMap { entry.folds[$0].end?[objective] }
        return losses.reduce(0, +) / Double(max(1, losses.count))
    }
}
