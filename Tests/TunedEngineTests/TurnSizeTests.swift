import Testing
@testable import TunedEngine

/// How many trials a slot is given at once.
@Suite struct TurnSizeTests {
    @Test func itGrowsToWhatFitsIntoAMoment() {
        var size = TurnSize()
        var seen: [Int] = []
        for _ in 0..<8 {
            seen.append(size.trials)
            size.note(size.trials, seconds: 1e-5 * Double(size.trials), limit: 1024)
        }
        #expect(seen == [1, 4, 16, 64, 200, 200, 200, 200])
    }

    @Test func itShrinksAtOnce() {
        var size = TurnSize()
        for _ in 0..<10 { size.note(size.trials, seconds: 1e-6 * Double(size.trials), limit: 500) }
        #expect(size.trials == 500)
        size.note(500, seconds: 5, limit: 500)
        #expect(size.trials == 1)
        size.note(1, seconds: 0, limit: 500)
        #expect(size.trials == 4)
        size.note(0, seconds: 1, limit: 500)
        #expect(size.trials == 4)
    }

    @Test func aLearningSamplerIsAskedAheadByAQuarterOfWhatItKnows() {
        #expect(TurnSize.foresight(learns: true, ended: 0) == 1)
        #expect(TurnSize.foresight(learns: true, ended: 3) == 1)
        #expect(TurnSize.foresight(learns: true, ended: 40) == 11)
        #expect(TurnSize.foresight(learns: false, ended: 0) == .max)
    }
}
