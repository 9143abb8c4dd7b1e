import Glibc
import Testing
import TunedNumerics
@testable import TunedSearch
import TunedSpace

@Suite struct LegalDrawTests {
    static let unit: JSONValue = ["type": "float", "low": 0, "high": 1]

    private func draws(_ space: SearchSpace, _ count: Int, seed: UInt64 = 5) -> [[Double]] {
        let draw = LegalDraw(UnitCube(space))
        return (0..<count).map { trial in
            var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
            let configuration = draw.configuration(&random)
            #expect(space.isLegal(configuration))
            return configuration.values.map { value in
                switch value {
                case .float(let number): number
                case .integer(let number): Double(number)
                case .category(let index): Double(index)
                case nil: .nan
                }
            }
        }
    }

    private func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

    /// A corner of 0.005% of the square, where rejection finds nothing: uniform in it, x has the mean b/3, and x above b/2 the
    /// chance 1/4.
    @Test func fillsASmallCornerEvenly() throws {
        let space = try SearchSpace(declaring: ["x": Self.unit, "y": Self.unit, "z": Self.unit], rules: ["x + y <= 0.01"])
        let points = draws(space, 300)
        for index in 0..<2 {
            #expect(abs(mean(points.map { $0[index] }) - 0.01 / 3) < 0.0006)
            #expect(abs(Double(points.count { $0[index] > 0.005 }) / 300 - 0.25) < 0.09)
        }
        #expect(abs(mean(points.map { $0[2] }) - 0.5) < 0.05)
    }

    /// A diagonal strip of width 1e-5, and one in ten dimensions.
    @Test func walksAlongAThinStrip() throws {
        let space = try SearchSpace(declaring: ["x": Self.unit, "y": Self.unit], rules: ["x <= y", "y - x <= 0.00001"])
        let points = draws(space, 240)
        #expect(abs(mean(points.map { $0[0] }) - 0.5) < 0.06)
        #expect(points.count { $0[0] < 0.25 } > 36 && points.count { $0[0] > 0.75 } > 36)
        let names = (0..<10).map { "x\($0)" }
        let wide = try SearchSpace(
            declaring: Dictionary(names.map { ($0, Self.unit) }, uniquingKeysWith: { a, _ in a }),
            rules: [["linear": .array(names.map(JSONValue.string)), "at_most": 0.5]])
        // Each coordinate of a point uniform in the simplex has the mean 0.5/11.
        let many = draws(wide, 60)
        #expect(abs(mean(many.flatMap { $0 }) - 0.5 / 11) < 0.008)
    }

    /// 99.99% of the space is cut off by categories, integers and logarithms together.
    @Test func findsWhatIsLeftOfAMixedSpace() throws {
        let choices = JSONValue.array((0..<100 as Range<Int64>).map { .string("c\($0)") })
        let space = try SearchSpace(
            declaring: [
                "c": ["type": "categorical", "choices": choices], "n": ["type": "int", "low": 1, "high": 100],
                "lr": ["type": "float", "low": 1e-6, "high": 1, "log": true], "deep": ["type": "float", "low": 0, "high": 1, "when": ["n": 3]],
            ],
            rules: [["if": ["c": ["not": ["c7", "c8"]]], "then": ["lr": ["high": 1.0001e-6]]], "n <= 3", "lr - 0.0001*n <= 0"])
        let points = draws(space, 200)
        #expect(Set(points.map { $0[3] }).count == 3)
        #expect(Set(points.map { $0[0] }).count > 2)
        #expect(Set(points.map { $0[2] }).count > 150)
    }

    @Test func drawsFromThePrior() throws {
        let space = try SearchSpace(declaring: [
            "k": ["type": "categorical", "choices": ["a", "b", "c"], "prior": ["weights": ["b": 6]]],
            "lr": ["type": "float", "low": 1e-5, "high": 1e-1, "log": true, "prior": ["value": 1e-4, "confidence": "high"]],
        ])
        let points = draws(space, 1_000)
        #expect(abs(Double(points.count { $0[0] == 1 }) / 1_000 - 0.75) < 0.05)
        // Within a deviation of 0.25 on the scale, which is 10^±0.4: 0.9 · 0.6873 + 0.1 · 0.2.
        let near = points.count { abs(log10($0[1]) + 4) < 0.4 }
        #expect(abs(Double(near) / 1_000 - 0.637) < 0.05, "\(near)")
        let ruled = try SearchSpace(space.parameters, rules: Rule.never(1, above: 1.2e-5))
        #expect(abs(Double(draws(ruled, 400).count { $0[0] == 1 }) / 400 - 0.75) < 0.09)
    }

    @Test func isAPureFunction() throws {
        let space = NamedSpace.scarce.space
        #expect(draws(space, 20) == draws(space, 20))
        #expect(draws(space, 20) != draws(space, 20, seed: 6))
    }

    @Test func tellsOfAGridWithoutALegalPoint() throws {
        let space = try SearchSpace(declaring: ["x": Self.unit, "y": Self.unit], rules: ["x - y >= 0.01", "x - y <= 0.02"])
        let error = try #require(throws: SearchError.self) { try SamplerRegistry.make(name: "grid", problem: SearchProblem(space: space)) }
        #expect(error.code == .problem && error.message.contains("rules"))
        let few = try SamplerRegistry.make(name: "grid", settings: ["points": 101], problem: SearchProblem(space: space))
        // 100 pairs one step apart, 99 two steps; rounding decides none of them but by the tolerance.
        #expect(few.size == 199)
        let narrow = try SearchSpace(declaring: ["x": Self.unit, "y": Self.unit], rules: ["x <= y"])
        #expect(try SamplerRegistry.make(name: "grid", problem: SearchProblem(space: narrow)).size == 55)
    }
}

extension Rule {
    fileprivate static func never(_ index: Int, above bound: Double) -> [Rule] {
        [Rule(premises: [ValueTest(parameter: index, wanted: .range(low: bound, high: .infinity))], demand: .never)]
    }
}

@Suite struct PriorWeightTests {
    private func cube(_ prior: JSONValue?) throws -> UnitCube {
        var x: [String: JSONValue] = ["type": "float", "low": 0, "high": 1]
        x["prior"] = prior
        return UnitCube(try SearchSpace(declaring: ["x": .object(x), "k": ["type": "bool"]]))
    }

    @Test func fadesWithTheTrials() throws {
        #expect(PriorWeight(try cube(nil)) == nil)
        let weight = try #require(PriorWeight(cube(0.5), strength: 5))
        // 3.24207 is the density at the mean.
        #expect(abs(weight.logWeight(at: [0.5, 0.5], trials: 10) - 0.5 * log(3.242_07)) < 1e-4)
        #expect(abs(weight.logWeight(at: [0.5, 0.5], trials: 0) - 5 * log(3.242_07)) < 1e-3)
        #expect(weight.logDensity(at: [0.5, .nan]) == 0)
    }

    /// The optimum where a person believes it to be is found sooner, and one elsewhere is still found.
    @Test func helpsTheParzenSamplerAndDoesNotBindIt() throws {
        func best(_ prior: JSONValue?, seed: UInt64) throws -> Double {
            var fields: [String: JSONValue] = [:]
            for index in 0..<4 {
                var x: [String: JSONValue] = ["type": "float", "low": 0, "high": 1]
                x["prior"] = prior
                fields["x\(index)"] = .object(x)
            }
            let space = try SearchSpace(declaring: fields)
            var sampler = try SamplerRegistry.make(name: "tpe", problem: SearchProblem(space: space, seed: seed))
            var best = Double.infinity
            for trial in 0..<40 {
                guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { break }
                let loss = configuration.values.reduce(0.0) { sum, value in
                    guard case .float(let x)? = value else { return sum }
                    return sum + (x - 0.83) * (x - 0.83)
                }
                sampler.observe(.pending(trial: trial, configuration))
                sampler.observe(.finished(trial: trial, .complete([loss])))
                best = min(best, loss)
            }
            return best
        }
        func median(_ prior: JSONValue?) throws -> Double { try (0..<7).map { try best(prior, seed: $0) }.sorted()[3] }
        let (none, right, wrong) = (try median(nil), try median(0.8), try median(0.1))
        #expect(right < none / 2, "\(right), \(none)")
        #expect(wrong < 0.5, "\(wrong)")
    }
}

@Suite struct ObservationMappingTests {
    @Test func carriesAHistoryOver() throws {
        let unit: JSONValue = ["type": "float", "low": 0, "high": 1]
        let old = try SearchSpace(declaring: ["x": unit])
        let new = try old.narrowed(by: ["x": ["high": 0.5]])
        func at(_ x: Double) -> Configuration { Configuration([.float(x)]) }
        let history: [Observation] = [
            .pending(trial: 0, at(0.2)), .pending(trial: 1, at(0.7)), .report(trial: 0, step: 1, value: 3), .finished(trial: 1, .complete([1])),
            .finished(trial: 0, .complete([2])), .pending(trial: 2, at(0.1)), .pending(trial: 3, at(0.3)), .finished(trial: 3, .cancelled),
            .pending(trial: 4, at(0.4)), .finished(trial: 4, .failed),
        ]
        #expect(SpaceMapping(from: old, to: new).history(history, firstTrial: 100) == [
            .pending(trial: 100, at(0.2)), .report(trial: 100, step: 1, value: 3), .finished(trial: 100, .complete([2])),
            .pending(trial: 101, at(0.4)), .finished(trial: 101, .failed),
        ])
    }
}
