import Glibc
import TunedNumerics
public import TunedSpace

/// How much better a point could still be found, with high probability: the basis of a rule for when to stop (A.
/// Makarova et al. 2022: Automatic termination for hyperparameter optimization, whose regret bound it is; H. Ishibashi
/// et al. 2023: A stopping criterion for Bayesian optimization by the gap of expected minimum simple regrets, compare
/// it with theirs).
///
/// With the confidence bounds μ(x) ± √β σ(x), the regret of the best trial is at most the least upper bound among the
/// trials, less the least lower bound over the space. β = 2 ln(d n² π² / (6 δ)) / 5, δ = 0.1, is the factor of N.
/// Srinivas et al. 2010, theorem 1, a fifth of which is what their experiments take.
public struct RegretBound: Hashable, Sendable {
    /// In the objective's units.
    public var regret: Double
    /// Where the least lower bound was found.
    public var mostPromising: [Double]
    public var beta: Double

    public static let delta = 0.1
    /// Points of the space that are looked at, before the best of them are improved.
    static let points = 2_048
    private static let improved = 5
    private static let rounds = 40

    /// - Parameters:
    ///   - dimensions: parameters that vary, at least 1.
    ///   - trials: those that ended, at least 1.
    public static func beta(dimensions: Int, trials: Int) -> Double {
        let (d, n) = (Double(max(dimensions, 1)), Double(max(trials, 1)))
        return max(0, 2 * log(d * n * n * Double.pi * Double.pi / (6 * delta)) / 5)
    }

    /// - Parameters:
    ///   - posterior: a model of the trials, over the coordinates of ``TunedSpace/UnitCube``.
    ///   - observed: the points of the complete trials; at least one.
    ///   - seed: of the points that are looked at.
    /// - Throws: ``AnalysisError`` where nothing was observed.
    public static func evaluate(
        posterior: some Posterior, space: SearchSpace, observed: [[Double]], seed: UInt64 = 0
    ) throws(AnalysisError) -> RegretBound {
        guard !observed.isEmpty, observed.allSatisfy({ $0.count == space.count }) else {
            throw AnalysisError(
                .tooFewTrials, "a bound on the regret needs at least one complete trial, with a coordinate for each parameter")
        }
        let cube = UnitCube(space)
        let varying = space.parameters.indices.filter { !space.parameters[$0].isFixed }
        let beta = beta(dimensions: varying.count, trials: observed.count)
        func lower(_ point: [Double]) -> Double {
            let belief = posterior.posterior(at: point)
            return belief.mean - beta.squareRoot() * belief.deviation
        }
        let upper = observed.map { point in
            let belief = posterior.posterior(at: point)
            return belief.mean + beta.squareRoot() * belief.deviation
        }

        var random = CounterRandom(seed: seed, trial: UInt64(observed.count), stream: RandomStream.regret)
        var found = observed.map { (bound: lower($0), point: $0) }
        for _ in 0..<points {
            let point = snapped(cube.scales.map { _ in random.uniform() }, cube)
            found.append((lower(point), point))
        }
        let order = found.indices.sorted { (found[$0].bound, $0) < (found[$1].bound, $1) }
        var least = found[order[0]]
        for start in order.prefix(improved) {
            let end = descend(from: found[start], cube, varying, &random, lower)
            if end.bound < least.bound { least = end }
        }
        let regret = max(0, (upper.min() ?? 0) - least.bound)
        return RegretBound(regret: regret, mostPromising: least.point, beta: beta)
    }

    /// Steps along one parameter at a time, which shrink.
    private static func descend(
        from start: (bound: Double, point: [Double]), _ cube: UnitCube, _ varying: [Int], _ random: inout CounterRandom,
        _ lower: ([Double]) -> Double
    ) -> (bound: Double, point: [Double]) {
        var best = start
        var width = 0.1
        for _ in 0..<rounds {
            var isBetter = false
            for index in varying where !best.point[index].isNaN {
                // Whatever becomes active has a place.
                var point = best.point.map { $0.isNaN ? random.uniform() : $0 }
                point[index] = min(max(best.point[index] + width * random.normal(), 0), 1)
                point = snapped(point, cube)
                let bound = lower(point)
                if bound < best.bound {
                    best = (bound, point)
                    isBetter = true
                }
            }
            if !isBetter { width *= 0.7 }
        }
        return best
    }

    private static func snapped(_ point: [Double], _ cube: UnitCube) -> [Double] {
        cube.coordinates(of: cube.configuration(at: point))
    }
}

/// Stops a study once what could still be gained is less than the noise of a measurement: a better point could not be
/// told from the best one.
public struct RegretStoppingRule: Hashable, Sendable {
    /// The bound on the regret below which the study stops, in the objective's units: the deviation of a measurement,
    /// or what an improvement is worth.
    public var threshold: Double
    /// Complete trials before the rule says anything.
    public var leastTrials: Int

    public init(threshold: Double, leastTrials: Int = 20) {
        self.threshold = threshold
        self.leastTrials = leastTrials
    }

    public struct Verdict: Hashable, Sendable {
        public var shouldStop: Bool
        /// nil where there are too few trials to tell.
        public var regret: Double?
        /// One sentence for a person.
        public var reason: String
    }

    public func verdict(
        posterior: some Posterior, space: SearchSpace, observed: [[Double]], seed: UInt64 = 0
    ) throws(AnalysisError) -> Verdict {
        guard observed.count >= max(1, leastTrials) else {
            return Verdict(
                shouldStop: false, regret: nil,
                reason: "\(observed.count) complete trials are too few to bound the regret; \(leastTrials) are needed.")
        }
        let regret = try RegretBound.evaluate(posterior: posterior, space: space, observed: observed, seed: seed).regret
        let shouldStop = regret <= threshold
        return Verdict(
            shouldStop: shouldStop, regret: regret,
            reason: "At most \(regret) can still be gained, "
                + "\(shouldStop ? "no more" : "more") than the threshold of \(threshold).")
    }
}
