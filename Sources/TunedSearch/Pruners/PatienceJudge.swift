import TunedSpace

/// Ends a trial that has become worse: whose best loss of the last steps is above its best before by more than a tolerance (Optuna's
/// `PatientPruner`; L. Prechelt 1998: Early stopping, but when?). Where it stands before another pruner, that one has to object, too. Of
/// several objectives all have to be worse, of several folds more than half of those that tell.
///
/// Settings: `patience` (10; 0 to 1000000000), steps without an improvement; `tolerance` (0), Optuna's `min_delta`; `pruner` (`none`; the
/// names of the others that judge reports), and the settings of that one.
struct PatienceJudge: ReportJudge {
    private let patience: Int64
    private let tolerance: Double
    private var inner: (any ReportJudge)?

    init(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        patience = Int64(try settings.integer("patience", default: 10, in: 0...1_000_000_000))
        tolerance = try settings.number("tolerance", default: 0, in: 0...Double.greatestFiniteMagnitude)
        let names = PrunerRegistry.judges.map(\.name).filter { $0 != "patience" }
        let name = try settings.choice("pruner", default: "none", of: ["none"] + names)
        inner = try PrunerRegistry.judges.first { $0.name == name }?.make(problem, &settings)
    }

    let identity = PrunerIdentity(name: "patience", revision: 1)
    var explanation: String {
        let stalls = "a trial ends when its loss has not got better for \(patience) steps"
        return inner.map { "\(stalls), and \($0.identity.name) objects: \($0.explanation)" } ?? stalls
    }
    var sparesTheBest: Bool { inner?.sparesTheBest ?? true }

    mutating func observe(_ observation: PrunerObservation, _ field: ReportField) { inner?.observe(observation, field) }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        guard let entry = field[trial], entry.majority({ hasStalled(entry.folds[$0].curve) }) else { return nil }
        let reason = { "no better for \(patience) steps" }
        guard let inner else { return reason }
        return inner.objection(to: trial, field).map { objection in { "\(reason()), and \(objection())" } }
    }

    /// nil where there are not steps enough to tell.
    private func hasStalled(_ curve: LearningCurve) -> Bool? {
        guard let last = curve.lastStep, let before = curve.best(upTo: last - patience - 1) else { return nil }
        var after = curve.latest
        for place in curve.steps.indices.reversed() {
            guard curve.steps[place] >= last - patience else { break }
            for objective in after.indices { after[objective] = min(after[objective], curve.loss(at: place, objective: objective)) }
        }
        return zip(before, after).allSatisfy { $0 + tolerance < $1 }
    }
}
