import Testing
import TunedSearch
import TunedSpace

@Suite struct SamplerRegistryTests {
    private func make(
        _ name: String, _ settings: [String: JSONValue] = [:], _ space: SearchSpace = NamedSpace.mixed.space, budget: Int? = nil
    ) throws -> any Sampler {
        try SamplerRegistry.make(name: name, settings: settings, problem: SearchProblem(space: space, budget: budget))
    }

    @Test func namesTheNearestSampler() throws {
        let error = try #require(throws: SearchError.self) { try make("tpa") }
        #expect(error.code == .unknownSampler)
        #expect(error.message.contains("did you mean \"tpe\""))
        #expect(error.message.contains(SamplerRegistry.names.joined(separator: ", ")))
    }

    @Test(arguments: [
        ("tpe", "gama", JSONValue.number(0.2), "did you mean \"gamma\""), ("grid", "point", .integer(3), "did you mean \"points\""),
        ("random", "points", .integer(3), "It has none"),
    ])
    func namesTheNearestSetting(_ sampler: String, _ setting: String, _ value: JSONValue, _ tells: String) throws {
        let error = try #require(throws: SearchError.self) { try make(sampler, [setting: value]) }
        #expect(error.code == .unknownSetting)
        #expect(error.path == "settings.\(setting)")
        #expect(error.message.contains(tells))
    }

    @Test(arguments: [
        ("tpe", "gamma", JSONValue.integer(2)), ("tpe", "gamma", .string("a")), ("tpe", "candidates", .integer(0)),
        ("tpe", "startup", .number(1.5)), ("tpe", "kernel", .string("joint")), ("tpe", "kernel", .integer(1)), ("grid", "points", .integer(-1)), ("grid", "points", .integer(.max)),
        ("cmaes", "population", .integer(3)), ("cmaes", "step", .integer(2)), ("de", "population", .integer(3)),
    ])
    func refusesSettingsOutOfRange(_ sampler: String, _ setting: String, _ value: JSONValue) throws {
        let error = try #require(throws: SearchError.self) { try make(sampler, [setting: value]) }
        #expect(error.code == .setting)
    }

    @Test func saysWhichKernelsThereAre() throws {
        let error = try #require(throws: SearchError.self) { try make("tpe", ["kernel": "joint"]) }
        #expect(error.message.contains("multivariate, univariate, grouped"))
        #expect(try make("tpe", ["kernel": "univariate"]).explanation.contains("univariate"))
        #expect(try make("tpe", ["kernel": "multivariate"]).explanation == make("tpe").explanation)
    }

    @Test func refusesAGridThatCannotBeCounted() throws {
        let error = try #require(throws: SearchError.self) { try make("grid", [:], NamedSpace.wide.space) }
        #expect(error.code == .problem)
    }

    @Test func autoTakesAGridThatTheBudgetCovers() throws {
        let covered = try make("auto", [:], NamedSpace.discrete.space, budget: 16)
        #expect(covered.identity.name == "grid")
        #expect(covered.explanation.contains("16"))
        #expect(try make("auto", [:], NamedSpace.discrete.space, budget: 15).identity.name == "auto")
        #expect(try make("auto", [:], NamedSpace.discrete.space).identity.name == "auto")
        #expect(try make("auto", [:], NamedSpace.mixed.space, budget: 1_000).explanation.contains("continuous"))
    }
}
