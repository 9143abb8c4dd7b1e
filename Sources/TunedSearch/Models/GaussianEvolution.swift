import Glibc
import TunedNumerics

/// One run of CMA-ES (N. Hansen 2016, arXiv 1604.00772, version 2, whose equation numbers are given), with active update, a margin for
/// countable numbers and distributions over categories.
struct GaussianEvolution: Sendable {
    /// A point whose trial ended.
    struct Member: Sendable {
        var genotype: Genotype
        /// Which axes the trial had values for.
        var hasNumber: [Bool]
        var hasCategory: [Bool]
        /// Drawn from the very distribution that now learns from it.
        var isOwn: Bool
        var merit: Merit
    }

    let axes: EvolutionAxes
    let constants: EvolutionConstants
    /// Whether the covariance is diagonal.
    let isDiagonal: Bool
    let number: Int
    private let seed: UInt64

    private(set) var mean: [Double]
    /// σ.
    private(set) var stepSize: Double
    /// C, column by column; where it is diagonal its diagonal alone.
    private(set) var covariance: [Double]
    /// B and the diagonal of D, of C as it was when last taken apart.
    private var vectors: [Double]
    private var roots: [Double]
    private var decomposedAt = 0
    /// The diagonal of A of CMA-ES with margin: 1 for a continuous number.
    private var stretches: [Double]
    /// p_σ and p_c.
    private var stepPath: [Double]
    private var rankOnePath: [Double]
    private(set) var choices: CategoryDistribution
    private(set) var generation = 0
    /// Points of the present generation, which fill the distribution evenly (O. Teytaud and S. Gelly 2007: DCMA, yet another
    /// derandomization in covariance-matrix-adaptation).
    private var points: QuasiRandomPoints
    /// Best values of the last generations, and the range of values in the first one, for the stopping rules.
    private var recentBest: [Double] = []
    private var firstRange: Double?
    /// Nothing more is to be gained from this run.
    private(set) var isSpent = false

    init(
        _ axes: EvolutionAxes, _ initial: InitialDistribution, population: Int, isDiagonal: Bool, number: Int, seed: UInt64
    ) {
        let n = axes.numbers.count
        (self.axes, self.isDiagonal, self.number, self.seed) = (axes, isDiagonal, number, seed)
        constants = EvolutionConstants(dimensions: n, population: population, isDiagonal: isDiagonal)
        (mean, stepSize, choices) = (initial.mean, initial.stepSize, initial.choices)
        covariance = isDiagonal ? (0..<n).map { initial.covariance[$0 * n + $0] } : initial.covariance
        vectors = isDiagonal ? [] : (0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 }
        roots = Array(repeating: 1, count: n)
        stretches = roots
        stepPath = Array(repeating: 0, count: n)
        rankOnePath = stepPath
        points = Self.points(axes, number, 0, seed)
        decompose()
        keepMargin()
    }

    private static func points(_ axes: EvolutionAxes, _ number: Int, _ generation: Int, _ seed: UInt64) -> QuasiRandomPoints {
        var random = CounterRandom(seed: seed, trial: UInt64(number) << 32 | UInt64(generation), stream: RandomStream.generations)
        return QuasiRandomPoints(dimensions: axes.count, seed: random.next())
    }

    // MARK: Drawing

    /// The point of the present generation at a place, from 0 on.
    func genotype(at place: Int) -> Genotype { genotype(points.point(UInt32(truncatingIfNeeded: place)), widened: 1) }

    /// An independent draw, so many times as wide as the distribution.
    func genotype(_ random: inout CounterRandom, widened: Double) -> Genotype {
        genotype((0..<axes.count).map { _ in random.openUniform() }, widened: widened)
    }

    /// Equations (38) to (40), x = m + σ A B D z.
    private func genotype(_ uniform: [Double], widened: Double) -> Genotype {
        let n = mean.count
        let scaled = (0..<n).map { roots[$0] * StandardNormal.quantile(uniform[$0]) }
        let direction = isDiagonal ? scaled : times(vectors, scaled)
        return Genotype(
            numbers: (0..<n).map { mean[$0] + widened * stepSize * stretches[$0] * direction[$0] },
            categories: axes.categories.indices.map { choices.choice(of: $0, at: uniform[n + $0]) })
    }

    // MARK: Learning

    /// Closes a generation with as many members as the population has.
    mutating func learn(_ members: [Member]) {
        generation += 1
        points = Self.points(axes, number, generation, seed)
        let weights = RankWeights(members.map(\.merit), constants)
        guard weights.isInformative else {
            // Nothing to choose: look further (Hansen 2016, section B.3, on flat fitness).
            stepSize *= exp(0.2 + constants.stepRate / constants.stepDamping)
            limitStepSize()
            return
        }
        learnCategories(members, weights)
        if !mean.isEmpty { learnNumbers(members, weights) }
        checkProgress(members)
    }

    private mutating func learnCategories(_ members: [Member], _ weights: RankWeights) {
        for parameter in axes.categories.indices {
            let count = Double(axes.categoryCounts[parameter])
            // As many observations as the weights are worth, against one for every two choices from before.
            let rate = constants.effectiveSize / (constants.effectiveSize + count / 2 + 1)
            choices.learn(parameter, rate: rate, choices: members.indices.filter { members[$0].hasCategory[parameter] }.map {
                (members[$0].genotype.categories[parameter], weights.positive[$0])
            })
        }
    }

    private mutating func learnNumbers(_ members: [Member], _ weights: RankWeights) {
        let n = mean.count
        let c = constants
        let steps = members.map(step)
        let whitened = steps.map(whitened)
        // (41) and (42). Values of inactive parameters are as they were drawn: right for the paths and C, which expect
        // them to vary, but no reason to move the mean.
        var mean = mean
        var (meanStep, whiteStep) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
        for (index, weight) in weights.positive.enumerated() where weight > 0 {
            for axis in 0..<n {
                meanStep[axis] += weight * steps[index][axis]
                whiteStep[axis] += weight * whitened[index][axis]
                if members[index].hasNumber[axis] {
                    mean[axis] += weight * stepSize * stretches[axis] * steps[index][axis]
                }
            }
        }
        self.mean = mean
        // (43)
        let stepGain = (c.stepRate * (2 - c.stepRate) * weights.effectiveSize).squareRoot()
        for axis in 0..<n { stepPath[axis] = (1 - c.stepRate) * stepPath[axis] + stepGain * whiteStep[axis] }
        let norm = stepPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // (45)
        let settled = (1 - pow(1 - c.stepRate, 2 * Double(generation))).squareRoot()
        let isNormal = norm / settled < (1.4 + 2 / (Double(n) + 1)) * c.expectedNorm
        let pathGain = isNormal ? (c.pathRate * (2 - c.pathRate) * weights.effectiveSize).squareRoot() : 0
        for axis in 0..<n { rankOnePath[axis] = (1 - c.pathRate) * rankOnePath[axis] + pathGain * meanStep[axis] }
        // (46): a step of negative weight counts as one of the expected length.
        let scaledWeights = weights.positive.indices.map { index -> Double in
            let negative = weights.negative[index]
            guard negative < 0 else { return weights.positive[index] }
            let length = whitened[index].reduce(0) { $0 + $1 * $1 }
            return weights.positive[index] + negative * Double(n) / max(length, 1e-300)
        }
        let total = weights.positive.reduce(0, +) + weights.negative.reduce(0, +)
        let loss = isNormal ? 0 : c.pathRate * (2 - c.pathRate)
        updateCovariance(keep: 1 + c.rankOneRate * loss - c.rankOneRate - c.rankMuRate * total, steps, scaledWeights)
        // (44), by at most a factor e.
        stepSize *= exp(min(1, c.stepRate / c.stepDamping * (norm / c.expectedNorm - 1)))
        // Taken apart only as often as it changes (section B.2).
        let interval = max(1, Int(1 / (10 * Double(n) * (c.rankOneRate + c.rankMuRate))))
        if generation - decomposedAt >= interval { decompose() }
        limitStepSize()
        keepMargin()
    }

    /// y of a member, (x - m) / (σ A). One that was not drawn here is pulled in to the length that draws have (N. Hansen 2011: Injecting
    /// external solutions into CMA-ES, equation 3).
    private func step(of member: Member) -> [Double] {
        let step = mean.indices.map { (member.genotype.numbers[$0] - mean[$0]) / (stepSize * stretches[$0]) }
        guard !member.isOwn else { return step }
        let n = Double(mean.count)
        let length = whitened(step).reduce(0) { $0 + $1 * $1 }.squareRoot()
        let limit = n.squareRoot() + 2 * n / (n + 2)
        return length > limit ? step.map { $0 * limit / length } : step
    }

    /// C^(-1/2) y.
    private func whitened(_ step: [Double]) -> [Double] {
        if isDiagonal { return zip(step, roots).map { $0 / $1 } }
        let n = mean.count
        var rotated = [Double](repeating: 0, count: n)
        for column in 0..<n {
            var sum = 0.0
            for row in 0..<n { sum += vectors[column * n + row] * step[row] }
            rotated[column] = sum / roots[column]
        }
        return times(vectors, rotated)
    }

    /// (47)
    private mutating func updateCovariance(keep: Double, _ steps: [[Double]], _ weights: [Double]) {
        let n = mean.count
        let c = constants
        for column in 0..<n {
            for row in isDiagonal ? column..<column + 1 : column..<n {
                var sum = 0.0
                for (index, weight) in weights.enumerated() { sum += weight * steps[index][row] * steps[index][column] }
                let place = isDiagonal ? column : column * n + row
                covariance[place] =
                    keep * covariance[place] + c.rankOneRate * rankOnePath[row] * rankOnePath[column] + c.rankMuRate * sum
                if !isDiagonal { covariance[row * n + column] = covariance[place] }
            }
        }
    }

    // MARK: Keeping it sound

    private static let conditionLimit = 1e14
    /// No useful setting needs a finer one, in units of the range.
    private static let leastDeviation = 1e-7
    /// Of the best values of the last generations, in units of the first range.
    private static let leastChange = 1e-12
    /// A wider distribution, folded into the range, is uniform already.
    private static let largestDeviation = 0.5

    private func variance(_ axis: Int) -> Double { covariance[isDiagonal ? axis : axis * mean.count + axis] }

    private func deviation(_ axis: Int) -> Double { stepSize * stretches[axis] * max(variance(axis), 0).squareRoot() }

    private mutating func decompose() {
        decomposedAt = generation
        var values = covariance
        if !isDiagonal {
            guard let eigen = SymmetricEigen(covariance, count: mean.count) else {
                isSpent = true
                return
            }
            (values, vectors) = (eigen.values, eigen.vectors)
        }
        guard let largest = values.max() else { return }
        guard largest > 0, largest.isFinite else {
            isSpent = true
            return
        }
        if values.contains(where: { $0 < largest / Self.conditionLimit }) { isSpent = true }
        roots = values.map { max($0, largest / Self.conditionLimit).squareRoot() }
    }

    private mutating func limitStepSize() {
        let widest = mean.indices.map { variance($0) }.max() ?? 1
        stepSize = min(stepSize, Self.largestDeviation / max(widest, 1e-300).squareRoot())
    }

    /// α = 1 / (n λ) (Hamano et al. 2022, section 4.3).
    private mutating func keepMargin() {
        let margin = 1 / (Double(max(mean.count, 1)) * Double(constants.population))
        for axis in mean.indices where !axes.isContinuous(axis) {
            mean[axis] = min(max(mean[axis], 0), 1)
            guard let (cell, count, lower, upper) = axes.cell(at: mean[axis], axis) else { continue }
            let (own, unstretched) = (deviation(axis), deviation(axis) / stretches[axis])
            guard own > 0, unstretched > 0, own.isFinite else { continue }
            let ends = IntegerMargin.Cell(lower: cell == 0 ? nil : lower, upper: cell + 1 == count ? nil : upper)
            let corrected = IntegerMargin.corrected(mean: mean[axis], deviation: own, cell: ends, margin: margin)
            mean[axis] = corrected.mean
            stretches[axis] = corrected.deviation / unstretched
        }
    }

    /// The stopping rules TolX, TolFun and Stagnation of Hansen 2009 (Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed,
    /// section 2), with tolerances for a unit cube.
    private mutating func checkProgress(_ members: [Member]) {
        let n = Double(mean.count)
        let continuous = mean.indices.filter(axes.isContinuous)
        if !continuous.isEmpty, continuous.allSatisfy({ deviation($0) < Self.leastDeviation }) { isSpent = true }
        let values = members.filter { $0.merit.standing == .complete }.compactMap(\.merit.values.first)
        guard let best = values.min(), let worst = values.max() else { return }
        // Halves, so that differences of large numbers stay finite.
        let range = firstRange ?? worst / 2 - best / 2
        firstRange = range
        recentBest.append(best)
        let window = 10 + Int((30 * n / Double(constants.population)).rounded(.up))
        if recentBest.count > window { recentBest.removeFirst(recentBest.count - window) }
        guard recentBest.count == window, let low = recentBest.min(), let high = recentBest.max() else { return }
        if high / 2 - low / 2 <= max(Self.leastChange * range, 1e-12 * max(abs(high), abs(low)) / 2) { isSpent = true }
    }

    private func times(_ matrix: [Double], _ vector: [Double]) -> [Double] {
        let n = vector.count
        var result = [Double](repeating: 0, count: n)
        for column in 0..<n {
            for row in 0..<n { result[row] += matrix[column * n + row] * vector[column] }
        }
        return result
    }
}
