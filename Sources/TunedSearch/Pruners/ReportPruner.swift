/// Ends trials that a ``ReportJudge`` objects to, and takes them up again where it would not any more: the field has thinned when leaders
/// have failed, or a rung has grown. When no trial will begin any more, also those that did at least as well at their last step as the
/// best trial did there, for these could still beat it.
///
/// Settings: `revive`, how often one trial is taken up again (1; 0 to 100), beside those of the judge.
struct ReportPruner: Pruner {
    private var judge: any ReportJudge
    private var field: ReportField
    private let reviveLimit: Int
    /// How often it was taken up again; only looked up, never iterated.
    private var revived: [Int: Int] = [:]
    /// Pruned trials that may be taken up again, the most promising first.
    private var candidates = OrderedList<Candidate>()
    /// Only looked up, never iterated.
    private var places: [Int: Candidate] = [:]
    private var prunedCount = 0

    private struct Candidate: Comparable, Sendable {
        var merit: Double
        var trial: Int

        static func < (a: Candidate, b: Candidate) -> Bool { a.merit != b.merit ? a.merit < b.merit : a.trial < b.trial }
    }

    /// Pruned trials that are looked at, of which one may be taken up: each costs a verdict.
    private static let width = 16

    init(_ judge: any ReportJudge, _ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        self.judge = judge
        field = ReportField(problem)
        reviveLimit = try settings.integer("revive", default: 1, in: 0...100)
    }

    var identity: PrunerIdentity { judge.identity }
    var explanation: String { judge.explanation }

    mutating func observe(_ observation: PrunerObservation) {
        switch observation {
        case .reported(let trial, let fold, let step, _): guard field.takes(trial, fold), step >= 0 else { return }
        case .foldEnded(let trial, let fold, _): guard field.takes(trial, fold) else { return }
        case .ended(let trial, let end): guard field.takes(trial, end) else { return }
        case .began(let trial, _):
            if let candidate = places.removeValue(forKey: trial) { candidates.remove(candidate) }
            if field.state(of: trial) == .pruned { revived[trial, default: 0] += 1 }
            // The judge takes a complete trial that runs again out of its books, while the field still knows it.
            if field.state(of: trial) == .complete { judge.observe(observation, field) }
            field.observe(observation)
            return
        case .reached, .overdue, .closing: break
        }
        field.observe(observation)
        judge.observe(observation, field)
        if case .ended(let trial, let end) = observation { note(trial, end) }
    }

    private mutating func note(_ trial: Int, _ end: PrunerEnd) {
        if let candidate = places.removeValue(forKey: trial) { candidates.remove(candidate) }
        guard end == .pruned, revived[trial, default: 0] < reviveLimit else { return }
        prunedCount += 1
        // Several objectives have no one order: there those come first that were pruned last.
        let best = field.problem.objectives == 1 ? bestLoss(of: trial) : -Double(prunedCount)
        let candidate = Candidate(merit: best, trial: trial)
        candidates.insert(candidate)
        places[trial] = candidate
    }

    /// The mean over the folds that have begun.
    private func bestLoss(of trial: Int) -> Double {
        let bests = field[trial]?.folds.compactMap { $0.end?.first ?? $0.curve.best()?.first } ?? []
        return bests.isEmpty ? .infinity : bests.reduce(0, +) / Double(bests.count)
    }

    func verdict(on trial: Int) -> PrunerVerdict {
        guard let entry = field[trial], entry.state == .running, !entry.isThrough else { return .goOn }
        return judge.objection(to: trial, field).map { .prune($0()) } ?? .goOn
    }

    func promotion() -> Promotion? {
        for candidate in candidates.first(Self.width) {
            guard candidate.merit < .infinity, let entry = field[candidate.trial] else { continue }
            if judge.objection(to: candidate.trial, field) == nil {
                return Promotion(trial: candidate.trial, budget: nil, reason: "would not be pruned any more")
            }
            guard field.isClosing, judge.sparesTheBest, !field.front.isEmpty, !entry.isThrough else { continue }
            if field.couldBeatTheBest(candidate.trial) {
                return Promotion(trial: candidate.trial, budget: nil, reason: "did as well as the best trial up to where it was pruned")
            }
        }
        return nil
    }
}
