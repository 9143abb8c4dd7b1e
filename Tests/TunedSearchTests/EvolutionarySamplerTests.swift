import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

/// What `genetic`, `nsga2` and `nsga3` keep beyond the conformance suite: with small populations, so that there are many
/// generations.
@Suite struct EvolutionarySamplerTests {
    static let samplers = ["genetic", "nsga2", "nsga3"]

    private func make(
        _ name: String, _ space: SearchSpace, _ settings: [String: JSONValue] = ["population": .integer(8), "generation": .integer(3)],
        objectives: Int = 1, seed: UInt64 = 1, caching: Bool = true
    ) throws -> any Sampler {
        try SamplerRegistry.make(
            name: name, settings: settings, problem: SearchProblem(space: space, objectives: objectives, seed: seed), caching: caching)
    }

    private func ask(_ sampler: inout any Sampler, _ trial: Int) throws -> Configuration? {
        guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { return nil }
        sampler.observe(.pending(trial: trial, configuration))
        return configuration
    }

    /// Runs trials one by one.
    private func run(
        _ sampler: inout any Sampler, _ trials: Range<Int>, _ outcome: (Int, Configuration) -> Outcome
    ) throws -> [Configuration] {
        var configurations: [Configuration] = []
        for trial in trials {
            guard let configuration = try ask(&sampler, trial) else { break }
            configurations.append(configuration)
            sampler.observe(.finished(trial: trial, outcome(trial, configuration)))
        }
        return configurations
    }

    @Test(arguments: samplers, NamedSpace.all)
    func manyGenerationsStayValidAndDeterministic(_ name: String, _ named: NamedSpace) throws {
        for objectives in [1, 3] {
            var samplers = [true, false].map { caching in Result { try make(name, named.space, objectives: objectives, caching: caching) } }
            var suggestions: [[Configuration]] = []
            for index in samplers.indices {
                var sampler = try samplers[index].get()
                suggestions.append(try run(&sampler, 0..<50, Lab.eventful(named.space, objectives: objectives)))
                samplers[index] = .success(sampler)
            }
            #expect(suggestions[0] == suggestions[1])
            for configuration in suggestions[0] {
                try named.space.validate(configuration)
                #expect(named.space.canonical(configuration) == configuration)
            }
        }
    }

    /// A result changes nothing before the generation has ended, and everything after it.
    @Test func aGenerationIsSteady() throws {
        let space = NamedSpace.mixed.space
        var (first, second) = (try make("nsga2", space), try make("nsga2", space))
        _ = try run(&first, 0..<8) { _, configuration in .complete([Lab.bowl(space)(configuration)]) }
        _ = try run(&second, 0..<8) { _, configuration in .complete([Lab.bowl(space)(configuration)]) }
        for trial in 8..<10 {
            #expect(try ask(&first, trial) == ask(&second, trial))
            first.observe(.finished(trial: trial, .complete([-1])))
            second.observe(.finished(trial: trial, .complete([99])))
        }
        #expect(try ask(&first, 10) == ask(&second, 10))
        first.observe(.finished(trial: 10, .complete([-1])))
        second.observe(.finished(trial: 10, .complete([99])))
        #expect(try ask(&first, 11) != ask(&second, 11))
    }

    /// Pending and cancelled trials are no part of a generation; the late one counts where it ends.
    @Test func generationsEndByWhatEnded() throws {
        let space = NamedSpace.oneFloat.space
        var sampler = try make("genetic", space, ["population": .integer(4), "mutation_rate": .integer(0), "crossover": .string("uniform")])
        var configurations: [Configuration] = []
        for trial in 0..<7 { configurations.append(try #require(try ask(&sampler, trial))) }
        for trial in 0..<3 { sampler.observe(.finished(trial: trial, .complete([Double(trial)]))) }
        sampler.observe(.finished(trial: 3, .cancelled))
        let startup = try #require(try ask(&sampler, 7))
        #expect(!configurations.contains(startup))
        sampler.observe(.finished(trial: 6, .complete([-5])))
        // Now there are parents.
        var other = sampler
        _ = try run(&other, 8..<40) { _, _ in .complete([-9]) }
        #expect(try suggestion(of: other, trial: 50) != suggestion(of: sampler, trial: 50))
    }

    /// Nothing but uniform crossover: every gene of a child is one of the best parents', and a parameter that became active
    /// is inherited.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func genesAreInherited(_ seed: UInt64) throws {
        let space = NamedSpace.conditional.space
        let settings: [String: JSONValue] = [
            "population": .integer(10), "mutation_rate": .number(1e-9), "crossover": .string("uniform"), "crossover_rate": .integer(1),
        ]
        var sampler = try make("genetic", space, settings, seed: seed)
        let parents = try run(&sampler, 0..<10) { trial, _ in .complete([Double(trial)]) }
        var inherited = 0
        for trial in 10..<40 {
            guard case .configuration(let child) = try sampler.suggest(trial: trial) else { continue }
            try space.validate(child)
            if child.values.indices.allSatisfy({ index in
                child[index] == nil || parents.contains { $0[index] == child[index] } || !parents.contains { $0[index] != nil }
            }) { inherited += 1 }
        }
        // A child that equals one of the parents mutates after all.
        #expect(inherited > 8, "seed \(seed): \(inherited)")
    }

    @Test(arguments: samplers)
    func childrenAreNoCopies(_ name: String) throws {
        let space = NamedSpace.mixed.space
        var sampler = try make(name, space, ["population": .integer(6), "mutation_rate": .integer(0), "crossover_rate": .integer(0)])
        let configurations = try run(&sampler, 0..<80) { _, configuration in .complete([Lab.bowl(space)(configuration)]) }
        #expect(Set(configurations).count == 80)
    }

    /// Where a third of the space fails, fewer and fewer trials are there.
    @Test(arguments: samplers)
    func failuresAreLearnt(_ name: String) throws {
        let space = try SearchSpace([
            Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1))),
            Parameter(name: "y", domain: .float(FloatDomain(low: 0, high: 1))),
        ])
        let cube = UnitCube(space)
        var late = 0
        for seed in 0..<6 as Range<UInt64> {
            var sampler = try make(name, space, [:], seed: seed)
            let configurations = try run(&sampler, 0..<100) { _, configuration in
                let point = cube.coordinates(of: configuration)
                return point[0] > 0.67 ? .failed : .complete([abs(point[0] - 0.6) + point[1]])
            }
            late += configurations[50...].count { cube.coordinates(of: $0)[0] > 0.67 }
        }
        // Uniform draws would fail 99 times in 300.
        #expect(late < 45, "\(late)")
    }

    @Test(arguments: samplers)
    func prunedTrialsStandBehindCompleteOnes(_ name: String) throws {
        let space = NamedSpace.oneFloat.space
        let cube = UnitCube(space)
        // The lower half completes with any value; the upper half is pruned with far better ones.
        var sampler = try make(name, space, ["population": .integer(8), "generation": .integer(4)])
        let configurations = try run(&sampler, 0..<80) { trial, configuration in
            cube.coordinates(of: configuration)[0] < 0.5 ? .complete([100]) : .pruned(step: 5, value: -100)
        }
        #expect(configurations[40...].count { cube.coordinates(of: $0)[0] < 0.5 } > 30)
    }

    /// Schaffer's function: the front is x in [0, 2], where f1 = x² and f2 = (x - 2)².
    @Test(arguments: ["genetic", "nsga2", "nsga3"])
    func spreadsOverAFront(_ name: String) throws {
        let space = try SearchSpace([Parameter(name: "x", domain: .float(FloatDomain(low: -10, high: 10)))])
        var sampler = try make(name, space, [:], objectives: 2)
        var points: [[Double]] = []
        _ = try run(&sampler, 0..<200) { _, configuration in
            guard case .float(let x)? = configuration[0] else { return .failed }
            points.append([x * x, (x - 2) * (x - 2)])
            return .complete(points[points.count - 1])
        }
        let front = (0...20_000).map { step in
            let x = 2 * Double(step) / 20_000
            return [x * x, (x - 2) * (x - 2)]
        }
        let whole = Hypervolume.volume(of: front, reference: [5, 5])
        #expect(Hypervolume.volume(of: points, reference: [5, 5]) > 0.97 * whole)
    }

    @Test func settingsAreChecked() throws {
        let space = NamedSpace.mixed.space
        for (name, settings) in [
            ("genetic", ["crossover": JSONValue.string("two-point")]), ("nsga2", ["population": .integer(3)]),
            ("nsga3", ["divisions": .integer(0)]), ("nsga3", ["divisions": .integer(100)]), ("genetic", ["mutation_rate": .number(1.5)]),
            ("genetic", ["crossover": .integer(1)]),
        ] {
            let error = try #require(throws: SearchError.self) { try make(name, space, settings, objectives: 5) }
            #expect(error.code == .setting)
        }
        let error = try #require(throws: SearchError.self) { try make("nsga2", space, ["divisions": .integer(3)]) }
        #expect(error.code == .unknownSetting)
        #expect(try make("nsga3", space, ["divisions": .integer(12)], objectives: 3).explanation.contains("91 reference points"))
    }

    /// The whole suite again with every kind of crossover.
    @Test(arguments: ["sbx", "uniform", "blx"])
    func everyCrossoverConverges(_ crossover: String) throws {
        let space = NamedSpace.wide.space
        let bowl = Lab.bowl(space)
        var bests: [Double] = []
        for name in ["genetic", "random"] {
            var sampler = try make(name, space, name == "random" ? [:] : ["crossover": .string(crossover)])
            bests.append(try run(&sampler, 0..<200) { _, configuration in .complete([bowl(configuration)]) }.map(bowl).min() ?? 0)
        }
        #expect(bests[0] < bests[1] * 0.6, "\(bests)")
    }
}
