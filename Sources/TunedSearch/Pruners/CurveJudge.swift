import TunedSpace

/// Ends a trial whose learning curve, extrapolated to the full budget, is unlikely to end below the best trial (``CurveExtrapolation``; the
/// predictive termination criterion of T. Domhan et al. 2015, section 4). One that did as well at its step as the best trial had there
/// always goes on. Of several objectives: unlikely in each of them, next to one trial of the front; of several folds, in more than half.
///
/// Settings: `probability` (0.05; 0 to 1; the paper's δ), `startup` (5), complete trials before any is pruned, `warmup` (0), steps before a
/// trial is judged, `points` (5; 5 to 128), reports that a curve needs. The full budget is the fidelity's high end; where there is
/// none, the last step of the best trial.
struct CurveJudge: ReportJudge {
    private let threshold: Double
    private let startup: Int
    private let warmup: Int64
    private let points: Int
    /// Of pruned trials, whose curves stay as they are, by fold and objective; nil where a fold has no curve that can be extrapolated. Only
    /// looked up, never iterated.
    private var kept: [Int: [[CurveExtrapolation]?]] = [:]

    init(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        threshold = try settings.number("probability", default: 0.05, in: 0...1)
        startup = try settings.integer("startup", default: 5, in: 1...1_000_000)
        warmup = Int64(try settings.integer("warmup", default: 0, in: 0...1_000_000_000))
        points = try settings.integer("points", default: CurveExtrapolation.pointsNeeded, in: CurveExtrapolation.pointsNeeded...128)
    }

    let identity = PrunerIdentity(name: "curve", revision: 1)
    var explanation: String {
        "a trial ends when its extrapolated curve is below the best result with a probability of less than \(Losses.shown(threshold))"
    }

    mutating func observe(_ observation: PrunerObservation, _ field: ReportField) {
        // Where nobody declares what the end is, it moves with the best trial.
        guard case .ended(let trial, .pruned) = observation, let end = field.problem.fidelity?.high, let entry = field[trial] else { return }
        kept[trial] = entry.folds.map { extrapolations(of: $0.curve, to: end, field.problem.objectives) }
    }

    func objection(to trial: Int, _ field: ReportField) -> Objection? {
        guard field.complete.count >= startup, let entry = field[trial], !field.couldBeatTheBest(trial) else { return nil }
        for best in field.front.suffix(ReportField.frontLimit) {
            guard let other = field[best] else { continue }
            var reason: Objection?
            let known = entry.state == .pruned ? kept[trial] : nil
            let isHopeless = entry.majority { fold in
                let curve = entry.folds[fold].curve
                let end = field.problem.fidelity?.high ?? other.folds[fold].curve.lastStep.map(Double.init) ?? 0
                guard let extrapolations = known?[fold] ?? extrapolations(of: curve, to: end, field.problem.objectives) else { return nil }
                // To be better in any objective.
                let limits = other.folds[fold].end ?? other.losses
                let chance = zip(extrapolations, limits).map { $0.probability(below: $1) }.reduce(0, max)
                if chance < threshold {
                    reason = { "the chance to be better than trial \(best) at the end is \(Losses.shown(chance)) at step \(curve.lastStep ?? 0)" }
                }
                return chance < threshold
            }
            if isHopeless { return reason }
        }
        return nil
    }

    /// One an objective; nil where they cannot be told.
    private func extrapolations(of curve: LearningCurve, to end: Double, _ objectives: Int) -> [CurveExtrapolation]? {
        guard let last = curve.lastStep, last >= warmup, curve.count >= points, Double(last) < end else { return nil }
        let places = Self.places(curve)
        let times = places.map { Double(curve.steps[$0]) + 1 }
        var found: [CurveExtrapolation] = []
        for objective in 0..<objectives {
            let losses = places.map { curve.loss(at: $0, objective: objective) }
            // A loss that is not finite is no curve; the trial says itself what it is worth.
            guard losses.allSatisfy(\.isFinite) else { return nil }
            found.append(CurveExtrapolation(times: times, losses: losses, target: end + 1))
        }
        return found
    }

    /// Evenly spread over the curve, with its first and its last point.
    private static func places(_ curve: LearningCurve) -> [Int] {
        guard curve.count > CurveExtrapolation.pointLimit else { return Array(0..<curve.count) }
        let intervals = CurveExtrapolation.pointLimit - 1
        return (0...intervals).map { $0 * (curve.count - 1) / intervals }
    }
}
