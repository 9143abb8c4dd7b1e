import Glibc
public import TunedSpace

/// The value of the best configuration, corrected for its having been selected: of many noisy measurements the lowest
/// is low by luck, too (the winner's curse).
public struct WinnerEstimate: Hashable, Sendable {
    /// Which of the groups wins by its corrected value; by its measured one it may be another.
    public var winner: Int
    /// The mean of its measurements.
    public var measured: Double
    /// What it is worth.
    public var corrected: Double
    /// The uncertainty of ``corrected``.
    public var deviation: Double
    public var replicates: Int
    /// One sentence for a person.
    public var explanation: String

    /// The share of the configurations, the best by their mean, that the correction compares; at least
    /// ``leastCompared``. The rest of a search is no sample of what the winner comes from.
    static let comparedShare = 0.25
    static let leastCompared = 8

    /// By empirical Bayes (B. Efron and C. Morris 1973; C. N. Morris 1983: Parametric empirical Bayes inference). The
    /// true values of the leading configurations are taken as draws from Normal(m, τ²), the mean of r measurements as a
    /// draw from Normal(true, σ² / r). Each is then drawn towards m, by B = (σ² / r) / (σ² / r + τ²); τ² is where the
    /// weighted scatter of the means equals its freedom (R. C. Paule and J. Mandel 1982). The lowest of the corrected
    /// values wins: a configuration that was measured once gives way to one that was confirmed.
    ///
    /// - Parameters:
    ///   - noiseVariance: of one measurement; nil to pool that of the replicates.
    /// - Throws: ``AnalysisError`` without any group, or with nothing to tell the noise from.
    public static func shrunk(_ groups: [Replicates], noiseVariance: Double? = nil) throws(AnalysisError) -> WinnerEstimate {
        guard !groups.isEmpty else { throw AnalysisError(.tooFewTrials, "there is no complete trial") }
        guard let noise = noiseVariance ?? Replicates.noiseVariance(of: groups) else {
            throw AnalysisError(
                .tooFewTrials, "no configuration was measured twice, and no noise is given: nothing tells luck from merit")
        }
        guard noise >= 0, noise.isFinite else { throw AnalysisError(.argument, "a variance is at least 0, found \(noise)") }
        let compared = leading(groups)
        let means = compared.map { groups[$0].mean }
        let errors = compared.map { noise / Double(groups[$0].count) }
        let (center, spread) = prior(means, errors)
        var best: (place: Int, value: Double, variance: Double)?
        for place in compared.indices {
            let weight = spread + errors[place] > 0 ? spread / (spread + errors[place]) : 1
            let value = center + weight * (means[place] - center)
            // Of equal ones the one that was measured most.
            let isBetter = best.map { other in
                value < other.value || (value == other.value && errors[place] < errors[other.place])
            }
            if isBetter ?? true { best = (place, value, weight * errors[place]) }
        }
        guard let best else { throw AnalysisError(.tooFewTrials, "there is no complete trial") }
        let winner = compared[best.place]
        let measured = means[best.place]
        let over = groups[winner].count == 1 ? "one trial" : "\(groups[winner].count) trials"
        return WinnerEstimate(
            winner: winner, measured: measured, corrected: best.value, deviation: best.variance.squareRoot(),
            replicates: groups[winner].count,
            explanation: "Measured as \(measured) over \(over); "
                + "\(best.value) once its being the best of \(groups.count) by luck is allowed for.")
    }

    /// By a model's belief at the winner, which has learnt from all trials how much of a value is noise.
    ///
    /// - Parameter cube: the unit cube of the study's space.
    public static func modelled(
        _ groups: [Replicates], posterior: some Posterior, cube: UnitCube
    ) throws(AnalysisError) -> WinnerEstimate {
        let beliefs = groups.map { posterior.posterior(at: cube.coordinates(of: $0.configuration)) }
        guard let winner = beliefs.indices.min(by: { (beliefs[$0].mean, $0) < (beliefs[$1].mean, $1) }) else {
            throw AnalysisError(.tooFewTrials, "there is no complete trial")
        }
        let belief = beliefs[winner]
        return WinnerEstimate(
            winner: winner, measured: groups[winner].mean, corrected: belief.mean, deviation: belief.deviation,
            replicates: groups[winner].count,
            explanation: "Measured as \(groups[winner].mean); "
                + "\(belief.mean) by the model of all \(groups.count) configurations.")
    }

    static func leading(_ groups: [Replicates]) -> [Int] {
        let means = groups.map(\.mean)
        let order = groups.indices.sorted { (means[$0], $0) < (means[$1], $1) }
        let share = Int((comparedShare * Double(groups.count)).rounded(.up))
        return Array(order.prefix(max(share, leastCompared)))
    }

    /// Mean and variance of the true values: Σ (yᵢ - m)² / (τ² + sᵢ²) = k - 1, by bisection.
    static func prior(_ means: [Double], _ errors: [Double]) -> (center: Double, spread: Double) {
        func center(_ spread: Double) -> Double {
            let weights = errors.map { 1 / max($0 + spread, .leastNormalMagnitude) }
            let total = weights.reduce(0, +)
            return zip(weights, means).reduce(0) { $0 + $1.0 / total * $1.1 }
        }
        func excess(_ spread: Double) -> Double {
            let m = center(spread)
            let scatter = zip(means, errors).reduce(0) { sum, item in
                sum + (item.0 - m) * (item.0 - m) / max(item.1 + spread, .leastNormalMagnitude)
            }
            return scatter - Double(means.count - 1)
        }
        guard means.count > 1, let low = means.min(), let high = means.max(), high > low else {
            return (means.first ?? 0, 0)
        }
        guard excess(0) > 0 else { return (center(0), 0) }
        var (below, above) = (0.0, (high - low) * (high - low))
        for _ in 0..<100 {
            let middle = (below + above) / 2
            if excess(middle) > 0 { below = middle } else { above = middle }
        }
        return (center(above), above)
    }
}
