import Testing

@testable import TunedPlots

@Suite struct TicksTests {
    private func labels(_ ticks: [Tick]) -> [String] { ticks.map(\.label) }

    @Test func aLinearAxisIsMarkedAtRoundNumbers() {
        #expect(labels(Ticks.linear(0, 1, count: 5)) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels(Ticks.linear(-3, 12, count: 4)) == ["0", "5", "10"])
        #expect(labels(Ticks.linear(0.1, 0.4, count: 3)) == ["0.1", "0.2", "0.3", "0.4"])
        #expect(labels(Ticks.linear(-0.5, 0.5, count: 4)) == ["-0.4", "-0.2", "0.0", "0.2", "0.4"] || labels(Ticks.linear(-0.5, 0.5, count: 4)) == ["-0.5", "0.0", "0.5"])
        #expect(labels(Ticks.linear(0, 2_500_000, count: 5)) == ["0", "500000", "1000000", "1500000", "2000000", "2500000"])
        #expect(labels(Ticks.linear(0, 5e9, count: 5)) == ["0", "1e9", "2e9", "3e9", "4e9", "5e9"])
        #expect(labels(Ticks.linear(1e-7, 4e-7, count: 3)) == ["1e-7", "2e-7", "3e-7", "4e-7"])
        // A large number and a small range: the digits that differ are shown.
        let near = labels(Ticks.linear(1000.001, 1000.004, count: 3))
        #expect(Set(near).count == near.count && near.contains("1000.002"))
    }

    @Test func countsHaveNoHalves() {
        #expect(labels(Ticks.linear(-0.5, 0.5, count: 8, isWhole: true)) == ["0"])
        #expect(labels(Ticks.linear(1, 4, count: 20, isWhole: true)) == ["1", "2", "3", "4"])
        #expect(labels(Ticks.linear(0, 100, count: 5, isWhole: true)) == ["0", "20", "40", "60", "80", "100"])
    }

    @Test func aLogarithmicAxisIsMarkedAtPowersOfTen() {
        #expect(labels(Ticks.logarithmic(1e-3, 1e3, count: 7)) == ["0.001", "0.01", "0.1", "1", "10", "100", "1000"])
        #expect(labels(Ticks.logarithmic(1e-3, 1e3, count: 3)) == ["0.001", "1", "1000"])
        #expect(labels(Ticks.logarithmic(1, 100, count: 8)) == ["1", "2", "5", "10", "20", "50", "100"])
        #expect(labels(Ticks.logarithmic(2, 8, count: 5)).allSatisfy { $0.count <= 3 })
        #expect(labels(Ticks.logarithmic(1e-9, 1e-7, count: 3)) == ["1e-9", "1e-8", "1e-7"])
        let wide = Ticks.logarithmic(1e-300, 1e300, count: 6)
        #expect((3...7).contains(wide.count) && wide.allSatisfy { $0.value.isFinite })
    }

    static let ranges: [(Double, Double)] = [
        (0, 1), (-1e308, 1e308), (.leastNonzeroMagnitude, .leastNormalMagnitude), (5, 5), (1, 1 + 1e-15), (-1e-9, 1e-9), (0, 1e300), (123456.7, 123456.8),
    ]

    @Test(arguments: ranges) func ticksOfAnyRangeAreFewAscendingAndWithin(_ low: Double, _ high: Double) {
        for range in [AxisRange.around(low, high), AxisRange.around(low, high, isWhole: true)] {
            let ticks = range.ticks(length: 400, room: 40)
            #expect(ticks.count <= 25)
            #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
            let slack = (range.high / 2 - range.low / 2) * 1e-6
            #expect(ticks.allSatisfy { $0.value >= range.low - slack && $0.value <= range.high + slack && !$0.label.contains("nan") && !$0.label.contains("inf") })
        }
    }

    @Test func labelsOnALineDoNotTouch() {
        for (low, high) in [(0.0, 1.0), (0, 123_456_789), (-0.001, 0.002)] {
            let range = AxisRange.around(low, high)
            for length in [60.0, 150, 700] {
                let (ticks, scale) = (range.ticks(length: length), range.scale(from: 0, to: length))
                for (one, next) in zip(ticks, ticks.dropFirst()) where ticks.count > 2 {
                    let gap = scale.position(next.value) - scale.position(one.value)
                    #expect(gap >= (TextWidth.of(one.label) + TextWidth.of(next.label)) / 2)
                }
            }
        }
    }

    @Test func manyCategoriesAreThinnedOut() {
        let range = AxisRange.choices((0..<100).map { "choice-\($0)" })
        #expect(range.ticks(length: 300).count <= 14)
        #expect(range.ticks(length: 300, room: 15).count <= 20)
        #expect(AxisRange.choices(["a", "b"]).ticks(length: 300).map(\.label) == ["a", "b"])
    }
}
