import Testing

@testable import TunedSearch

@Suite struct MeritTests {
    private func merit(_ outcome: Outcome, _ objectives: Int = 1) throws -> Merit { try #require(Merit(outcome, objectives: objectives)) }

    @Test func completeComesBeforePrunedBeforeInfeasibleBeforeFailed() throws {
        let all = try [
            merit(.complete([-1])), merit(.complete([5])), merit(.pruned(step: 9, value: 100)), merit(.pruned(step: 3, value: -100)),
            merit(.pruned(step: 3, value: -50)), broken([1], [0.5, -9]), broken([-9], [0.75, 0]), broken([-9], [.nan, 4]), merit(.failed),
        ]
        #expect(Merit.places(all) == Array(0..<9))
        for (place, a) in all.enumerated() {
            for (other, b) in all.enumerated() {
                #expect(a.compared(to: b) == (place < other ? .better : place == other ? .equal : .worse))
            }
        }
    }

    /// In units in which both constraints' violations are 1 and 2.
    private func broken(_ values: [Double], _ constraints: [Double]) throws -> Merit {
        var scale = ViolationScale()
        _ = scale.learn(.infeasible([0], constraints: [1, 2]))
        return try #require(Merit(.infeasible(values, constraints: constraints), objectives: values.count, scale: scale))
    }

    @Test func equalViolationsCompareByValue() throws {
        let (a, b, c) = try (broken([1, 3], [1]), broken([2, 2], [0, 2]), broken([2, 4], [1, -5]))
        #expect(a.compared(to: b) == .incomparable)
        #expect(a.compared(to: c) == .better)
    }

    @Test func whatIsNotFiniteFailed() throws {
        #expect(try broken([.nan], [1]).standing == .failed)
        #expect(try merit(.complete([.nan])).standing == .failed)
        #expect(try merit(.complete([1, 2])).standing == .failed)
        #expect(try merit(.pruned(step: 1, value: .infinity)).standing == .failed)
        #expect(Merit(.cancelled, objectives: 1) == nil)
    }

    @Test func severalObjectivesCompareByDominance() throws {
        let (a, b, c) = try (merit(.complete([1, 3]), 2), merit(.complete([2, 2]), 2), merit(.complete([2, 4]), 2))
        #expect(a.compared(to: b) == .incomparable)
        #expect(a.compared(to: c) == .better)
        #expect(Merit.places([a, b, c]) == [0, 0, 2])
    }
}
