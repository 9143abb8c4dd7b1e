import Glibc

/// What a run of CMA-ES begins with.
struct InitialDistribution: Sendable {
    var mean: [Double]
    var stepSize: Double
    /// Column by column.
    var covariance: [Double]
    var choices: CategoryDistribution

    /// With fewer trials than that, the best ones say where to begin but not how wide.
    private static let leastSources = 10
    /// That many of them at most, and no more than half.
    private static let startingParents = 3
    /// α and γ of Nomura et al.
    private static let kernelDeviation = 0.1
    private static let promisingShare = 0.1

    /// Round in every direction.
    init(_ axes: EvolutionAxes, around mean: [Double], stepSize: Double) {
        let n = axes.numbers.count
        (self.mean, self.stepSize) = (mean, stepSize)
        covariance = (0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 }
        choices = CategoryDistribution(counts: axes.categoryCounts)
    }

    /// From what is known already (M. Nomura et al. 2021: Warm starting CMA-ES for hyperparameter optimization, arXiv 2012.06932, section 4):
    /// the Gaussian nearest to the promising distribution, which is a mixture of kernels about the best tenth of the trials.
    ///
    /// - Parameter sources: trials that ended, best first, without those that failed.
    init(_ axes: EvolutionAxes, sources: [Genotype], stepSize: Double) {
        self.init(axes, around: Self.mean(axes, sources), stepSize: stepSize)
        guard sources.count >= Self.leastSources else { return }
        let best = sources.prefix(Int((Self.promisingShare * Double(sources.count)).rounded(.up)))
        for axis in axes.categories.indices {
            var counts = [Int](repeating: 0, count: axes.categoryCounts[axis])
            for source in best { counts[source.categories[axis]] += 1 }
            choices.begin(axis, counts: counts)
        }
        let n = axes.numbers.count
        let share = 1 / Double(best.count)
        mean = (0..<n).map { axis in best.reduce(0) { $0 + share * $1.numbers[axis] } }
        // σ² C, which is split so that C keeps the mean variance 1.
        for column in 0..<n {
            for row in 0..<n {
                covariance[column * n + row] = best.reduce(row == column ? Self.kernelDeviation * Self.kernelDeviation : 0) {
                    $0 + share * ($1.numbers[row] - mean[row]) * ($1.numbers[column] - mean[column])
                }
            }
        }
        guard n > 0 else { return }
        let variance = (0..<n).reduce(0) { $0 + covariance[$1 * n + $1] } / Double(n)
        self.stepSize = variance.squareRoot()
        for place in covariance.indices { covariance[place] /= variance }
    }

    /// Recombination with the weights of Hansen 2016, equation (49).
    private static func mean(_ axes: EvolutionAxes, _ sources: [Genotype]) -> [Double] {
        guard !sources.isEmpty else { return axes.centre.numbers }
        let count = min(startingParents, max(1, sources.count / 2))
        let weights = (1...count).map { log(Double(count) + 0.5) - log(Double($0)) }
        let total = weights.reduce(0, +)
        return axes.numbers.indices.map { axis in
            zip(weights, sources).reduce(0) { $0 + $1.0 / total * $1.1.numbers[axis] }
        }
    }
}
