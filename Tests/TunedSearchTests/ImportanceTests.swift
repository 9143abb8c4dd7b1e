import Testing
import TunedNumerics
@testable import TunedSearch
import TunedSpace

/// Trials at given points, all complete.
func study(_ space: SearchSpace, _ count: Int, seed: UInt64, _ value: ([Double]) -> Double) -> [Observation] {
    let cube = UnitCube(space)
    return (0..<count).flatMap { trial -> [Observation] in
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: 7)
        let configuration = cube.configuration(at: cube.scales.map { _ in random.uniform() })
        return [
            .pending(trial: trial, configuration),
            .finished(trial: trial, .complete([value(cube.coordinates(of: configuration))])),
        ]
    }
}

@Suite struct ImportanceTests {
    static let methods: [ImportanceMethod] = [.pedAnova, .fanova, .forest(interactions: true)]
    private static let cube = NamedSpace(
        "four", (0..<4).map { Parameter(name: "x\($0)", domain: .float(FloatDomain(low: 0, high: 1))) }).space

    private func shares(_ answer: [ParameterImportance]) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: answer.map { ($0.parameters.joined(separator: " "), $0.share) })
    }

    @Test(arguments: methods, NamedSpace.all)
    func sharesSumToOneOnEverySpace(_ method: ImportanceMethod, _ named: NamedSpace) throws {
        guard named.space.count > 0, method != .forest(interactions: true) || named.space.count < 20 else { return }
        let bowl = Lab.bowl(named.space)
        let cube = UnitCube(named.space)
        let observations = study(named.space, 60, seed: 2) { bowl(cube.configuration(at: $0)) }
        let answer = try Importance.evaluate(space: named.space, observations: observations, method: method)
        #expect(abs(answer.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        #expect(answer.allSatisfy { $0.share >= 0 })
        #expect(Set(answer.filter { $0.parameters.count == 1 }.map { $0.parameters[0] }) == Set(named.space.parameters.map(\.name)))
        #expect(zip(answer, answer.dropFirst()).allSatisfy { $0.share >= $1.share })
        #expect(try Importance.evaluate(space: named.space, observations: observations, method: method) == answer)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatDoesNothingHasHardlyAShare(_ seed: UInt64) throws {
        let observations = study(Self.cube, 300, seed: seed) { 1.5 * ($0[0] - 0.3) * ($0[0] - 0.3) + ($0[1] - 0.6) * ($0[1] - 0.6) }
        for method in [ImportanceMethod.pedAnova, .fanova] {
            let shares = shares(try Importance.evaluate(space: Self.cube, observations: observations, method: method))
            let (first, second) = (try #require(shares["x0"]), try #require(shares["x1"]))
            #expect(first > second && second > 0.03, "\(method), seed \(seed): \(shares)")
            let idle = (try #require(shares["x2"])) + (try #require(shares["x3"]))
            #expect(idle < 0.1, "\(method), seed \(seed): \(shares)")
        }
    }

    @Test func forestSharesAreThoseOfTheVariance() throws {
        // Var(3 x0) : Var(x1) is 9 : 1.
        let observations = study(Self.cube, 400, seed: 5) { 3 * $0[0] + $0[1] }
        let shares = shares(try Importance.evaluate(space: Self.cube, observations: observations, method: .fanova))
        #expect(abs(try #require(shares["x0"]) - 0.9) < 0.05, "\(shares)")
        #expect(abs(try #require(shares["x1"]) - 0.1) < 0.05, "\(shares)")
    }

    @Test func anInteractionIsFoundOnRequest() throws {
        let observations = study(Self.cube, 400, seed: 5) { ($0[1] > 0.5) == ($0[3] > 0.5) ? 1 : 0 }
        let answer = try Importance.evaluate(space: Self.cube, observations: observations, method: .forest(interactions: true))
        #expect(answer.count == 10)
        #expect(answer[0].parameters == ["x1", "x3"])
        #expect(answer[0].share > 0.7, "\(answer)")
    }

    @Test func whetherAParameterIsActiveIsItsParentsAffair() throws {
        let space = NamedSpace.partlyCountable.space
        // Only the kernel matters: that the good trials all have gamma is no merit of gamma's.
        let smooth = study(space, 200, seed: 3) { $0[0] == 0.75 ? $0[1] : 1 }
        let both = self.shares(try Importance.evaluate(space: space, observations: smooth))
        #expect(try #require(both["gamma"]) > 0.5, "\(both)")
        // Noise within the good branch.
        let noise = study(space, 200, seed: 3) { $0[0] == 0.75 ? Double(Int($0[1] * 1e6) % 97) / 1e3 : 1 }
        let alone = self.shares(try Importance.evaluate(space: space, observations: noise))
        #expect(try #require(alone["kernel"]) > 0.8, "\(alone)")
    }

    @Test(arguments: methods) func aConstantObjectiveTellsNothingApart(_ method: ImportanceMethod) throws {
        let answer = try Importance.evaluate(space: Self.cube, observations: study(Self.cube, 30, seed: 1) { _ in 2 }, method: method)
        #expect(answer.allSatisfy { abs($0.share - 1 / Double(answer.count)) < 1e-12 })
    }

    @Test(arguments: methods) func saysHowManyTrialsItNeeds(_ method: ImportanceMethod) throws {
        let observations = study(Self.cube, 9, seed: 1) { $0[0] }
        let error = try #require(throws: AnalysisError.self) {
            try Importance.evaluate(space: Self.cube, observations: observations, method: method)
        }
        #expect(error.code == .tooFewTrials)
        #expect(error.message == "importance needs at least 10 complete trials; there are 9")
    }

    @Test func refusesAnObjectiveThatThereIsNot() throws {
        let observations = study(Self.cube, 12, seed: 1) { $0[0] }
        let error = try #require(throws: AnalysisError.self) {
            try Importance.evaluate(space: Self.cube, observations: observations, objective: 1)
        }
        #expect(error.code == .objective)
    }

    @Test func failuresCountAgainstTheirRegion() throws {
        // The value says nothing; half of the trials fail, by x2.
        let observations = study(Self.cube, 200, seed: 8) { $0[2] < 0.5 ? 1 : .infinity }
        let answer = try Importance.evaluate(space: Self.cube, observations: observations)
        #expect(answer[0].parameters == ["x2"])
        #expect(answer[0].share > 0.8, "\(answer)")
    }

    // MARK: Formulas

    @Test func theDivergenceIsPearsons() throws {
        // Of 4 categories the good trials are 6 of one and 2 of another, all are 10 each.
        let space = NamedSpace("k", [Parameter(name: "k", domain: .categorical(["a", "b", "c", "d"].map(Choice.text)))]).space
        let grid = ImportanceGrid(ParzenAxes(space).axes[0], bandwidthOf: [])
        let (good, all) = ([6.0, 2, 0, 0], [10.0, 10, 10, 10])
        // p = 8/9 [6, 2, 0, 0] / 8 + 1/9 q, q = 1/4 each.
        let p = good.map { 8.0 / 9 * $0 / 8 + 1.0 / 36 }
        let divergence = p.reduce(0) { $0 + ($1 / 0.25 - 1) * ($1 / 0.25 - 1) * 0.25 }
        // Of a random draw of 8 out of 40: (8/9)² (32 / (8 · 39)) Σ (1/4 - 1/16) / (1/4), which is 3.
        let chance = 64.0 / 81 * 32 / (8 * 39) * 3
        #expect(abs(ParzenImportance.divergence(of: good, from: all, grid) - (divergence - chance)) < 1e-12)
        #expect(ParzenImportance.divergence(of: [2, 2, 2, 2], from: all, grid) == 0)
    }

    @Test func whatChanceGivesIsTakenOff() {
        // The mean over many random draws, before it is cut at 0, is 0: about half of them are above.
        let axis = ParzenAxes(NamedSpace.oneFloat.space).axes[0]
        var above = 0
        for seed in 0..<200 as Range<UInt64> {
            var random = CounterRandom(seed: seed, trial: 1)
            let places = (0..<60).map { _ in random.uniform() }
            let grid = ImportanceGrid(axis, bandwidthOf: Array(places[..<6]))
            if ParzenImportance.divergence(of: grid.counts(Array(places[..<6])), from: grid.counts(places), grid) > 0 { above += 1 }
        }
        #expect(above > 50 && above < 110, "\(above) of 200")
    }

    @Test func marginalsAreThoseOfTheTree() {
        var random = CounterRandom(seed: 12, trial: 0)
        let rows = (0..<60).map { _ in [random.uniform(), Double(random.index(below: 3)), random.uniform()] }
        let forest = RandomForest(
            ForestColumns(categories: [0, 4, 0]), rows: rows.flatMap { $0 }, targets: rows.map { $0[0] * ($0[1] + 1) + $0[2] * $0[0] },
            settings: RandomForest.Settings(trees: 1)) { CounterRandom(seed: 12, trial: UInt64($0)) }
        let marginals = TreeMarginals(forest, tree: 0, active: [1, 1, 1])
        // Held against the same on a fine grid.
        let points = 60
        var (all, main, pair) = ([Double](), [Double](repeating: 0, count: points), [[Double]](repeating: [0, 0, 0], count: points))
        for a in 0..<points {
            for k in 0..<3 {
                for b in 0..<points {
                    let value = forest.predict([(Double(a) + 0.5) / 60, Double(k), (Double(b) + 0.5) / 60]).mean
                    all.append(value)
                    main[a] += value / Double(3 * points)
                    pair[a][k] += value / Double(points)
                }
            }
        }
        func variance(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        }
        let kinds = (0..<3).map { kind in pair.reduce(0) { $0 + $1[kind] } / Double(points) }
        #expect(abs(marginals.variance - variance(all)) < 0.03 * variance(all))
        #expect(abs(marginals.mainEffect(of: 0) - variance(main)) < 0.03 * variance(all))
        #expect(abs(marginals.mainEffect(of: 1) - variance(kinds)) < 0.03 * variance(all))
        let joint = variance(pair.flatMap { $0 }) - variance(main) - variance(kinds)
        #expect(abs(marginals.interaction(0, 1) - joint) < 0.03 * variance(all))
    }
}
