public import TunedSpace

/// The pruners by name. A new one is one more line here.
public enum PrunerRegistry {
    private typealias Make = @Sendable (PrunerProblem, inout MethodSettings) throws(SearchError) -> any Pruner

    private static let pruners: [(name: String, make: Make)] = [
        ("asha", { problem, settings throws(SearchError) in try AsynchronousHalvingPruner.make(problem, &settings) }),
        ("median", { problem, settings throws(SearchError) in try ReportPruner(PercentileJudge.median(problem, &settings), problem, &settings) }),
        ("none", { _, _ throws(SearchError) in NoPruner() }),
    ]

    public static var names: [String] { pruners.map(\.name) }

    /// - Parameter settings: by name; each pruner documents its own.
    /// - Throws: ``SearchError`` for a name or setting that is not known, with the nearest one that is, and for a problem that the pruner
    ///   cannot judge.
    public static func make(
        name: String, settings: [String: JSONValue] = [:], problem: PrunerProblem
    ) throws(SearchError) -> any Pruner {
        guard problem.objectives >= 1 else { throw SearchError(.problem, "there must be at least one objective") }
        guard problem.folds >= 1 else { throw SearchError(.problem, "there must be at least one fold") }
        guard let entry = pruners.first(where: { $0.name == name }) else {
            let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            throw SearchError(
                .unknownPruner, path: "name",
                "there is no pruner \"\(name.prefix(60))\"\(hint) There are: \(names.joined(separator: ", "))")
        }
        var reader = MethodSettings(settings, of: name, as: "pruner")
        let pruner = try entry.make(problem, &reader)
        try reader.finish()
        return pruner
    }
}
