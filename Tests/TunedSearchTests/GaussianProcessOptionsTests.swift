import Testing
import TunedSearch
import TunedSpace

/// The most telling cases of the conformance suite for what the Gaussian process does not do by default.
@Suite struct GaussianProcessOptionsTests {
    private static let options: [String: JSONValue] = ["warping": "both", "region": "on"]

    private func lab(_ named: NamedSpace, seed: UInt64 = 1, caching: Bool = true) throws -> Lab {
        try Lab("gp", named.space, seed: seed, caching: caching, options: Self.options)
    }

    @Test(arguments: NamedSpace.all)
    func cachedEqualsUncachedBitForBit(_ named: NamedSpace) throws {
        var (cached, bare) = (try lab(named), try lab(named, caching: false))
        try cached.run(26, parallel: 5, Lab.eventful(named.space))
        try bare.run(26, parallel: 5, Lab.eventful(named.space))
        #expect(cached.suggestions == bare.suggestions)
        for configuration in cached.suggestions {
            try named.space.validate(configuration)
            #expect(named.space.canonical(configuration) == configuration)
        }
    }

    /// Without an improvement the region begins anew after some thirty trials.
    @Test(arguments: [NamedSpace.oneFloat, .conditional])
    func cachedEqualsUncachedAcrossANewBeginning(_ named: NamedSpace) throws {
        var (cached, bare) = (try lab(named, seed: 3), try lab(named, seed: 3, caching: false))
        let outcome = { (trial: Int, _: Configuration) -> Outcome in
            trial % 9 == 4 ? .failed : .measured([Double(trial)], constraints: [trial % 5 == 0 ? 1 : -1])
        }
        try cached.run(60, parallel: 2, outcome)
        try bare.run(60, parallel: 2, outcome)
        #expect(cached.suggestions == bare.suggestions)
        // It has made other suggestions than one that knows of no region.
        var plain = try Lab("gp", named.space, seed: 3, options: ["warping": "both"])
        try plain.run(60, parallel: 2, outcome)
        #expect(plain.suggestions != cached.suggestions)
    }

    @Test(arguments: NamedSpace.countable)
    func triesEverythingOnceThenIsExhausted(_ named: NamedSpace) throws {
        let size = try #require(named.space.finiteSize)
        var lab = try lab(named)
        try lab.run(Int(size) + 10, parallel: 3) { trial, _ in trial % 3 == 0 ? .failed : .complete([Double(trial % 4)]) }
        #expect(UInt64(Set(lab.suggestions).count) == size && UInt64(lab.suggestions.count) == size)
        #expect(try lab.suggestion(trial: 1_000) == .exhausted)
    }

    @Test(arguments: NamedSpace.all)
    func survivesExtremeValues(_ named: NamedSpace) throws {
        let extremes = [1.7e308, -1.7e308, .leastNonzeroMagnitude, 0, -0.0, .nan, .infinity, 1]
        var lab = try lab(named)
        try lab.run(30) { trial, _ in
            trial % 9 == 8 ? .pruned(step: .max, value: -1.7e308) : .complete([extremes[trial % extremes.count]])
        }
        for configuration in lab.suggestions { try named.space.validate(configuration) }
    }

    @Test func takesUpATrialAgain() throws {
        var (cached, bare) = (try lab(.mixed), try lab(.mixed, caching: false))
        for _ in 0..<2 {
            try cached.run(15, Lab.eventful(NamedSpace.mixed.space))
            try bare.run(15, Lab.eventful(NamedSpace.mixed.space))
            for trial in [1, 2, 6] {
                for observation in [
                    Observation.pending(trial: trial, cached.suggestions[trial]),
                    .finished(trial: trial, trial == 2 ? .complete([0.5]) : .failed),
                ] {
                    cached.observe(observation)
                    bare.observe(observation)
                }
            }
        }
        #expect(cached.suggestions == bare.suggestions)
    }

    /// What is off by default changes nothing.
    @Test func theDefaultsAreNeither() throws {
        var (plain, told) = (
            try Lab("gp", NamedSpace.mixed.space), try Lab("gp", NamedSpace.mixed.space, options: ["warping": "none", "region": "off"])
        )
        try plain.run(20, Lab.eventful(NamedSpace.mixed.space))
        try told.run(20, Lab.eventful(NamedSpace.mixed.space))
        #expect(plain.suggestions == told.suggestions)
    }
}
