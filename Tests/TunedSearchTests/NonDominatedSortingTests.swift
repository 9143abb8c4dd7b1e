import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

@Suite struct NonDominatedSortingTests {
    static func history(_ outcomes: [Outcome], objectives: Int) -> TrialHistory {
        var history = TrialHistory(dimensions: 0, objectives: objectives)
        for (trial, outcome) in outcomes.enumerated() {
            history.finish(history.begin(trial, Configuration([]), at: []), outcome)
        }
        return history
    }

    @Test(arguments: 1...4, 1...4 as ClosedRange<UInt64>)
    func frontsArePeeledOff(_ objectives: Int, _ seed: UInt64) {
        let points = ParetoFrontTests.points(80, dimensions: objectives, seed: seed)
        let history = Self.history(points.map { .complete($0) }, objectives: objectives)
        let fronts = Contestants(Array(points.indices), history).fronts()
        var left = Array(points.indices)
        for front in fronts {
            let wanted = ParetoFront.indices(of: left.map { points[$0] }).map { left[$0] }
            #expect(front.sorted() == wanted, "seed \(seed)")
            left.removeAll { wanted.contains($0) }
        }
        #expect(left.isEmpty, "seed \(seed)")
    }

    @Test func feasibleBeforePrunedBeforeInfeasibleBeforeFailed() {
        let history = Self.history(
            [
                .failed, .complete([1, 1]), .pruned(step: 3, value: 9), .complete([2, 2]), .pruned(step: 7, value: 9),
                .infeasible([0, 0], constraints: [2]), .failed, .complete([3, 0], constraints: [-1]), .pruned(step: 7, value: 2),
                .infeasible([-1, -1], constraints: [3]),
            ], objectives: 2)
        let contestants = Contestants(Array(0..<10), history)
        #expect(contestants.fronts().map { $0.sorted() } == [[1, 7], [3], [8], [4], [2], [5], [9], [0, 6]])
        #expect(contestants.dominates(5, 9) && contestants.dominates(3, 5) && !contestants.dominates(0, 6))
    }

    @Test func crowdingIsTheSumOfNormalisedGaps() {
        let points: [[Double]] = [[0, 10], [1, 6], [3, 5], [4, 0]]
        let distances = CrowdingDistance.distances(count: 4, objectives: 2) { points[$0][$1] }
        #expect(distances == [.infinity, 3.0 / 4 + 5.0 / 10, 3.0 / 4 + 6.0 / 10, .infinity])
        #expect(CrowdingDistance.distances(count: 0, objectives: 2) { _, _ in 0 } == [])
        #expect(CrowdingDistance.distances(count: 3, objectives: 1) { _, _ in 1 } == [.infinity, 0, .infinity])
    }

    @Test func theLeastCrowdedOfTheLastFrontSurvive() {
        // The first front: rows 0, 1, 2, 4, of which 1 and 2 are close together.
        let history = Self.history([[0, 10], [4.8, 5], [5, 4.8], [9, 9], [10, 0]].map { .complete($0) }, objectives: 2)
        var selection = CrowdingSelection()
        var random = CounterRandom(seed: 1, trial: 0)
        let pool = Contestants(Array(0..<5), history)
        let three = selection.survivors(of: pool, count: 3, &random)
        #expect(Set(three.map(\.row)).isSuperset(of: [0, 4]))
        #expect(three[0].place == three[1].place && three[1].place < three[2].place)
        #expect(selection.survivors(of: pool, count: 9, &random).map(\.row).last == 3)
    }
}
