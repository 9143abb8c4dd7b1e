import Glibc
import Testing
import TunedNumerics
import TunedSpace

@testable import TunedSearch

/// The parts of CMA-ES for integers, categories, restarts and warm starts.
@Suite struct MixedEvolutionTests {
    // MARK: Margin

    /// Whatever the mean and deviation were: both neighbours keep the margin, and what kept it is left alone.
    @Test func marginLeavesTheCell() {
        var random = CounterRandom(seed: 21, trial: 0)
        for _ in 0..<500 {
            let (mean, deviation, margin) = (0.4 + 0.2 * random.uniform(), pow(10, -4 * random.uniform()), 0.01 + 0.1 * random.uniform())
            let corrected = IntegerMargin.corrected(
                mean: mean, deviation: deviation, cell: IntegerMargin.Cell(lower: 0.4, upper: 0.6), margin: margin)
            func outside(_ mean: Double, _ deviation: Double) -> (below: Double, above: Double) {
                (StandardNormal.cumulative((0.4 - mean) / deviation), StandardNormal.cumulative((mean - 0.6) / deviation))
            }
            let before = outside(mean, deviation)
            let after = outside(corrected.mean, corrected.deviation)
            #expect(after.below >= margin / 2 - 1e-9 && after.above >= margin / 2 - 1e-9, "seed 21: \(mean) \(deviation) \(margin)")
            if before.below >= margin / 2, before.above >= margin / 2 { #expect(corrected == (mean, deviation)) }
        }
    }

    @Test func marginAtTheEdgeMovesTheMean() {
        let cell = IntegerMargin.Cell(lower: nil, upper: 0.25)
        let corrected = IntegerMargin.corrected(mean: 0.05, deviation: 0.01, cell: cell, margin: 0.05)
        #expect(corrected.deviation == 0.01)
        #expect(abs(1 - StandardNormal.cumulative((0.25 - corrected.mean) / 0.01) - 0.05) < 1e-9)
        #expect(IntegerMargin.corrected(mean: 0.2, deviation: 0.2, cell: cell, margin: 0.05) == (0.2, 0.2))
    }

    // MARK: Categories

    @Test func chancesFollowTheWeightsAndKeepTheirMargin() {
        var distribution = CategoryDistribution(counts: [4])
        distribution.learn(0, rate: 0.4, choices: [(2, 0.75), (1, 0.25)])
        let expected = [0.15, 0.25, 0.45, 0.15]
        #expect(zip(distribution.chances[0], expected).allSatisfy { abs($0 - $1) < 1e-12 })
        for _ in 0..<50 { distribution.learn(0, rate: 0.4, choices: [(2, 1)]) }
        #expect(abs(distribution.chances[0][2] - 0.73) < 1e-9)
        #expect(distribution.chances[0].allSatisfy { $0 >= 0.09 - 1e-9 })
        #expect(abs(distribution.chances[0].reduce(0, +) - 1) < 1e-12)
        #expect([0, 0.089, 0.5, 0.999].map { distribution.choice(of: 0, at: $0) } == [0, 0, 2, 3])
    }

    // MARK: Restarts

    @Test func smallRunsTakeAsManyTrialsAsLargeOnes() {
        var schedule = RestartSchedule(usual: RestartSchedule.Run(population: 10, stepSize: 0.2), seed: 4)
        #expect(schedule.next(1, after: 100) == RestartSchedule.Run(population: 20, stepSize: 0.2))
        let small = schedule.next(2, after: 400)
        #expect(small.population >= 4 && small.population <= 10 && small.stepSize <= 0.2 && small.stepSize >= 0.002)
        // 300 trials of the small regime are less than 400.
        #expect(schedule.next(3, after: 300).population <= 10)
        #expect(schedule.next(4, after: 200) == RestartSchedule.Run(population: 40, stepSize: 0.2))
    }

    /// Rastrigin's function in two dimensions has a hundred minima.
    @Test func restartsFindTheGlobalMinimum() throws {
        let space = try SearchSpace((0..<2).map { Parameter(name: "x\($0)", domain: .float(FloatDomain(low: -5, high: 5))) })
        var found = 0
        for seed in 0..<5 as Range<UInt64> {
            var (lab, best) = (try Lab("cmaes", space, seed: seed), Double.infinity)
            try lab.run(2_500) { _, configuration in
                let value = configuration.values.reduce(0.0) { sum, value in
                    guard case .float(let x)? = value else { return .nan }
                    let z = x - 1.7
                    return sum + z * z - 10 * cos(2 * .pi * z) + 10
                }
                best = min(best, value)
                return .complete([value])
            }
            if best < 1e-6 { found += 1 }
        }
        #expect(found >= 3, "\(found) of 5")
    }

    // MARK: Warm start

    @Test func theInitialGaussianIsThatOfTheBestTenth() throws {
        let axes = EvolutionAxes(UnitCube(try SearchSpace((0..<2).map {
            Parameter(name: "x\($0)", domain: .float(FloatDomain(low: 0, high: 1)))
        })))
        let points = [[0.2, 0.8], [0.4, 0.6]] + Array(repeating: [0.9, 0.1], count: 18)
        let sources = points.map {
            InitialDistribution.Source(
                genotype: Genotype(numbers: $0, categories: []), hasNumber: [true, true], hasCategory: [])
        }
        let initial = InitialDistribution(axes, sources: sources, stepSize: 0.2)
        #expect(zip(initial.mean, [0.3, 0.7]).allSatisfy { abs($0 - $1) < 1e-12 })
        // α² I plus the covariance of the two, 0.01 on the diagonal and -0.01 beside it.
        let covariance = initial.covariance.map { $0 * initial.stepSize * initial.stepSize }
        #expect(zip(covariance, [0.02, -0.01, -0.01, 0.02]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func beginsWhereOthersDidWell() throws {
        let space = NamedSpace.mixed.space
        let cube = UnitCube(space)
        var lab = try Lab("cmaes", space, seed: 2)
        var random = CounterRandom(seed: 31, trial: 0)
        let outcome = { (configuration: Configuration) -> Outcome in
            .complete([abs(cube.coordinates(of: configuration)[0] - 0.9) + (configuration[4] == .category(2) ? 0 : 1)])
        }
        for trial in 1_000..<1_100 {
            let configuration = UniformDraw.configuration(in: cube, &random)
            lab.observe(.pending(trial: trial, configuration))
            lab.observe(.finished(trial: trial, outcome(configuration)))
        }
        try lab.run(12) { _, configuration in outcome(configuration) }
        let points = lab.suggestions.map(cube.coordinates)
        #expect(points.count { $0[0] > 0.7 } >= 9)
        #expect(lab.suggestions.count { $0[4] == .category(2) } >= 6)
    }

    // MARK: Asynchronous operation

    @Test(arguments: ["cmaes", "de"])
    func doesNotWaitForATrialThatNeverEnds(_ sampler: String) throws {
        let space = NamedSpace.oneFloat.space
        var lab = try Lab(sampler, space, seed: 6)
        _ = try lab.ask()
        lab.observe(.pending(trial: 9_999, Configuration([.float(-5)])))
        var last: [Double] = []
        for _ in 0..<60 {
            guard let (trial, configuration) = try lab.ask(), case .float(let x)? = configuration[0] else { break }
            last.append(abs(x - 3))
            lab.observe(.finished(trial: trial, .complete([abs(x - 3)])))
        }
        #expect(last.count == 60)
        #expect((last.min() ?? 1) < 0.05)
    }
}
