import Testing
import TunedSearch
import TunedSpace

@Suite struct GaussianPosteriorTests {
    private func study(_ trials: Int, _ loss: (Double, Double) -> Double) throws -> (space: SearchSpace, observations: [Observation]) {
        let space = try SearchSpace([
            Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1))),
            Parameter(name: "y", domain: .float(FloatDomain(low: 0, high: 1))),
        ])
        var sampler = try SamplerRegistry.make(name: "gp", settings: ["candidates": 50], problem: SearchProblem(space: space, seed: 3))
        var observations: [Observation] = []
        for trial in 0..<trials {
            guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { break }
            let point = UnitCube(space).coordinates(of: configuration)
            for observation in [Observation.pending(trial: trial, configuration), .finished(trial: trial, .complete([loss(point[0], point[1])]))] {
                sampler.observe(observation)
                observations.append(observation)
            }
        }
        return (space, observations)
    }

    @Test func whatCanBeGainedShrinksAsTheOptimumIsFound() throws {
        func bowl(_ x: Double, _ y: Double) -> Double { 100 + 50 * ((x - 0.3) * (x - 0.3) + (y - 0.6) * (y - 0.6)) }
        let (space, observations) = try study(30, bowl)
        func regret(_ trials: Int) throws -> Double {
            let known = Array(observations.prefix(2 * trials))
            let posterior = try GaussianPosterior(space: space, observations: known)
            return try RegretBound.evaluate(posterior: posterior, space: space, observed: posterior.observed).regret
        }
        let (early, late) = (try regret(5), try regret(30))
        #expect(late < early)
        // In the objective's units: the bowl spans 40 and more.
        #expect(late < 2 && early > 0.1, "\(early), \(late)")
        let posterior = try GaussianPosterior(space: space, observations: observations)
        #expect(abs(posterior.posterior(at: [0.3, 0.6]).mean - 100) < 1)
    }

    @Test func tooFewTrialsSayNothing() throws {
        let (space, observations) = try study(2) { x, _ in x }
        #expect(throws: AnalysisError.self) { try GaussianPosterior(space: space, observations: observations) }
    }
}
