import Glibc
import Testing
import TunedNumerics
@testable import TunedSearch
import TunedSpace

@Suite struct StoppingTests {
    /// A belief that is a plain function of the point.
    private struct Belief: Posterior {
        var mean: @Sendable ([Double]) -> Double
        var deviation: @Sendable ([Double]) -> Double

        func posterior(at point: [Double]) -> (mean: Double, deviation: Double) { (mean(point), deviation(point)) }
    }

    private static let square = NamedSpace(
        "square", ["x", "y"].map { Parameter(name: $0, domain: .float(FloatDomain(low: 0, high: 1))) }).space

    // MARK: Regret

    @Test func betaIsThatOfThePaper() {
        // 2 ln(2 · 10² π² / 0.6) / 5.
        #expect(abs(RegretBound.beta(dimensions: 2, trials: 10) - 3.239_441_104_805_131) < 1e-12)
        #expect(RegretBound.beta(dimensions: 2, trials: 100) > RegretBound.beta(dimensions: 2, trials: 10))
    }

    @Test func theBoundIsUpperLessLower() throws {
        // The mean falls to 0 at (0.2, 0.7); certain where x < 0.5.
        let belief = Belief(mean: { abs($0[0] - 0.2) + abs($0[1] - 0.7) }, deviation: { _ in 0.1 })
        let observed = [[0.3, 0.6], [0.9, 0.9]]
        let bound = try RegretBound.evaluate(posterior: belief, space: Self.square, observed: observed)
        // (0.2 + 0.1 √β) - (0 - 0.1 √β).
        #expect(abs(bound.regret - (0.2 + 0.2 * bound.beta.squareRoot())) < 0.01)
        #expect(bound.regret <= 0.2 + 0.2 * bound.beta.squareRoot())
        #expect(abs(bound.mostPromising[0] - 0.2) < 0.01 && abs(bound.mostPromising[1] - 0.7) < 0.01)
        #expect(try RegretBound.evaluate(posterior: belief, space: Self.square, observed: observed) == bound)
    }

    @Test func stopsOnceTheRegretIsBelowTheNoise() throws {
        let observed = (0..<25).map { [Double($0) / 25, 0.5] }
        let rule = RegretStoppingRule(threshold: 0.05)
        let sure = Belief(mean: { $0[0] }, deviation: { _ in 0.001 })
        let unsure = Belief(mean: { $0[0] }, deviation: { 0.5 * $0[1] })
        #expect(try rule.verdict(posterior: sure, space: Self.square, observed: observed).shouldStop)
        #expect(try !rule.verdict(posterior: unsure, space: Self.square, observed: observed).shouldStop)
        let early = try rule.verdict(posterior: sure, space: Self.square, observed: Array(observed[..<5]))
        #expect(!early.shouldStop && early.regret == nil)
    }

    @Test(arguments: [NamedSpace.conditional, .mixed, .discreteConditional, .extreme])
    func looksOnlyAtLegalPoints(_ named: NamedSpace) throws {
        let cube = UnitCube(named.space)
        let belief = Belief(
            mean: { point in
                // A point that stands for no configuration would be the best one.
                let again = cube.coordinates(of: cube.configuration(at: point))
                let isLegal = zip(again, point).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-9 }
                return isLegal ? point.reduce(0) { $1.isNaN ? $0 : $0 + $1 } : -1_000
            }, deviation: { _ in 0 })
        let bound = try RegretBound.evaluate(
            posterior: belief, space: named.space, observed: [cube.coordinates(of: named.space.defaults)])
        #expect(bound.regret < 100)
    }

    // MARK: The winner

    private func groups(_ values: [[Double]]) -> [Replicates] {
        values.enumerated().map { Replicates(configuration: Configuration([.integer(Int64($0))]), values: $1) }
    }

    @Test func groupsTrialsByConfiguration() throws {
        let space = NamedSpace.discrete.space
        let (a, b) = (Configuration([.integer(0), .category(0), .category(0)]), Configuration([.integer(1), .category(0), .category(0)]))
        var observations: [Observation] = []
        for (trial, (configuration, outcome)) in [
            (a, Outcome.complete([1])), (b, .complete([4])), (a, .failed), (a, .complete([3])), (b, .pruned(step: 1, value: 9)),
        ].enumerated() {
            observations += [.pending(trial: trial, configuration), .finished(trial: trial, outcome)]
        }
        let groups = Replicates.grouped(observations, in: space)
        #expect(groups == [Replicates(configuration: a, values: [1, 3]), Replicates(configuration: b, values: [4])])
        // (1 - 2)² + (3 - 2)² over one degree of freedom.
        #expect(Replicates.noiseVariance(of: groups) == 2)
    }

    @Test func shrinksByTheShareOfNoise() throws {
        // Ten means of scatter 2 · 9, noise 1: τ² + 1 = 2, so each goes half of the way to the mean.
        let values = [-2.0, -1, -1, -1, 0, 0, 1, 1, 1, 2]
        let scatter = values.reduce(0) { $0 + $1 * $1 }
        let scaled = values.map { $0 * (18 / scatter).squareRoot() }
        let (center, spread) = WinnerEstimate.prior(scaled, Array(repeating: 1, count: 10))
        #expect(abs(center) < 1e-9)
        #expect(abs(spread - 1) < 1e-9)
        let estimate = try WinnerEstimate.shrunk(groups(scaled[..<8].map { [$0] }), noiseVariance: 1e-12)
        #expect(abs(estimate.corrected - scaled[0]) < 1e-6)
    }

    @Test func pureNoiseIsNoMerit() throws {
        var (measured, corrected) = (0.0, 0.0)
        for seed in 0..<50 as Range<UInt64> {
            var random = CounterRandom(seed: seed, trial: 3)
            let estimate = try WinnerEstimate.shrunk(groups((0..<8).map { _ in [random.normal()] }), noiseVariance: 1)
            measured += estimate.measured / 50
            corrected += estimate.corrected / 50
        }
        // The lowest of eight normal numbers is -1.42 on average; all are worth 0.
        #expect(measured < -1.2)
        #expect(abs(corrected) < 0.5, "\(corrected), seeds 0 to 49")
    }

    @Test func aConfirmedWinnerBeatsALuckyOne() throws {
        let lucky = [-1.1], confirmed = [-0.9, -1.0, -1.05, -0.95, -1.0, -1.1]
        let others = [[0.5], [0.2], [-0.4], [0.9], [0.1], [0.6]]
        let estimate = try WinnerEstimate.shrunk(groups([lucky, confirmed] + others), noiseVariance: 0.3)
        #expect(estimate.winner == 1)
        #expect(estimate.corrected > estimate.measured)
        #expect(estimate.replicates == 6)
    }

    @Test func saysWhatItLacks() throws {
        #expect(try #require(throws: AnalysisError.self) { try WinnerEstimate.shrunk([]) }.code == .tooFewTrials)
        #expect(try #require(throws: AnalysisError.self) { try WinnerEstimate.shrunk(groups([[1], [2]])) }.code == .tooFewTrials)
        #expect(
            try #require(throws: AnalysisError.self) { try WinnerEstimate.shrunk(groups([[1]]), noiseVariance: -1) }.code == .argument)
    }

    @Test func theModelsBeliefAtItsWinner() throws {
        let space = NamedSpace("i", [Parameter(name: "i", domain: .integer(IntegerDomain(low: 0, high: 9)))]).space
        let belief = Belief(mean: { 1 + $0[0] }, deviation: { _ in 0.25 })
        let estimate = try WinnerEstimate.modelled(groups([[3], [0], [1]]), posterior: belief, cube: UnitCube(space))
        #expect(estimate.winner == 0)
        #expect(estimate.corrected == 1.05)
        #expect(estimate.measured == 3)
    }

    // MARK: Replication

    @Test func sharesAreThoseOfTheAllocation() {
        // Distances 1 and 2, equal noise: N1 / N2 = 4, N0 = √(N1² + N2²).
        let shares = Replication.shares(groups([[0], [1], [2]]), [0, 1, 2], best: 0, 1)
        #expect(abs(shares[1] / shares[2] - 4) < 1e-12)
        #expect(abs(shares[0] / shares[2] - 17.0.squareRoot()) < 1e-12)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
    }

    @Test func measuresTheContendersMost() {
        let next = Replication.next(40, among: groups([[0], [0.3], [3], [5]]), noiseVariance: 1)
        let counts = (0..<4).map { place in next.count { $0 == place } }
        #expect(counts[0] >= 10 && counts[1] >= 10 && counts[2] + counts[3] <= 4, "\(counts)")
    }

    @Test func withoutAnEstimateTheBestComeInTurn() {
        #expect(Replication.next(4, among: groups([[2], [1], [3]])) == [1, 0, 2, 1])
        #expect(Replication.next(3, among: []) == [])
        #expect(Replication.next(2, among: groups([[1], [1]]), noiseVariance: 0) == [0, 0])
    }
}
