import Testing
import TunedSearch
import TunedSpace

/// Whether samplers find an optimum that lies where a constraint begins to be broken: a twelfth of the space is feasible, and the values
/// get better towards the rest.
@Suite struct ConstraintConvergenceTests {
    private static let settings: [String: [String: JSONValue]] = ["gp": ["candidates": 64, "samples": 0]]

    @Test(arguments: ["tpe", "gp", "nsga2", "cmaes", "de", "genetic", "forest"])
    func endsFeasibleAndCloserThanRandom(_ sampler: String) throws {
        let seeds: Range<UInt64> = 0..<5
        let found = try seeds.map { try best(sampler, seed: $0) }
        let random = try seeds.map { try best("random", seed: $0) }
        #expect(found.allSatisfy { $0.isFinite }, "\(found)")
        #expect(found.sorted()[2] < random.sorted()[2], "\(sampler) \(found), random \(random)")
    }

    /// The best value of a trial that keeps both constraints, less what can be reached.
    private func best(_ name: String, seed: UInt64) throws -> Double {
        let space = try SearchSpace(
            (0..<3).map { Parameter(name: "x\($0)", domain: .float(FloatDomain(low: 0, high: 1))) })
        var sampler = try SamplerRegistry.make(
            name: name, settings: Self.settings[name] ?? [:], problem: SearchProblem(space: space, seed: seed, budget: 60))
        var best = Double.infinity
        for trial in 0..<60 {
            guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { break }
            sampler.observe(.pending(trial: trial, configuration))
            let point = UnitCube(space).coordinates(of: configuration)
            let value = point.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) }
            // In bytes, and in a share: at the optimum the first is just kept, the second well kept.
            let constraints = [1e9 * (point.reduce(0, +) - 0.8), point[0] - 0.9]
            if constraints.allSatisfy({ $0 <= 0 }) { best = min(best, value) }
            sampler.observe(.finished(trial: trial, .measured([value], constraints: constraints)))
        }
        return best - 3 * (0.5 - 0.8 / 3) * (0.5 - 0.8 / 3)
    }
}
