import Testing
import TunedSearch
import TunedSpace

/// What every sampler has to keep, on every kind of space.
@Suite struct SamplerConformanceTests {
    static let samplers = SamplerRegistry.names + ["tpe?kernel=univariate", "tpe?kernel=grouped", "bohb?model=gp"]

    @Test(arguments: samplers, NamedSpace.all)
    func suggestsValidConfigurations(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try Lab(sampler, named.space)
        try lab.run(40, parallel: 4, Lab.eventful(named.space))
        #expect(!lab.suggestions.isEmpty)
        for configuration in lab.suggestions {
            try named.space.validate(configuration)
            #expect(named.space.canonical(configuration) == configuration)
        }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func isAPureFunctionOfWhatItSaw(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try Lab(sampler, named.space)
        try lab.run(30, parallel: 3, Lab.eventful(named.space))
        #expect(try lab.suggestion(trial: 99) == lab.suggestion(trial: 99))
        // A fresh one, told the same with questions in between.
        var fresh = try Lab(sampler, named.space).sampler
        for (index, observation) in lab.observations.enumerated() {
            if index % 5 == 0 { _ = try fresh.suggest(trial: index) }
            fresh.observe(observation)
        }
        #expect(try suggestion(of: fresh, trial: 99) == lab.suggestion(trial: 99))
        #expect(fresh.identity == lab.sampler.identity)
    }

    @Test(arguments: samplers, NamedSpace.all)
    func cachedEqualsUncachedBitForBit(_ sampler: String, _ named: NamedSpace) throws {
        for seed in [1, 2] as [UInt64] {
            var cached = try Lab(sampler, named.space, seed: seed)
            var bare = try Lab(sampler, named.space, seed: seed, caching: false)
            // Models are made from nothing for each suggestion there.
            let trials = ["auto", "forest", "gp", "bohb?model=gp"].contains(sampler) ? 26 : 60
            try cached.run(trials, parallel: 5, Lab.eventful(named.space))
            try bare.run(trials, parallel: 5, Lab.eventful(named.space))
            #expect(cached.suggestions == bare.suggestions, "seed \(seed)")
        }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func seedsDiffer(_ sampler: String, _ named: NamedSpace) throws {
        guard ["cmaes", "de", "dehb", "forest", "gp", "priorband", "random", "sobol", "tpe"].contains(sampler.prefix { $0 != "?" }), named.space.finiteSize == nil else { return }
        var suggestions: [[Configuration]] = []
        for seed in [1, 2] as [UInt64] {
            var lab = try Lab(sampler, named.space, seed: seed)
            try lab.run(5) { _, _ in .failed }
            suggestions.append(lab.suggestions)
        }
        #expect(suggestions[0] != suggestions[1])
    }

    @Test(arguments: samplers, NamedSpace.countable)
    func triesEverythingOnceThenIsExhausted(_ sampler: String, _ named: NamedSpace) throws {
        let size = try #require(named.space.finiteSize)
        var lab = try Lab(sampler, named.space)
        try lab.run(Int(size) + 10, parallel: 3) { trial, _ in trial % 3 == 0 ? .failed : .complete([Double(trial % 4)]) }
        #expect(UInt64(lab.suggestions.count) == size)
        #expect(UInt64(Set(lab.suggestions).count) == size)
        #expect(try lab.suggestion(trial: 1_000) == .exhausted)
        #expect(lab.sampler.size == size)
    }

    @Test(arguments: samplers)
    func suggestsACancelledConfigurationAgain(_ sampler: String) throws {
        let space = NamedSpace.discrete.space
        var lab = try Lab(sampler, space)
        for _ in 0..<16 { #expect(try lab.ask() != nil) }
        #expect(try lab.suggestion(trial: 16) == .exhausted)
        for trial in 0..<16 { lab.observe(.finished(trial: trial, trial == 5 ? .cancelled : .complete([0]))) }
        #expect(try lab.suggestion(trial: 16) == .configuration(lab.suggestions[5]))
    }

    @Test(arguments: samplers)
    func passesOverWhatAPersonTried(_ sampler: String) throws {
        let space = NamedSpace.discrete.space
        var lab = try Lab(sampler, space)
        let tried = Configuration([.integer(2), .category(1), .category(0)])
        lab.observe(.pending(trial: 1_000, tried))
        lab.observe(.finished(trial: 1_000, .complete([0])))
        try lab.run(20) { _, _ in .complete([1]) }
        #expect(lab.suggestions.count == 15)
        #expect(!lab.suggestions.contains(tried))
    }

    @Test(arguments: samplers, [NamedSpace.mixed, .conditional, .oneFloat])
    func pendingTrialsAreAllDifferent(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try Lab(sampler, named.space)
        try lab.run(20) { _, configuration in .complete([Lab.bowl(named.space)(configuration)]) }
        let before = lab.suggestions.count
        for _ in 0..<16 { if try lab.ask() == nil { break } }
        let pending = lab.suggestions[before...]
        #expect(Set(pending).count == pending.count)
    }

    @Test(arguments: samplers, NamedSpace.all)
    func survivesConstantObjectives(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try Lab(sampler, named.space)
        try lab.run(40) { _, _ in .complete([1]) }
        for configuration in lab.suggestions { try named.space.validate(configuration) }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func survivesFailuresAlone(_ sampler: String, _ named: NamedSpace) throws {
        var lab = try Lab(sampler, named.space)
        try lab.run(40, parallel: 2) { _, _ in .failed }
        for configuration in lab.suggestions { try named.space.validate(configuration) }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func survivesExtremeValues(_ sampler: String, _ named: NamedSpace) throws {
        let extremes = [1.7e308, -1.7e308, .leastNonzeroMagnitude, 0, -0.0, .nan, .infinity, 1]
        var lab = try Lab(sampler, named.space)
        try lab.run(40) { trial, _ in
            trial % 9 == 8 ? .pruned(step: .max, value: -1.7e308) : .complete([extremes[trial % extremes.count]])
        }
        for configuration in lab.suggestions { try named.space.validate(configuration) }
    }

    @Test(arguments: samplers, [NamedSpace.mixed, .conditional])
    func takesSeveralObjectives(_ sampler: String, _ named: NamedSpace) throws {
        var cached = try Lab(sampler, named.space, objectives: 3)
        var bare = try Lab(sampler, named.space, objectives: 3, caching: false)
        try cached.run(50, parallel: 3, Lab.eventful(named.space, objectives: 3))
        try bare.run(50, parallel: 3, Lab.eventful(named.space, objectives: 3))
        for configuration in cached.suggestions { try named.space.validate(configuration) }
        #expect(cached.suggestions == bare.suggestions)
    }

    /// Constraints that appear late, are broken or not told of, in units that have nothing to do with each other.
    @Test(arguments: samplers, [NamedSpace.mixed, .conditional, .oneFloat])
    func takesConstraints(_ sampler: String, _ named: NamedSpace) throws {
        let bowl = Lab.bowl(named.space)
        for objectives in 1...2 {
            let eventful = Lab.eventful(named.space, objectives: objectives)
            let outcome = { (trial: Int, configuration: Configuration) -> Outcome in
                guard case .complete(let values, _) = eventful(trial, configuration) else { return eventful(trial, configuration) }
                var constraints = [1e6 * (bowl(configuration) - 0.2)]
                if trial > 8 { constraints.append(trial % 3 == 0 ? .nan : 1e-6 * (0.01 - bowl(configuration))) }
                return .measured(values, constraints: constraints)
            }
            var cached = try Lab(sampler, named.space, objectives: objectives)
            var bare = try Lab(sampler, named.space, objectives: objectives, caching: false)
            try cached.run(30, parallel: 3, outcome)
            try bare.run(30, parallel: 3, outcome)
            for configuration in cached.suggestions { try named.space.validate(configuration) }
            #expect(cached.suggestions == bare.suggestions, "\(objectives) objectives")
        }
    }

    @Test(arguments: samplers, NamedSpace.all)
    func survivesNothingFeasible(_ sampler: String, _ named: NamedSpace) throws {
        let extremes = [1.7e308, .leastNonzeroMagnitude, .infinity, 1]
        var lab = try Lab(sampler, named.space)
        try lab.run(30, parallel: 2) { trial, _ in .infeasible([Double(trial)], constraints: [extremes[trial % 4], -.infinity]) }
        for configuration in lab.suggestions { try named.space.validate(configuration) }
    }

    @Test(arguments: samplers)
    func takesUpATrialAgain(_ sampler: String) throws {
        let space = NamedSpace.mixed.space
        var cached = try Lab(sampler, space)
        var bare = try Lab(sampler, space, caching: false)
        for _ in 0..<2 {
            try cached.run(20, Lab.eventful(space))
            try bare.run(20, Lab.eventful(space))
            for trial in [1, 2, 4, 6, 6] {
                for observation in [
                    Observation.pending(trial: trial, cached.suggestions[trial]),
                    .finished(trial: trial, trial == 2 ? .complete([0.5]) : trial == 4 ? .infeasible([0.5], constraints: [1]) : .failed),
                ] {
                    cached.observe(observation)
                    bare.observe(observation)
                }
            }
        }
        #expect(cached.suggestions == bare.suggestions)
    }

    @Test(arguments: samplers)
    func isNotConfusedByReportsOrStrayEnds(_ sampler: String) throws {
        let space = NamedSpace.mixed.space
        var lab = try Lab(sampler, space)
        lab.observe(.finished(trial: 12, .complete([1])))
        lab.observe(.report(trial: 12, step: 1, value: .nan))
        try lab.run(15, Lab.eventful(space))
        lab.observe(.finished(trial: 3, .complete([-100])))
        try space.validate(lab.suggestions[14])
    }

    @Test(arguments: samplers)
    func explainsItself(_ sampler: String) throws {
        let explanation = try Lab(sampler, NamedSpace.mixed.space).sampler.explanation
        #expect(!explanation.isEmpty)
        #expect(!explanation.contains("\n"))
    }
}
