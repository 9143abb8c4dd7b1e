import Testing
import TunedNumerics
@testable import TunedSearch
import TunedSpace

@Suite struct ForestSamplerTests {
    private func best(_ sampler: String, _ space: SearchSpace, seed: UInt64, _ value: (Configuration) -> Outcome) throws -> Double {
        let settings: [String: JSONValue] = sampler == "forest" ? ["trees": 5, "candidates": 60, "searches": 3] : [:]
        var sampler = try SamplerRegistry.make(name: sampler, settings: settings, problem: SearchProblem(space: space, seed: seed))
        var best = Double.infinity
        for trial in 0..<50 {
            guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { break }
            sampler.observe(.pending(trial: trial, configuration))
            let outcome = value(configuration)
            if case .complete(let values, _) = outcome { best = min(best, values[0]) }
            sampler.observe(.finished(trial: trial, outcome))
        }
        return best
    }

    @Test func beatsRandomOnAConditionalSpace() throws {
        let space = NamedSpace.conditional.space
        func value(_ configuration: Configuration) -> Outcome {
            let point = UnitCube(space).coordinates(of: configuration)
            // The branch with most parameters is the best one.
            let branch = point[1].isNaN ? 0.6 : abs(point[1] - 0.9)
            return .complete([branch + (point[0].isNaN ? 0.3 : abs(point[0] - 0.77)) + abs(point[4] - 0.2)])
        }
        let seeds: Range<UInt64> = 0..<5
        let forest = try seeds.map { try best("forest", space, seed: $0, value) }.sorted()
        let random = try seeds.map { try best("random", space, seed: $0, value) }.sorted()
        #expect(forest[2] < random[2], "forest \(forest), random \(random), seeds 0 to 4")
    }

    @Test func staysOutOfWhatFails() throws {
        let space = NamedSpace("square", ["x", "y"].map { Parameter(name: $0, domain: .float(FloatDomain(low: 0, high: 1))) }).space
        var failures = 0
        for seed in 0..<3 as Range<UInt64> {
            var trials = 0
            _ = try best("forest", space, seed: seed) { configuration in
                trials += 1
                let point = UnitCube(space).coordinates(of: configuration)
                if point[0] > 0.5, trials > 20 { failures += 1 }
                // The values fall towards what fails.
                return point[0] > 0.5 ? .failed : .complete([abs(point[0] - 0.45) + point[1]])
            }
        }
        // Uniform draws would fail 45 times in 90.
        #expect(failures < 30, "\(failures), seeds 0 to 2")
    }

    @Test func findsTheFrontOfTwoObjectives() throws {
        let space = NamedSpace.oneFloat.space
        var sampler = try SamplerRegistry.make(name: "forest", problem: SearchProblem(space: space, objectives: 2, seed: 4))
        var inside = 0
        for trial in 0..<30 {
            guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { break }
            guard case .float(let x) = configuration[0] else { continue }
            sampler.observe(.pending(trial: trial, configuration))
            sampler.observe(.finished(trial: trial, .complete([(x - 1) * (x - 1), (x - 2) * (x - 2)])))
            if trial >= 15, x > 0.7, x < 2.3 { inside += 1 }
        }
        // The front is 1 to 2, a tenth of the range.
        #expect(inside >= 9, "\(inside) of 15, seed 4")
    }

    @Test func spreadsOutWhileEverythingFails() throws {
        var lab = try Lab("forest", NamedSpace.oneFloat.space)
        try lab.run(20) { _, _ in .failed }
        let places = lab.suggestions.compactMap { UnitCube(lab.space).coordinates(of: $0)[0] }.sorted()
        let gaps = zip(places.dropFirst(), places).map { $0 - $1 }
        #expect(places.count == 20)
        #expect((gaps.max() ?? 1) < 0.15, "\(places)")
    }

    @Test func aRunningTrialIsNotAskedForAgain() throws {
        // The model knows exactly where the best category is; what runs there has to count.
        var lab = try Lab("forest", NamedSpace.discrete.space)
        try lab.run(10) { _, configuration in .complete([Lab.bowl(NamedSpace.discrete.space)(configuration)]) }
        for _ in 0..<6 { #expect(try lab.ask() != nil) }
        #expect(Set(lab.suggestions).count == 16)
    }

    @Test(arguments: [("trees", 0), ("trees", 201), ("candidates", 0), ("searches", 11), ("startup", 0)])
    func refusesSettingsOutOfRange(_ setting: String, _ value: Int64) {
        let problem = SearchProblem(space: NamedSpace.mixed.space)
        #expect(throws: SearchError.self) {
            try SamplerRegistry.make(name: "forest", settings: [setting: .integer(value)], problem: problem)
        }
    }
}
