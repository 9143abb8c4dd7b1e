import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

@Suite struct NichingSelectionTests {
    @Test func latticesAreThoseOfDasAndDennis() {
        #expect(ReferencePoints.lattice(objectives: 2, divisions: 2) == [[0, 1], [0.5, 0.5], [1, 0]])
        // The numbers of table I of Deb and Jain 2014.
        for (objectives, divisions, count) in [(3, 12, 91), (5, 6, 210), (8, 3, 120), (8, 2, 36), (10, 3, 220), (15, 2, 120)] {
            let points = ReferencePoints.lattice(objectives: objectives, divisions: divisions)
            #expect(points.count == count)
            #expect(ReferencePoints.size(objectives: objectives, divisions: divisions, limit: count) == count)
            #expect(ReferencePoints.size(objectives: objectives, divisions: divisions, limit: count - 1) == nil)
            #expect(points.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 && $0.allSatisfy { $0 >= 0 } })
            #expect(Set(points).count == count)
        }
    }

    @Test func theCoveringLatticeFits() {
        #expect(ReferencePoints.covering(objectives: 3, limit: 91).count == 91)
        #expect(ReferencePoints.covering(objectives: 3, limit: 92).count == 91)
        // Two layers, as the table has them for 8 objectives.
        let layers = ReferencePoints.covering(objectives: 8, limit: 156)
        #expect(layers.count == 156)
        #expect(layers.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
        #expect(layers.count { $0.allSatisfy { $0 > 0 } } == 36)
        #expect(ReferencePoints.covering(objectives: 1, limit: 50) == [[1]])
        #expect(ReferencePoints.covering(objectives: 300, limit: 20).count == 300)
    }

    private func survivors(_ points: [[Double]], _ references: [[Double]], count: Int, seed: UInt64 = 1) -> [Int] {
        let history = NonDominatedSortingTests.history(points.map { .complete($0) }, objectives: points[0].count)
        var selection = NichingSelection(references: references)
        var random = CounterRandom(seed: seed, trial: 0)
        return selection.survivors(of: Contestants(Array(points.indices), history), count: count, &random).map(\.row)
    }

    /// Of a front with a crowd at one end, one at each reference point survives, whatever the scale of the objectives.
    @Test(arguments: [[1, 1], [1, 1e6], [1e-300, 1e300]] as [[Double]])
    func everyReferencePointHasItsSurvivor(_ scales: [Double]) {
        let places = [0, 0.01, 0.02, 0.03, 0.04, 0.24, 0.5, 0.76, 1]
        let points = places.map { [$0 * scales[0], (1 - $0) * scales[1]] }
        let references = ReferencePoints.lattice(objectives: 2, divisions: 4)
        for seed in 1...5 as ClosedRange<UInt64> {
            #expect(survivors(points, references, count: 5, seed: seed).sorted() == [0, 5, 6, 7, 8], "seed \(seed)")
        }
    }

    /// The first front fills two niches, so of the second one the trial of the third niche goes first.
    @Test func nichesOfTheFirstFrontsCount() {
        let points: [[Double]] = [[0, 1, 0], [1, 0, 0], [0.02, 1.2, 0.02], [1.2, 0.02, 0.02], [0.1, 0.1, 1.3]]
        let references = ReferencePoints.lattice(objectives: 3, divisions: 1)
        // Row 4 is on the first front; the two of the second front follow it.
        #expect(survivors(points, references, count: 3).sorted() == [0, 1, 4])
        let behind: [[Double]] = [[0, 1, 0], [1, 0, 0], [0, 0, 0.2], [0.01, 1.2, 0.01], [0.02, 0.02, 1], [1.2, 0.01, 0.01]]
        let crowded = survivors(behind + [[0, 0.9, 0.01]], references, count: 5)
        #expect(crowded.prefix(4).sorted() == [0, 1, 2, 6])
        #expect(crowded.count == 5)
    }

    @Test func survivesDegenerateFronts() {
        let references = ReferencePoints.lattice(objectives: 3, divisions: 3)
        let equal = [[Double]](repeating: [1, 1, 1], count: 8)
        #expect(Set(survivors(equal, references, count: 4)).count == 4)
        let huge: [[Double]] = [[1.7e308, -1.7e308, 0], [-1.7e308, 1.7e308, 0], [0, 0, 1.7e308], [1, 1, 1], [.leastNonzeroMagnitude, 0, 2]]
        #expect(Set(survivors(huge, references, count: 3)).count == 3)
    }
}
