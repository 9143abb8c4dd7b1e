import Testing
import TunedNumerics
import TunedSearch

@Suite struct HypervolumeTests {
    private func volume(_ points: [[Double]], _ reference: [Double]) -> Double { Hypervolume.volume(of: points, reference: reference) }

    /// The volume by inclusion and exclusion, from the definition.
    private func expanded(_ points: [[Double]], _ reference: [Double]) -> Double {
        var sum = 0.0
        for subset in 1..<(1 << points.count) {
            let members = points.indices.filter { subset >> $0 & 1 == 1 }
            var box = 1.0
            for axis in reference.indices { box *= max(0, reference[axis] - (members.map { points[$0][axis] }.max() ?? 0)) }
            sum += members.count % 2 == 1 ? box : -box
        }
        return sum
    }

    private func random(_ count: Int, _ dimensions: Int, _ seed: UInt64) -> [[Double]] {
        var random = CounterRandom(seed: seed, trial: 0)
        return (0..<count).map { _ in (0..<dimensions).map { _ in random.uniform() } }
    }

    @Test func handComputedValues() {
        #expect(volume([[2], [3]], [5]) == 3)
        // Columns of width 1, 1 and 2, of height 1, 3 and 5.
        #expect(volume([[1, 4], [2, 2], [3, 0]], [5, 5]) == 14)
        #expect(volume([[1, 4], [2, 2], [3, 0], [3, 3], [2, 2]], [5, 5]) == 14)
        // Two boxes of 2 x 2 x 2 that share 1 x 1 x 1, in a corner of 3.
        #expect(volume([[0, 1, 2], [1, 0, 1], [2, 2, 0]], [3, 3, 3]) == 6 + 12 + 3 - 4 - 1 - 2 + 1)
        // The union of four bars of 2 x 1 x 1 x 1: each adds 1 to the cube that they share.
        #expect(volume([[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]], [2, 2, 2, 2]) == 5)
    }

    @Test func whatAddsNothing() {
        #expect(volume([], [1, 1]) == 0)
        #expect(volume([[1, 0], [0, 1], [2, -5], [.nan, 0], [-.infinity, 0]], [1, 1]) == 0)
        #expect(volume([[]], []) == 0)
        #expect(volume([[-1e308, -1e308]], [1e308, 1e308]) == .infinity)
    }

    @Test(arguments: 1...6, 1...5 as ClosedRange<UInt64>)
    func agreesWithInclusionAndExclusion(_ dimensions: Int, _ seed: UInt64) {
        let points = random(9, dimensions, seed) + [Array(repeating: 0.9, count: dimensions)]
        let reference = [Double](repeating: 1, count: dimensions)
        #expect(abs(volume(points, reference) - expanded(points, reference)) < 1e-12, "seed \(seed)")
    }

    /// Coarse values: ties, equal points, and volumes that are whole numbers.
    @Test(arguments: 2...5, 1...5 as ClosedRange<UInt64>)
    func countsTheCellsOfAGrid(_ dimensions: Int, _ seed: UInt64) {
        let levels = 5
        let points = ParetoFrontTests.points(12, dimensions: dimensions, seed: seed, levels: levels)
        var cells = 0
        var count = 1
        for _ in 0..<dimensions { count *= levels }
        for number in 0..<count {
            var rest = number
            let cell = (0..<dimensions).map { _ in
                defer { rest /= levels }
                return Double(rest % levels)
            }
            if points.contains(where: { zip($0, cell).allSatisfy { $0 <= $1 } }) { cells += 1 }
        }
        let reference = [Double](repeating: Double(levels), count: dimensions)
        #expect(volume(points, reference) == Double(cells), "seed \(seed)")
    }

    /// One more objective in which all are equal only multiplies: each algorithm against the next.
    @Test(arguments: 1...4, 1...3 as ClosedRange<UInt64>)
    func agreesWithOneMoreObjective(_ dimensions: Int, _ seed: UInt64) {
        let points = random(60, dimensions, seed)
        let flat = volume(points, Array(repeating: 1, count: dimensions))
        for place in [0, dimensions] {
            let raised = points.map { point in
                var point = point
                point.insert(0.5, at: place)
                return point
            }
            #expect(abs(volume(raised, Array(repeating: 1, count: dimensions + 1)) - flat / 2) < 1e-12, "seed \(seed)")
        }
    }

    @Test func handComputedContributions() {
        let contributions = Hypervolume.contributions(of: [[1, 4], [2, 2], [3, 0]], reference: [5, 5])
        #expect(contributions == [1, 2, 4])
        // A dominated point takes from what its dominator has alone.
        #expect(Hypervolume.contributions(of: [[0, 0], [1, 1]], reference: [2, 2]) == [3, 0])
        #expect(Hypervolume.contributions(of: [[0, 0], [0, 0], [3, 3]], reference: [2, 2]) == [0, 0, 0])
        #expect(Hypervolume.contributions(of: [[2], [1], [4]], reference: [5]) == [0, 1, 0])
    }

    @Test(arguments: 1...5, 1...4 as ClosedRange<UInt64>)
    func contributionsAreDifferences(_ dimensions: Int, _ seed: UInt64) {
        let reference = [Double](repeating: 1, count: dimensions)
        let points = random(25, dimensions, seed) + [[Double](repeating: 2, count: dimensions)]
        let contributions = Hypervolume.contributions(of: points, reference: reference)
        let whole = volume(points, reference)
        for index in points.indices {
            var others = points
            others.remove(at: index)
            #expect(abs(contributions[index] - (whole - volume(others, reference))) < 1e-12, "seed \(seed)")
        }
    }
}
