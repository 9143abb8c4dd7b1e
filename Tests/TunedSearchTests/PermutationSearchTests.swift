import Testing
import TunedNumerics
import TunedSpace
@testable import TunedSearch

/// Orders are searched as orders, not as their numbers.
@Suite struct PermutationSearchTests {
    static func space(_ items: Int) throws -> SearchSpace {
        try SearchSpace([Parameter(name: "steps", permuting: (0..<items).map { .text("s\($0)") })])
    }

    @Test func anOrderAndItsReverseAreOneApart() throws {
        for items in 2...9 {
            let axis = try #require(PermutationAxis(Self.space(items).parameters[0]))
            let order = Array(0..<items)
            let (first, last) = try (#require(axis.coordinate(of: order)), #require(axis.coordinate(of: order.reversed())))
            #expect(axis.order(at: first) == order)
            let distance = zip(axis.places(at: first), axis.places(at: last)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect(abs(distance - 1) < 1e-12)
            #expect(Set(axis.neighbours(of: first)).count == items * (items - 1) / 2)
        }
        #expect(try PermutationAxis(Self.space(1).parameters[0]) == nil)
        #expect(PermutationAxis(Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1)))) == nil)
    }

    @Test func ofSeventeenItemsEveryOrderIsFoundAgain() throws {
        let axis = try #require(PermutationAxis(Self.space(17).parameters[0]))
        var random = CounterRandom(seed: 3, trial: 0)
        for _ in 0..<500 {
            let order = random.permutation(of: 17)
            #expect(try axis.order(at: #require(axis.coordinate(of: order))) == order)
        }
    }

    /// Items that both parents have first stay first.
    @Test func aChildKeepsWhatItsParentsShare() throws {
        let axis = try #require(PermutationAxis(Self.space(6).parameters[0]))
        let a = try #require(axis.coordinate(of: [4, 0, 1, 2, 3, 5])), b = try #require(axis.coordinate(of: [4, 3, 2, 1, 0, 5]))
        var random = CounterRandom(seed: 1, trial: 0)
        for _ in 0..<100 {
            let child = axis.order(at: axis.crossed(a, b, &random))
            #expect(child.first == 4 && child.last == 5 && child.sorted() == Array(0..<6))
        }
    }

    /// The gradient over the length of a permutation, against differences.
    @Test func theLikelihoodsGradientKnowsPlaces() throws {
        let space = try Self.space(5)
        var points = KernelPoints(ParzenAxes(space))
        var random = CounterRandom(seed: 5, trial: 0)
        let values = (0..<10).map { _ in
            points.append([random.uniform()])
            return random.normal()
        }
        var likelihood = MarginalLikelihood(points: points, values: values)
        func value(_ length: Double) -> Double {
            likelihood.negativeLogarithm(KernelParameters(logLengths: [length], logNoise: -3), gradient: nil)
        }
        let difference = (value(-0.5 + 1e-5) - value(-0.5 - 1e-5)) / 2e-5
        var gradient = [0.0, 0.0]
        _ = gradient.withUnsafeMutableBufferPointer {
            likelihood.negativeLogarithm(KernelParameters(logLengths: [-0.5], logNoise: -3), gradient: $0)
        }
        #expect(abs(gradient[0] - difference) < 1e-5 * max(1, abs(difference)))
    }

    /// Each step has a place of its own: the median over five seeds against that of random orders.
    @Test(arguments: [("gp", 40), ("genetic", 200)])
    func itFindsAnOrderFasterThanAtRandom(_ name: String, _ trials: Int) throws {
        let space = try Self.space(8)
        let wanted = [3, 0, 6, 1, 7, 4, 2, 5]
        func loss(_ configuration: Configuration) -> Double {
            let order = configuration[0].flatMap { space.parameters[0].order(of: $0) } ?? []
            return order.enumerated().reduce(0) { sum, item in
                let off = Double(item.offset - (wanted.firstIndex(of: item.element) ?? 0))
                return sum + off * off
            }
        }
        func best(_ sampler: String, _ seed: UInt64) throws -> Double {
            var lab = try Lab(sampler, space, seed: seed)
            try lab.run(trials) { .complete([loss($1)]) }
            return lab.suggestions.map(loss).min() ?? .infinity
        }
        let found = try (1...5).map { try best(name, $0) }.sorted()[2]
        let drawn = try (1...5).map { try best("random", $0) }.sorted()[2]
        #expect(found <= drawn / 2, "\(name) \(found), random \(drawn)")
    }
}
