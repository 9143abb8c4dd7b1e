import Testing
import TunedSearch
import TunedSpace

@Suite struct GridSamplerTests {
    private func suggestions(_ space: SearchSpace, _ settings: [String: JSONValue] = [:]) throws -> [Configuration] {
        var sampler = try SamplerRegistry.make(name: "grid", settings: settings, problem: SearchProblem(space: space))
        var all: [Configuration] = []
        while case .configuration(let configuration) = try sampler.suggest(trial: all.count) {
            sampler.observe(.pending(trial: all.count, configuration))
            all.append(configuration)
        }
        return all
    }

    @Test func ordersByMixedRadix() throws {
        let space = try SearchSpace([
            Parameter(name: "a", domain: .boolean), Parameter(name: "b", domain: .integer(IntegerDomain(low: 1, high: 3))),
        ])
        #expect(try suggestions(space).map(\.values) == [0, 1].flatMap { a in
            (1...3).map { b in [.category(a), .integer(Int64(b))] }
        })
    }

    @Test func spacesPointsOnTheirScale() throws {
        let space = try SearchSpace([
            Parameter(name: "x", domain: .float(FloatDomain(low: 1e-4, high: 1, isLogarithmic: true)))
        ])
        let points = try suggestions(space, ["points": .integer(5)]).map { configuration -> Double in
            guard case .float(let number)? = configuration[0] else { return .nan }
            return number
        }
        for (point, expected) in zip(points, [1e-4, 1e-3, 1e-2, 1e-1, 1]) { #expect(abs(point - expected) <= 1e-12 * expected) }
        #expect(points.first == 1e-4)
        #expect(points.last == 1)
        #expect(try suggestions(space).count == 10)
    }

    @Test func variesNothingThatIsInactive() throws {
        let space = NamedSpace.discreteConditional.space
        let all = try suggestions(space)
        #expect(all.count == 6)
        #expect(Set(all).count == 6)
        #expect(all.count { $0[1] == nil } == 2)
    }

    @Test func resumesWhereItStood() throws {
        let space = NamedSpace.discrete.space
        let all = try suggestions(space)
        var sampler = try SamplerRegistry.make(name: "grid", problem: SearchProblem(space: space))
        // The first seven, in another order and under other numbers.
        for (number, configuration) in all.prefix(7).reversed().enumerated() {
            sampler.observe(.pending(trial: 50 + number, configuration))
        }
        #expect(try suggestion(of: sampler, trial: 7) == .configuration(all[7]))
        sampler.observe(.finished(trial: 53, .cancelled))
        #expect(try suggestion(of: sampler, trial: 7) == .configuration(all[3]))
    }
}
