import Testing

@testable import TunedSearch

@Suite struct MeritTests {
    private func merit(_ outcome: Outcome, _ objectives: Int = 1) throws -> Merit { try #require(Merit(outcome, objectives: objectives)) }

    @Test func completeComesBeforePrunedBeforeFailed() throws {
        let all = try [
            merit(.complete([-1])), merit(.complete([5])), merit(.pruned(step: 9, value: 100)), merit(.pruned(step: 3, value: -100)),
            merit(.pruned(step: 3, value: -50)), merit(.failed),
        ]
        #expect(Merit.places(all) == [0, 1, 2, 3, 4, 5])
        for (place, a) in all.enumerated() {
            for (other, b) in all.enumerated() {
                #expect(a.compared(to: b) == (place < other ? .better : place == other ? .equal : .worse))
            }
        }
    }

    @Test func whatIsNotFiniteFailed() throws {
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
