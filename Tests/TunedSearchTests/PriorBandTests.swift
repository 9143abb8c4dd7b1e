import Glibc
import Testing
import TunedNumerics
import TunedSpace

@testable import TunedSearch

/// What makes PriorBand of random draws.
@Suite struct PriorBandTests {
    private static let fidelity = FidelityRange(low: 1, high: 27)

    private static func space(prior: Double?) throws -> SearchSpace {
        try SearchSpace((0..<2).map { index in
            Parameter(
                name: "x\(index)", domain: .float(FloatDomain(low: 0, high: 1)),
                prior: prior.map { .value(.float($0), confidence: 0.75) })
        })
    }

    private func state(prior: Double?, fidelity: FidelityRange? = fidelity, reduction: Double = 3) throws -> PriorBandState {
        let space = try Self.space(prior: prior)
        return PriorBandState(SearchProblem(space: space, seed: 2, fidelity: fidelity), UnitCube(space), reduction: reduction)
    }

    private func configuration(_ x: Double, _ y: Double) -> Configuration { Configuration([.float(x), .float(y)]) }

    /// Tells of a trial at (x, x) that stands at a step, or was trained in full.
    private func tell(_ state: inout PriorBandState, _ trial: Int, _ x: Double, _ step: Int64, _ value: Double) {
        state.observe(.pending(trial: trial, configuration(x, x)))
        state.observe(.finished(trial: trial, step < 27 ? .pruned(step: step, value: value) : .complete([value])))
    }

    private func coordinates(_ suggestion: Suggestion) throws -> [Double] {
        guard case .configuration(let configuration) = suggestion else { return [] }
        return configuration.values.compactMap { if case .float(let number)? = $0 { number } else { nil } }
    }

    // MARK: Random and prior

    @Test func theRandomShareFallsWithTheRung() throws {
        let state = try state(prior: 0.8)
        for (budget, random) in [(1, 0.5), (3, 0.25), (9, 0.1), (nil, 1.0 / 28), (0.1, 0.5), (1e9, 1.0 / 28)] as [(Double?, Double)] {
            let policy = state.policy(budget, [])
            #expect(abs(policy.random - random) < 1e-12 && abs(policy.random + policy.prior - 1) < 1e-12 && policy.incumbent == 0)
        }
        // Without budgets there is one rung.
        #expect(try self.state(prior: 0.8, fidelity: nil).policy(nil, []).random == 0.5)
        // Any range is taken.
        #expect(try self.state(prior: 0.8, fidelity: FidelityRange(low: .leastNonzeroMagnitude, high: 1.7e308)).policy(nil, []).random == 0)
    }

    @Test func drawsFollowThePriorAsTheRungSays() throws {
        var state = try state(prior: 0.8)
        #expect(try coordinates(state.suggestion(0, 1)) == [0.8, 0.8])
        tell(&state, 0, 0.8, 1, 1)
        /// The share of draws with both coordinates within two deviations.
        func share(_ budget: Double?) throws -> Double {
            try (1...2_000).reduce(0) { sum, trial in
                try sum + (coordinates(state.suggestion(trial, budget)).allSatisfy { abs($0 - 0.8) < 0.2 } ? 1.0 / 2_000 : 0)
            }
        }
        // Of a parameter's prior: 0.75 · 0.9545 / 0.9772, cut to the scale, and a quarter of 0.4; of both its square.
        let both = 0.8326 * 0.8326
        for (budget, random) in [(1, 0.5), (9, 0.1), (nil, 1.0 / 28)] as [(Double?, Double)] {
            let expected = random * 0.16 + (1 - random) * both
            let found = try share(budget)
            #expect(abs(found - expected) < 0.035, "\(String(describing: budget)): \(found), expected \(expected)")
        }
    }

    @Test func withoutAPriorDrawsAreFromAnywhere() throws {
        var state = try state(prior: nil)
        tell(&state, 0, 0.5, 1, 1)
        let draws = try (1...2_000).flatMap { try coordinates(state.suggestion($0, nil)) }
        #expect(abs(draws.reduce(0, +) / 4_000 - 0.5) < 0.02)
        #expect(abs(Double(draws.count { $0 < 0.25 }) / 4_000 - 0.25) < 0.03)
        let sampler = try SamplerRegistry.make(name: "priorband", problem: SearchProblem(space: try Self.space(prior: nil)))
        #expect(sampler.explanation.contains("no parameter has a prior"))
    }

    // MARK: The incumbent

    /// Four rungs of 27 each, one trial in full, and a rung with eta trials.
    @Test func theIncumbentWaitsForABracketsBudgetAndOneInFull() throws {
        var state = try state(prior: 0.8)
        for trial in 0..<12 { tell(&state, trial, 0.1 + 0.01 * Double(trial), 9, Double(trial)) }
        #expect(state.leaders.isEmpty)
        tell(&state, 12, 0.5, 27, 5)
        // The largest budget with three trials is that of nine: its best third.
        #expect(state.leaders == (0..<4).map { configuration(0.1 + 0.01 * Double($0), 0.1 + 0.01 * Double($0)) })
        tell(&state, 13, 0.6, 27, 4)
        tell(&state, 14, 0.7, 27, 3)
        #expect(state.leaders == [configuration(0.7, 0.7)])

        // A trial that goes on spends the rest alone; five rungs of 81 are 405.
        var costly = try self.state(prior: 0.8, fidelity: FidelityRange(low: 1, high: 81))
        for trial in 0..<44 { tell(&costly, trial, 0.5, 9, 1) }
        costly.observe(.pending(trial: 0, configuration(0.5, 0.5)))
        costly.observe(.finished(trial: 0, .complete([1])))
        // 44 · 9 and 72 are 468.
        #expect(!costly.leaders.isEmpty)
        var cheap = try self.state(prior: 0.8, fidelity: FidelityRange(low: 1, high: 81))
        for trial in 0..<36 { tell(&cheap, trial, 0.5, 9, 1) }
        cheap.observe(.pending(trial: 0, configuration(0.5, 0.5)))
        cheap.observe(.finished(trial: 0, .complete([1])))
        // 36 · 9 and 72 are 396.
        #expect(cheap.leaders.isEmpty)
    }

    /// Scores by hand: the prior's density at each leader, and that of the normal distribution around the best one.
    @Test func whatDidWellDividesPriorAndIncumbent() throws {
        var state = try state(prior: 0.8)
        for (trial, x) in [0.3, 0.5, 0.9, 0.1, 0.1, 0.1].enumerated() { tell(&state, trial, x, 27, Double(trial)) }
        let leaders = state.leaders
        #expect(leaders == [configuration(0.3, 0.3), configuration(0.5, 0.5)])
        let policy = state.policy(3, leaders)
        let density = try #require(UnitDensity(Self.space(prior: 0.8).parameters[0]))
        let normal = TruncatedNormal(mean: 0.3, deviation: 0.25, low: 0, high: 1)
        let prior = 2 * exp(2 * density.logDensity(at: 0.3)) + exp(2 * density.logDensity(at: 0.5))
        let near = 2 * exp(2 * normal.logDensity(at: 0.3)) + exp(2 * normal.logDensity(at: 0.5))
        #expect(abs(policy.incumbent - 0.75 * near / (prior + near)) < 1e-12)
        #expect(abs(policy.random - 0.25) < 1e-12 && abs(policy.prior + policy.incumbent - 0.75) < 1e-12)
    }

    @Test func aBadPriorIsUnlearnedAndAGoodOneStays() throws {
        func policy(prior: Double) throws -> PriorBandState.Policy {
            var state = try state(prior: prior)
            for trial in 0..<30 {
                let x = Double(trial) / 30
                tell(&state, trial, x, 27, (x - 0.2) * (x - 0.2))
            }
            return state.policy(nil, state.leaders)
        }
        let (good, bad) = (try policy(prior: 0.2), try policy(prior: 0.9))
        #expect(bad.incumbent > 20 * bad.prior, "\(bad)")
        #expect(good.prior > good.incumbent, "\(good)")
    }

    @Test func inManyDimensionsTheScoresStayFinite() throws {
        let space = try SearchSpace((0..<200).map { index in
            Parameter(name: "x\(index)", domain: .float(FloatDomain(low: 0, high: 1)), prior: .value(.float(0.9), confidence: 0.99))
        })
        var state = PriorBandState(SearchProblem(space: space), UnitCube(space), reduction: 3)
        for trial in 0..<9 {
            state.observe(.pending(trial: trial, Configuration(Array(repeating: .float(0.1), count: 200))))
            state.observe(.finished(trial: trial, .complete([Double(trial)])))
        }
        let policy = state.policy(nil, state.leaders)
        #expect(abs(policy.incumbent - 0.5) < 1e-9 && policy.prior < 1e-9 && policy.prior >= 0)
    }

    @Test func perturbationsChangeHalfByAQuarter() throws {
        let space = NamedSpace.conditional.space
        // Of `kernel` the second, so that all but `deep` is active.
        let incumbent = space.canonical(
            Configuration([.float(1e-2), .integer(3), .category(1), nil, .float(1)]))
        let cube = UnitCube(space)
        let centre = cube.coordinates(of: incumbent)
        let perturbation = IncumbentPerturbation(cube, around: incumbent)
        var random = CounterRandom(seed: 8, trial: 0)
        let draws = (0..<4_000).map { _ in perturbation.draw(&random) }
        for index in [0, 1, 2, 4] {
            let changed = draws.filter { $0[index] != centre[index] }
            #expect(abs(Double(changed.count) / 4_000 - 0.5) < 0.03, "\(index)")
            #expect(draws.allSatisfy { (0...1).contains($0[index]) })
        }
        // To any other choice.
        let kernels = draws.map { Int($0[2] * 3) }
        #expect(abs(Double(kernels.count { $0 == 0 }) / 4_000 - 0.25) < 0.03 && abs(Double(kernels.count { $0 == 2 }) / 4_000 - 0.25) < 0.03)
        // What the incumbent has no value for is drawn from anywhere.
        #expect(abs(draws.reduce(0) { $0 + $1[3] } / 4_000 - 0.5) < 0.02)
        // C lies in the middle of its scale: a normal of a quarter, cut at two deviations, has 0.88 of that.
        let distances = draws.map { $0[4] - centre[4] }.filter { $0 != 0 }
        let deviation = (distances.reduce(0) { $0 + $1 * $1 } / Double(distances.count)).squareRoot()
        #expect(abs(deviation - 0.22) < 0.01, "\(deviation)")
        // The choice itself has half of the mass, the others share the rest: three times the density of a uniform draw.
        #expect(abs(perturbation.logDensity(of: incumbent) - perturbation.logDensity(of: moved(incumbent, kernel: 2)) - difference(cube, incumbent)) < 1e-9)
    }

    private func moved(_ configuration: Configuration, kernel: Int) -> Configuration {
        Configuration([configuration[0], nil, .category(kernel), nil, configuration[4]])
    }

    /// The same kernel has a density of 3/2, another one of 3/4; the degree is lost with it, and with it its own density at the centre.
    private func difference(_ cube: UnitCube, _ incumbent: Configuration) -> Double {
        let degree = cube.coordinates(of: incumbent)[1]
        return log(2) + TruncatedNormal(mean: degree, deviation: 0.25, low: 0, high: 1).logDensity(at: degree)
    }
}
