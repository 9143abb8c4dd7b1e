import Testing
import TunedSearch
import TunedSpace

/// What samplers that look at budgets have to keep beside a pruner that gives them out, on every kind of space; and that they are worth it.
@Suite struct BudgetSamplerTests {
    static let samplers = ["bohb", "dehb", "priorband"]

    private static func eventful(_ space: SearchSpace) -> (Int, Configuration, Double) -> BudgetLab.End {
        let bowl = Lab.bowl(space)
        return { trial, configuration, step in
            switch (trial + Int(step)) % 9 {
            case 3: .failed
            case 5: .cancelled
            case 7: .value(.nan)
            default: .value(bowl(configuration) + 1 / step)
            }
        }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func suggestsValidConfigurationsAndCachedEqualsUncached(_ sampler: String, _ named: NamedSpace) throws {
        for pruner in ["hyperband", "sha"] {
            var cached = try BudgetLab(sampler, pruner, named.space)
            var bare = try BudgetLab(sampler, pruner, named.space, caching: false)
            try cached.run(50, parallel: 4, Self.eventful(named.space))
            try bare.run(50, parallel: 4, Self.eventful(named.space))
            #expect(cached.trials.map(\.configuration) == bare.trials.map(\.configuration), "\(pruner)")
            for trial in cached.trials {
                try named.space.validate(trial.configuration)
                #expect(named.space.canonical(trial.configuration) == trial.configuration)
            }
        }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func isAPureFunctionOfWhatItSaw(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try BudgetLab(sampler, "hyperband", named.space)
        try lab.run(40, parallel: 3, Self.eventful(named.space))
        var fresh = try BudgetLab(sampler, "hyperband", named.space).sampler
        for (index, observation) in lab.observations.enumerated() {
            if index % 5 == 0 { _ = try fresh.suggest(trial: index, budget: index % 2 == 0 ? 3 : nil) }
            fresh.observe(observation)
        }
        var told = lab.sampler
        for budget in [nil, 1, 3, 9, 26.5, 1e300, -1] as [Double?] {
            let answer = try told.suggest(trial: 99, budget: budget)
            #expect(try told.suggest(trial: 99, budget: budget) == answer && fresh.suggest(trial: 99, budget: budget) == answer)
        }
    }

    @Test(arguments: samplers, NamedSpace.countable)
    func triesEverythingOnce(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try BudgetLab(sampler, "asha", named.space)
        let bowl = Lab.bowl(named.space)
        try lab.run(parallel: 3) { _, configuration, step in .value(bowl(configuration) + 1 / step) }
        #expect(UInt64(lab.trials.count) == named.space.finiteSize)
        #expect(Set(lab.trials.map(\.configuration)).count == lab.trials.count)
    }

    @Test func thoseThatLookAtBudgetsBringRungsWithThem() {
        #expect(SamplerRegistry.names.filter { SamplerRegistry.usualPruner(of: $0) != nil } == Self.samplers)
        #expect(Self.samplers.map { SamplerRegistry.usualPruner(of: $0) } == Self.samplers.map { $0 == "bohb" ? "asha" : "hyperband" })
    }

    // MARK: What they are worth

    private static let optimum = [0.21, 0.74, 0.33, 0.88, 0.12, 0.6]

    private static func space(prior: [Double]?) throws -> SearchSpace {
        try SearchSpace((0..<6).map { index in
            Parameter(
                name: "x\(index)", domain: .float(FloatDomain(low: 0, high: 1)),
                prior: prior.map { .value(.float($0[index]), confidence: Prior.defaultConfidence) })
        })
    }

    /// A bowl whose middle moves as the budget grows: the order at a low budget is about that at the full one.
    private static func loss(_ configuration: Configuration, _ step: Double) -> Double {
        let away = 1 - step / BudgetLab.fidelity.high
        return configuration.values.enumerated().reduce(0) { sum, item in
            guard case .float(let number)? = item.element else { return sum }
            let distance = number - optimum[item.offset] - (item.offset % 2 == 0 ? 0.1 : -0.1) * away
            return sum + distance * distance
        }
    }

    /// The median over ten seeds of the best value at the full budget, after 40 full trainings' budget.
    private func result(_ sampler: String, prior: [Double]? = nil, parallel: Int = 1, _ settings: [String: JSONValue] = [:]) throws -> Double {
        let results = try (0..<10).map { seed in
            var lab = try BudgetLab(sampler, "hyperband", try Self.space(prior: prior), seed: UInt64(seed), settings)
            try lab.run(spending: 40 * BudgetLab.fidelity.high, parallel: parallel) { _, configuration, step in .value(Self.loss(configuration, step)) }
            return lab.best
        }
        return (results.sorted()[4] + results.sorted()[5]) / 2
    }

    @Test(arguments: [1, 8])
    func evolutionBeatsRandom(parallel: Int) throws {
        let (evolved, random) = (try result("dehb", parallel: parallel), try result("random", parallel: parallel))
        #expect(evolved < 0.75 * random, "\(evolved) \(random)")
    }

    /// A good prior is worth much; a bad one costs little, and nothing beside one that is followed for good.
    @Test(arguments: [1, 8])
    func priorsHelpAndAreUnlearned(parallel: Int) throws {
        let bad = Self.optimum.map { 1 - $0 }
        let random = try result("random", parallel: parallel)
        let none = try result("priorband", parallel: parallel)
        let good = try result("priorband", prior: Self.optimum.map { $0 + 0.03 }, parallel: parallel)
        let unlearned = try result("priorband", prior: bad, parallel: parallel)
        let followed = try result("random", prior: bad, parallel: parallel)
        #expect(none < random && good < 0.5 * random, "random \(random), without a prior \(none), with a good one \(good)")
        #expect(unlearned < 1.2 * random && unlearned < 0.6 * followed, "random \(random), a bad prior \(unlearned), followed \(followed)")
    }
}
