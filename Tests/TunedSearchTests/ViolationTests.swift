import Testing
import TunedSpace

@testable import TunedSearch

/// By how much a trial breaks its constraints.
@Suite struct ViolationTests {
    private static func broken(_ constraints: [Double]) -> Outcome { .infeasible([0], constraints: constraints) }

    @Test func violationsAreAddedInUnitsOfTheirMedian() {
        var scale = ViolationScale()
        #expect(scale.total([5, 5]) == 0)
        let units = [[1e9, 0.25], [3e9, -1], [2e9, 0.75], [2e9, .nan]].map { scale.learn(Self.broken($0)) }
        // Of the first: 1, then of two the lower one, 1; of four 2. Of the second: 0.25 both times.
        #expect(units == [true, false, false, true])
        #expect(scale.total([4e9, 0.5]) == 4)
        #expect(scale.total([-4e9, 0.5]) == 2)
        #expect(scale.total([.nan, -0.5]) == 0)
        #expect(scale.total([]) == 0)
    }

    @Test func theirUnitsDoNotMatter() {
        func order(_ factors: [Double]) -> [Int] {
            var history = TrialHistory(dimensions: 0, objectives: 1)
            for trial in 0..<40 {
                let values = [Double(trial * 7 % 11) - 2, Double(trial * 5 % 13) - 3]
                let row = history.begin(trial, Configuration([]), at: [])
                history.finish(row, .measured([0], constraints: zip(values, factors).map { $0 * $1 }))
            }
            return (0..<40).sorted { TrialRank(row: $0, in: history) < TrialRank(row: $1, in: history) }
        }
        #expect(order([1, 1]) == order([1024, 0.125]))
    }

    @Test func hugeAndTinyOnesStayFinite() {
        var scale = ViolationScale()
        _ = scale.learn(Self.broken([.leastNonzeroMagnitude, 1.7e308, .infinity]))
        #expect(scale.total([1.7e308, .leastNonzeroMagnitude, .infinity]).isFinite)
        #expect(scale.total([.infinity, .infinity, .infinity]).isFinite)
    }

    @Test func aHistoryMeasuresEarlierTrialsAnew() {
        var history = TrialHistory(dimensions: 0, objectives: 1)
        for (trial, value) in [8.0, 2, 1, 4].enumerated() {
            let row = history.begin(trial, Configuration([]), at: [])
            history.finish(row, Self.broken([value]))
        }
        // The unit was 8, then 2, and then still 2: the lower of the two in the middle.
        #expect(history.violations == [4, 1, 0.5, 2])
        #expect(history.violationRevision == 2)
        #expect(history.standings == [.infeasible, .infeasible, .infeasible, .infeasible] && history.learntCount == 4)
    }

    @Test func whatKeepsItsConstraintsIsComplete() {
        #expect(Outcome.measured([1], constraints: []) == .complete([1]))
        #expect(Outcome.measured([1], constraints: [0, -0.0, .nan]).isComplete)
        #expect(!Outcome.measured([1], constraints: [-1, .leastNonzeroMagnitude]).isComplete)
    }
}

extension Outcome {
    fileprivate var isComplete: Bool {
        if case .complete = self { return true }
        return false
    }
}
