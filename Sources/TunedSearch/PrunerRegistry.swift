public import TunedSpace

/// The pruners by name. A new one is one more line here.
public enum PrunerRegistry {
    private typealias Make = @Sendable (PrunerProblem, inout MethodSettings) throws(SearchError) -> any Pruner
    typealias MakeJudge = @Sendable (PrunerProblem, inout MethodSettings) throws(SearchError) -> any ReportJudge

    /// Those that give out budgets.
    private static let schedules: [(name: String, make: Make)] = [
        ("asha", { problem, settings throws(SearchError) in try AsynchronousHalvingPruner.make(problem, &settings) }),
        ("hyperband", { problem, settings throws(SearchError) in try HyperbandPruner.make(problem, &settings) }),
        ("none", { _, _ throws(SearchError) in NoPruner() }),
        ("pbt", { problem, settings throws(SearchError) in try PopulationPruner(problem, &settings) }),
        ("sha", { problem, settings throws(SearchError) in try SuccessiveHalvingPruner.make(problem, &settings) }),
    ]

    /// Those that judge trials by their reports.
    static let judges: [(name: String, make: MakeJudge)] = [
        ("curve", { problem, settings throws(SearchError) in try CurveJudge(problem, &settings) }),
        ("median", { problem, settings throws(SearchError) in try PercentileJudge.median(problem, &settings) }),
        ("patience", { problem, settings throws(SearchError) in try PatienceJudge(problem, &settings) }),
        ("percentile", { problem, settings throws(SearchError) in try PercentileJudge.percentile(problem, &settings) }),
        ("threshold", { problem, settings throws(SearchError) in try ThresholdJudge(problem, &settings) }),
        ("wilcoxon", { problem, settings throws(SearchError) in try WilcoxonJudge(problem, &settings) }),
    ]

    public static var names: [String] { (schedules.map(\.name) + judges.map(\.name)).sorted() }

    /// - Parameter settings: by name; each pruner documents its own.
    /// - Throws: ``SearchError`` for a name or setting that is not known, with the nearest one that is, and for a problem that the pruner
    ///   cannot judge.
    public static func make(
        name: String, settings: [String: JSONValue] = [:], problem: PrunerProblem
    ) throws(SearchError) -> any Pruner {
        guard problem.objectives >= 1 else { throw SearchError(.problem, "there must be at least one objective") }
        guard problem.folds >= 1 else { throw SearchError(.problem, "there must be at least one fold") }
        var reader = MethodSettings(settings, of: name, as: "pruner")
        let pruner = try make(name, problem, &reader)
        try reader.finish()
        return pruner
    }

    private static func make(_ name: String, _ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) -> any Pruner {
        if let schedule = schedules.first(where: { $0.name == name }) { return try schedule.make(problem, &settings) }
        if let judge = judges.first(where: { $0.name == name }) {
            return try ReportPruner(judge.make(problem, &settings), problem, &settings)
        }
        let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
        throw SearchError(
            .unknownPruner, path: "name",
            "there is no pruner \"\(name.prefix(60))\"\(hint) There are: \(names.joined(separator: ", "))")
    }
}
