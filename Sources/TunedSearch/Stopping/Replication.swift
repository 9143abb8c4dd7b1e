import TunedSpace

/// Which of the leading configurations to measure again under a noisy metric.
public enum Replication {
    /// The next measurements by the optimal computing budget allocation (C.-H. Chen et al. 2000: Simulation budget
    /// allocation for further enhancing the efficiency of ordinal optimization, theorem 1): it makes it most likely
    /// that the one with the lowest mean is the best. With distances δᵢ of the means from the best one b, and
    /// deviations σᵢ of a measurement, Nᵢ / Nⱼ = (σᵢ / δᵢ)² / (σⱼ / δⱼ)² and N_b = σ_b √(Σ Nᵢ² / σᵢ²). The one that
    /// lacks most of its share comes next, one at a time. So what is close to the best, and the best itself, is
    /// measured often, what is far from it hardly.
    ///
    /// - Parameters:
    ///   - groups: the leading configurations with their measurements, each at least one.
    ///   - count: measurements to give out, at least 0.
    ///   - noiseVariance: of one measurement; nil to pool that of the replicates. A configuration is given its own
    ///     where it was measured often enough: its own and the pooled one are weighed by their freedom.
    /// - Returns: places in `groups`, in the order in which to measure them; the same one may come again. Without any
    ///   estimate of the noise, the best ones in turn, which gives one.
    public static func next(_ count: Int, among groups: [Replicates], noiseVariance: Double? = nil) -> [Int] {
        guard !groups.isEmpty, count > 0 else { return [] }
        let means = groups.map(\.mean)
        let order = groups.indices.sorted { (means[$0], $0) < (means[$1], $1) }
        guard let noise = noiseVariance ?? Replicates.noiseVariance(of: groups) else {
            return (0..<count).map { order[$0 % order.count] }
        }
        // Nothing differs from one measurement to the next.
        guard noise > 0, noise.isFinite, groups.count > 1 else { return Array(repeating: order[0], count: count) }
        let shares = shares(groups, means, best: order[0], noise)
        var measured = groups.map { Double($0.count) }
        var total = measured.reduce(0, +)
        return (0..<count).map { _ in
            total += 1
            let lacking = groups.indices.map { shares[$0] * total - measured[$0] }
            let next = order.max { (lacking[$0], -means[$0]) < (lacking[$1], -means[$1]) } ?? order[0]
            measured[next] += 1
            return next
        }
    }

    /// What part of all measurements each should have; they sum to 1.
    static func shares(_ groups: [Replicates], _ means: [Double], best: Int, _ noise: Double) -> [Double] {
        /// A pooled estimate counts like so many measurements of the configuration's own.
        let priorFreedom = 4.0
        let variances = groups.map { group in
            (group.scatter + priorFreedom * noise) / (Double(group.count - 1) + priorFreedom)
        }
        // Closer than this no number of measurements tells two apart.
        let least = 0.1 * noise.squareRoot()
        var shares = groups.indices.map { index -> Double in
            let distance = max(means[index] - means[best], least)
            return index == best ? 0 : variances[index] / (distance * distance)
        }
        let sum = groups.indices.reduce(0) { $0 + shares[$1] * shares[$1] / variances[$1] }
        shares[best] = (variances[best] * sum).squareRoot()
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }
}
