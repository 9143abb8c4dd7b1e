import Testing
import TunedNumerics
import TunedSearch

@Suite struct ParetoFrontTests {
    @Test func findsTheFrontOfTwoObjectives() {
        let points: [[Double]] = [[1, 5], [2, 3], [2, 4], [4, 1], [3, 3], [2, 3], [5, 1], [0, .nan], [.infinity, -.infinity]]
        #expect(ParetoFront.indices(of: points) == [0, 1, 3, 5, 8])
        #expect(ParetoFront.indices(of: []) == [])
        #expect(ParetoFront.indices(of: [[3], [1], [2], [1]]) == [1, 3])
        #expect(ParetoFront.indices(of: [[], []]) == [0, 1])
    }

    @Test func dominatesWhereNowhereWorse() {
        #expect(ParetoFront.dominates([1, 2], [1, 3]))
        #expect(!ParetoFront.dominates([1, 3], [1, 2]))
        #expect(!ParetoFront.dominates([1, 2], [1, 2]))
        #expect(!ParetoFront.dominates([0, 3], [1, 2]))
        #expect(!ParetoFront.dominates([0, .nan], [1, 2]))
        #expect(!ParetoFront.dominates([0, 0], [1, .nan]))
    }

    /// Coarse values, so that there are ties and equal points.
    static func points(_ count: Int, dimensions: Int, seed: UInt64, levels: Int = 6) -> [[Double]] {
        var random = CounterRandom(seed: seed, trial: UInt64(dimensions))
        return (0..<count).map { _ in (0..<dimensions).map { _ in Double(random.index(below: levels)) } }
    }

    @Test(arguments: 1...5, 1...4 as ClosedRange<UInt64>)
    func agreesWithTheDefinition(_ dimensions: Int, _ seed: UInt64) {
        let points = Self.points(60, dimensions: dimensions, seed: seed)
        let wanted = points.indices.filter { index in !points.contains { ParetoFront.dominates($0, points[index]) } }
        #expect(ParetoFront.indices(of: points) == wanted, "seed \(seed)")
    }
}
