import Testing
import TunedNumerics
import TunedSpace

@testable import TunedSearch

@Suite struct GaussianEvolutionTests {
    private static func axes(_ count: Int) throws -> EvolutionAxes {
        EvolutionAxes(UnitCube(try SearchSpace((0..<count).map {
            Parameter(name: "x\($0)", domain: .float(FloatDomain(low: 0, high: 1)))
        })))
    }

    private func members(_ points: [[Double]], has: [Bool]? = nil, _ outcome: (Int) -> Outcome = { .complete([Double($0)]) })
        -> [GaussianEvolution.Member]
    {
        points.enumerated().compactMap { index, point in
            Merit(outcome(index), objectives: 1).map {
                GaussianEvolution.Member(
                    genotype: Genotype(numbers: point, categories: []), hasNumber: has ?? point.map { _ in true }, hasCategory: [],
                    isOwn: true, merit: $0)
            }
        }
    }

    private func evolution(_ axes: EvolutionAxes, population: Int = 4, isDiagonal: Bool = false) -> GaussianEvolution {
        let initial = InitialDistribution(axes, around: axes.centre.numbers, stepSize: 1.0 / 6)
        return GaussianEvolution(axes, initial, population: population, isDiagonal: isDiagonal, number: 0, seed: 1)
    }

    private func expect(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12, _ location: SourceLocation = #_sourceLocation) {
        #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }, "\(a) \(b)", sourceLocation: location)
    }

    /// Against values of the CMA-ES of the package cmaes 0.13, which has the tutorial's speeds; its c_μ lacks the 1/4 that equation (58) has
    /// since the tutorial's second version.
    @Test func constantsAreThoseOfTheTutorial() {
        let constants = EvolutionConstants(dimensions: 10, population: 10, isDiagonal: false, covarianceSpeed: 1, damping: 1)
        expect(Array(constants.positiveWeights.prefix(5)), [0.45627265, 0.2707531, 0.16223112, 0.08523355, 0.02550959], 1e-8)
        expect([constants.effectiveSize, constants.stepRate, constants.stepDamping], [3.1672992814107026, 0.2844285879463675, 1.2844285879463675])
        let rankMuRate = 0.02015428276120838 + 0.5 / (144 + 3.1672992814107026)
        expect(
            [constants.pathRate, constants.rankOneRate, constants.rankMuRate, constants.expectedNorm],
            [0.29499038303562225, 0.015283824524751714, rankMuRate, 3.0847265651690123])
        // (50) is the least of the three limits here.
        expect([-constants.negativeWeights.reduce(0, +)], [1 + 0.015283824524751714 / rankMuRate])
        expect([constants.negativeWeights[9] / constants.negativeWeights[5]], [0.58622183 / 0.08532086], 1e-6)
        #expect(EvolutionConstants.usualPopulation(dimensions: 10) == 10)
    }

    /// Two generations, against the equations written down with numpy.
    @Test func twoGenerationsAreThoseOfTheEquations() throws {
        var evolution = evolution(try Self.axes(2))
        evolution.learn(members([[0.6, 0.45], [0.4, 0.7], [0.55, 0.3], [0.2, 0.5]]))
        expect(evolution.mean, [0.5608325719865459, 0.49895928501681763])
        expect([evolution.stepSize], [0.12797303057470877])
        expect(evolution.covariance, [0.7324723227888179, -0.002189430499801872, -0.002189430499801872, 0.8063513922135763])
        evolution.learn(members([[0.7, 0.4], [0.62, 0.52], [0.45, 0.41], [0.66, 0.2]]))
        expect(evolution.mean, [0.6843330287946183, 0.42350045680807247], 1e-10)
        expect([evolution.stepSize], [0.1358461783408286], 1e-10)
        expect(evolution.covariance, [0.9565635431133694, -0.19790448625057624, -0.19790448625057624, 0.6649967063937783], 1e-10)
    }

    @Test func drawsHaveTheMeanAndCovariance() throws {
        let axes = try Self.axes(2)
        var initial = InitialDistribution(axes, around: [0.4, 0.6], stepSize: 0.1)
        initial.covariance = [2, 1.2, 1.2, 1]
        let evolution = GaussianEvolution(axes, initial, population: 6, isDiagonal: false, number: 0, seed: 3)
        var random = CounterRandom(seed: 5, trial: 0)
        let independent = (0..<20_000).map { _ in evolution.genotype(&random, widened: 1).numbers }
        for (draws, tolerance) in [(independent, 0.05), ((0..<1_024).map { evolution.genotype(at: $0).numbers }, 0.02)] {
            let count = Double(draws.count)
            let mean = (0..<2).map { axis in draws.reduce(0) { $0 + $1[axis] } / count }
            expect(mean, [0.4, 0.6], tolerance / 10)
            func moment(_ row: Int, _ column: Int) -> Double {
                draws.reduce(0) { $0 + ($1[row] - mean[row]) * ($1[column] - mean[column]) } / count * 100
            }
            expect([moment(0, 0), moment(1, 0), moment(1, 1)], [2, 1.2, 1], tolerance)
        }
    }

    @Test func inactiveNumbersDoNotMoveTheMean() throws {
        var evolution = evolution(try Self.axes(2))
        evolution.learn(members([[0.6, 0.45], [0.4, 0.7], [0.55, 0.3], [0.2, 0.5]], has: [true, false]))
        expect(evolution.mean, [0.5608325719865459, 0.5])
    }

    @Test func aFlatGenerationLooksFurther() throws {
        for outcome in [Outcome.failed, .complete([3]), .pruned(step: 2, value: 1)] {
            var evolution = evolution(try Self.axes(2))
            evolution.learn(members([[0.6, 0.45], [0.4, 0.7], [0.55, 0.3], [0.2, 0.5]]) { _ in outcome })
            #expect(evolution.mean == [0.5, 0.5])
            #expect(evolution.stepSize > 1.0 / 6)
        }
    }

    @Test func aDiagonalOneKeepsItsDiagonal() throws {
        var evolution = evolution(try Self.axes(2), isDiagonal: true)
        evolution.learn(members([[0.9, 0.5], [0.1, 0.5], [0.55, 0.4], [0.45, 0.6]]))
        #expect(evolution.covariance.count == 2)
        #expect(evolution.covariance[0] > evolution.covariance[1])
    }

    // MARK: Weights

    @Test func tiesShareTheirWeights() throws {
        let constants = EvolutionConstants(dimensions: 2, population: 4, isDiagonal: false)
        let merits = [1.0, 0, 1, 2].compactMap { Merit(.complete([$0]), objectives: 1) }
        let weights = RankWeights(merits, constants)
        #expect(weights.positive[0] == weights.positive[2])
        expect([weights.positive[1]], [constants.positiveWeights[0]])
        expect([weights.positive[0] * 2], [constants.positiveWeights[1]])
        expect([weights.positive.reduce(0, +)], [1])
    }

    @Test func failuresAttractNothing() throws {
        let constants = EvolutionConstants(dimensions: 2, population: 4, isDiagonal: false)
        let outcomes: [Outcome] = [.failed, .complete([7]), .failed, .pruned(step: 1, value: 0)]
        let weights = RankWeights(outcomes.compactMap { Merit($0, objectives: 1) }, constants)
        #expect(weights.positive[0] == 0 && weights.positive[2] == 0)
        #expect(weights.negative[0] < 0 && weights.negative[0] == weights.negative[2])
        #expect(weights.positive[1] > weights.positive[3] && weights.positive[3] > 0)
        expect([weights.positive.reduce(0, +)], [1])
    }

    // MARK: The fold at the ends of a range

    @Test func mirroringHasItsInverse() {
        for (number, place) in [(0.3, 0.3), (-0.2, 0.2), (1.3, 0.7), (2.4, 0.4), (-1.7, 0.3), (3.5, 0.5)] {
            expect([EvolutionAxes.mirrored(number)], [place])
        }
        var random = CounterRandom(seed: 8, trial: 0)
        for _ in 0..<200 {
            let (near, place) = (6 * random.uniform() - 3, random.uniform())
            let number = EvolutionAxes.unfolded(place, near: near)
            expect([EvolutionAxes.mirrored(number)], [place], 1e-12)
            #expect(abs(number - near) <= 1 + 1e-12, "seed 8: \(place) near \(near)")
        }
    }
}
