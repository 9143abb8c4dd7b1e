import Glibc

/// What a run of CMA-ES begins with.
struct InitialDistribution: Sendable {
    /// A trial that ended before, and which axes it had values for.
    struct Source: Sendable {
        var genotype: Genotype
        var hasNumber: [Bool]
        var hasCategory: [Bool]
    }

    var mean: [Double]
    var stepSize: Double
    /// Column by column.
    var covariance: [Double]
    var choices: CategoryDistribution

    /// With fewer trials than that, the best ones say where to begin but not how wide.
    private static let leastSources = 10
    /// That many of them at most, and no more than half.
    private static let startingParents = 3
    /// α and γ of Nomura et al., of trials of a similar objective.
    static let kernelDeviation = 0.1
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
    /// - Parameters:
    ///   - sources: trials that ended, best first, without those that failed.
    ///   - deviation: of a kernel.
    init(_ axes: EvolutionAxes, sources: [Source], stepSize: Double, deviation: Double = kernelDeviation) {
        self.init(axes, around: Self.mean(axes, sources), stepSize: stepSize)
        guard sources.count >= Self.leastSources else { return }
        let best = sources.prefix(Int((Self.promisingShare * Double(sources.count)).rounded(.up)))
        for axis in axes.categories.indices {
            var counts = [Int](repeating: 0, count: axes.categoryCounts[axis])
            for source in best where source.hasCategory[axis] { counts[source.genotype.categories[axis]] += 1 }
            choices.begin(axis, counts: counts)
        }
        let n = axes.numbers.count
        let share = 1 / Double(best.count)
        mean = Self.mean(axes, Array(best), weights: best.map { _ in share })
        // An inactive parameter deviates by nothing, which leaves the kernel's own variance.
        let deviations = best.map { source in
            (0..<n).map { source.hasNumber[$0] ? source.genotype.numbers[$0] - mean[$0] : 0 }
        }
        // σ² C, which is split so that C keeps the mean variance 1.
        for column in 0..<n {
            for row in 0..<n {
                covariance[column * n + row] = deviations.reduce(row == column ? deviation * deviation : 0) {
                    $0 + share * $1[row] * $1[column]
                }
            }
        }
        guard n > 0 else { return }
        let variance = (0..<n).reduce(0) { $0 + covariance[$1 * n + $1] } / Double(n)
        self.stepSize = variance.squareRoot()
        for place in covariance.indices { covariance[place] /= variance }
    }

    /// Recombination with the weights of Hansen 2016, equation (49).
    private static func mean(_ axes: EvolutionAxes, _ sources: [Source]) -> [Double] {
        let count = min(startingParents, max(1, sources.count / 2), sources.count)
        let weights = (0..<count).map { log(Double(count) + 0.5) - log(Double($0 + 1)) }
        return mean(axes, Array(sources.prefix(count)), weights: weights)
    }

    /// Over those in which the parameter was active; the centre where it never was.
    private static func mean(_ axes: EvolutionAxes, _ sources: [Source], weights: [Double]) -> [Double] {
        let centre = axes.centre.numbers
        return axes.numbers.indices.map { axis in
            var (sum, total) = (0.0, 0.0)
            for (source, weight) in zip(sources, weights) where source.hasNumber[axis] {
                sum += weight * source.genotype.numbers[axis]
                total += weight
            }
            return total > 0 ? sum / total : centre[axis]
        }
    }
}
