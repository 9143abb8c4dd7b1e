public import TunedRecords
import TunedSearch
public import TunedSpace

/// What the best configuration of a noisy metric is worth: the mean over its trials, and that corrected for its having been selected.
public enum WinnerReport {
    /// Degrees of freedom of the noise, that is trials beyond the first of a configuration, below which
    /// nothing is said of a study that did not ask for replicates.
    static let leastFreedom = 4

    /// `{"trial", "configuration", "mean", "standard_error", "replicates", "corrected", "deviation", "explanation"}` by
    /// ``TunedSearch/WinnerEstimate/shrunk(_:noiseVariance:)``, in the metric's units; nil with several objectives, where too little was
    /// measured twice to tell the noise, and where nothing is noisy.
    public static func value(of declaration: StudyDeclaration, _ rows: [TrialRow]) -> JSONValue? {
        guard let objective = declaration.objectives.first, declaration.objectives.count == 1 else { return nil }
        let groups = Replicates.grouped(declaration.observations(of: rows, replicates: true), in: declaration.space)
        let freedom = groups.reduce(0) { $0 + $1.count - 1 }
        guard let noise = Replicates.noiseVariance(of: groups), noise.isFinite,
            declaration.specification.replicate != nil || (freedom >= leastFreedom && noise > 0), let estimate = try? WinnerEstimate.shrunk(groups)
        else { return nil }
        let winner = groups[estimate.winner]
        let first = rows.filter { $0.state == .complete }.min { first, second in
            let (own, other) = (isOf(first, winner, declaration), isOf(second, winner, declaration))
            return own != other ? own : first.number < second.number
        }
        // Its own scatter where it was measured more than once.
        var variance = noise
        if winner.count > 1 {
            variance = winner.values.reduce(0) { $0 + ($1 - winner.mean) * ($1 - winner.mean) } / Double(winner.count - 1)
        }
        let (mean, corrected) = (objective.loss(winner.mean), objective.loss(estimate.corrected))
        let error = (variance / Double(winner.count)).squareRoot()
        let values = Dictionary(declaration.space.json(winner.configuration).map { ($0.name, $0.value) }) { first, _ in first }
        var fields: [String: JSONValue] = [
            "configuration": .object(values), "mean": .number(mean), "standard_error": .number(error),
            "replicates": .integer(Int64(winner.count)), "corrected": .number(corrected), "deviation": .number(estimate.deviation),
            "explanation": .string(
                "the mean of \(winner.count) \(winner.count == 1 ? "trial" : "trials"), drawn towards the other leading configurations by as much as the noise and their scatter tell (empirical Bayes)"),
        ]
        fields["trial"] = first.map { .integer(Int64($0.number)) }
        return .object(fields)
    }

    private static func isOf(_ row: TrialRow, _ group: Replicates, _ declaration: StudyDeclaration) -> Bool {
        declaration.configuration(of: row).map(declaration.space.canonical) == group.configuration
    }
}
