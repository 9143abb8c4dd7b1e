import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

/// Samplers that learn from trials at several budgets.
@Suite struct BudgetModelTests {
    private static let space = NamedSpace.mixed.space

    /// Ranks at the small budget are the reverse of those at the large one: what counts is the largest budget with enough trials.
    private func suggestions(_ options: [String: JSONValue], upTo level: Int) throws -> [Configuration] {
        var lab = try Lab("bohb", Self.space, options: options)
        let bowl = Lab.bowl(Self.space)
        for trial in 0..<40 {
            guard case .configuration(let configuration) = try suggestion(of: try Lab("random", Self.space).sampler, trial: trial) else { continue }
            lab.observe(.pending(trial: trial, configuration))
            lab.observe(.finished(trial: trial, .pruned(step: 1, value: -bowl(configuration))))
            guard trial < level else { continue }
            lab.observe(.pending(trial: trial, configuration))
            lab.observe(.finished(trial: trial, .pruned(step: 9, value: bowl(configuration))))
        }
        return try (100..<160).compactMap { trial in
            guard case .configuration(let configuration) = try lab.suggestion(trial: trial) else { return nil }
            return configuration
        }
    }

    private func mean(_ configurations: [Configuration]) -> Double {
        let bowl = Lab.bowl(Self.space)
        return configurations.reduce(0) { $0 + bowl($1) } / Double(max(1, configurations.count))
    }

    @Test(arguments: ["tpe", "gp"])
    func learnsFromTheLargestBudgetWithEnoughTrials(_ model: String) throws {
        let settings: [String: JSONValue] = ["model": .string(model), "random": 0, "points": 15]
        let high = try suggestions(settings, upTo: 30)
        let low = try suggestions(settings, upTo: 10)
        #expect(mean(high) < mean(low), "\(mean(high)) \(mean(low))")
    }

    /// Two of three trials stand at the small budget, all of one half of the space; how the others ended says nothing.
    @Test func whatStandsLowerRanksBehind() throws {
        let space = try SearchSpace(["x", "y"].map { Parameter(name: $0, domain: .float(FloatDomain(low: 0, high: 1))) })
        var lab = try Lab("bohb", space, options: ["random": 0, "points": 10])
        var random = CounterRandom(seed: 5, trial: 0)
        for trial in 0..<60 {
            let isLow = trial % 3 != 0
            let x = (isLow ? 0 : 0.5) + random.uniform() / 2
            let configuration = Configuration([.float(x), .float(random.uniform())])
            lab.observe(.pending(trial: trial, configuration))
            lab.observe(.finished(trial: trial, .pruned(step: 1, value: random.uniform())))
            if isLow { continue }
            lab.observe(.pending(trial: trial, configuration))
            lab.observe(.finished(trial: trial, .pruned(step: 9, value: random.uniform())))
        }
        let found = try (100..<200).compactMap { trial -> Double? in
            guard case .configuration(let configuration) = try lab.suggestion(trial: trial) else { return nil }
            guard case .float(let x) = configuration.values[0] else { return nil }
            return x
        }
        print("share of the half that went on:", found.count { $0 > 0.5 })
        #expect(found.count { $0 > 0.5 } > 90)
    }

    @Test func aShareIsRandom() throws {
        let all = try suggestions(["random": 1], upTo: 30)
        let none = try suggestions(["random": 0, "points": 15], upTo: 30)
        let third = try suggestions(["points": 15], upTo: 30)
        let shared = third.count { none.contains($0) }
        #expect((30...50).contains(shared), "\(shared)")
        #expect(third.count { all.contains($0) } >= 10)
    }

    @Test func survivesRungsInAnyOrder() throws {
        for sampler in ["bohb", "tpe", "gp"] {
            var cached = try Lab(sampler, Self.space)
            var bare = try Lab(sampler, Self.space, caching: false)
            var random = CounterRandom(seed: 8, trial: 0)
            let drawn = try Lab("random", Self.space).sampler
            for _ in 0..<120 {
                let trial = random.index(below: 25)
                guard case .configuration(let configuration) = try suggestion(of: drawn, trial: trial) else { continue }
                let outcomes: [Outcome] = [
                    .pruned(step: Int64(random.index(below: 30)) - 1, value: random.uniform()), .pruned(step: .max, value: .nan), .failed, .cancelled,
                    .complete([random.uniform()]), .infeasible([1], constraints: [0.5]),
                ]
                for observation in [Observation.pending(trial: trial, configuration), .finished(trial: trial, outcomes[random.index(below: 6)])] {
                    cached.observe(observation)
                    bare.observe(observation)
                }
            }
            #expect(try cached.suggestion(trial: 99) == bare.suggestion(trial: 99), "\(sampler)")
        }
    }
}
