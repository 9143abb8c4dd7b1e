import Testing

@testable import TunedPlots

@Suite struct ScaleTests {
    @Test func valuesGoToTheirPlace() {
        let linear = Scale(.linear, 0, 10, from: 100, to: 0)
        #expect(linear.position(0) == 100 && linear.position(10) == 0 && linear.position(2.5) == 75)
        #expect(linear.position(-5) == 100 && linear.position(99) == 0, "what lies outside is put on the end")
        let logarithmic = Scale(.logarithmic, 1, 10_000, from: 0, to: 400)
        #expect(abs(logarithmic.position(100) - 200) < 1e-9)
        #expect(Scale(.linear, 3, 3, from: 0, to: 10).position(3) == 5)
        let widest = Scale(.linear, -Double.greatestFiniteMagnitude, .greatestFiniteMagnitude, from: 0, to: 100)
        #expect(widest.position(0) == 50)
    }

    @Test func equalValuesHaveAnAxis() {
        for value in [0.0, 1, -3, 1e-300, 1e300, -8e307] {
            let range = AxisRange.around(value, value)
            #expect(range.low < value && value < range.high && range.low.isFinite && range.high.isFinite, "\(value)")
        }
        #expect(AxisRange.around(0, 3).low < 0 && AxisRange.around(0.01, 3).low == 0, "no negative axis for what cannot be negative")
    }

    @Test func absurdValuesDoNotFlattenTheOthers() throws {
        let usual = (0..<40).map { 0.1 + Double($0) * 0.01 }
        let axis = try #require(ValueAxis(usual + [1e30, 1e12], minimizes: true))
        #expect(axis.beyond == 2 && axis.range.high < 1 && axis.isBeyond(1e12) && !axis.isBeyond(0.49))
        let mirrored = try #require(ValueAxis(usual.map { -$0 } + [-1e30], minimizes: false))
        #expect(mirrored.beyond == 1 && mirrored.range.low > -1 && mirrored.isBeyond(-1e30))
        // An absurdly good one is no accident to be cut off.
        let good = try #require(ValueAxis(usual + [-1e30], minimizes: true))
        #expect(good.beyond == 0 && good.range.low <= -1e30)
        // Where many are bad, that is what the picture is about.
        let many = try #require(ValueAxis(usual + [Double](repeating: 1e6, count: 12), minimizes: true))
        #expect(many.beyond == 0)
    }

    @Test func decadesAreDrawnAsDecades() throws {
        let axis = try #require(ValueAxis((0..<20).map { Double(1 << $0) }, minimizes: true))
        #expect(axis.range.kind == .logarithmic)
        #expect(try #require(ValueAxis([1, 500, 999], minimizes: true)).range.kind == .linear)
        // A search that has found the valley: its values are told apart, and the poor ones stay on the axis.
        let found = try #require(ValueAxis([Double](repeating: 0.0105, count: 30) + [0.012, 0.02, 0.07, 0.4, 0.84, 1], minimizes: true))
        #expect(found.range.kind == .logarithmic && found.beyond == 0)
        let accuracies = try #require(ValueAxis([Double](repeating: 0.98, count: 30) + [0.05, 0.1], minimizes: false))
        #expect(accuracies.range.kind == .linear)
        let zero = try #require(ValueAxis([0, 0, 0, 1], minimizes: true))
        #expect(zero.range.kind == .linear)
        #expect(ValueAxis([], minimizes: true) == nil)
        #expect(ValueAxis([.nan, .infinity], minimizes: true) == nil)
    }

    @Test func ranksShareAStepWhereValuesAreEqual() {
        #expect(Theme.ranks([1, 2, 3, 4, 5, 6]) == [5, 4, 3, 2, 1, 0])
        #expect(Theme.ranks([7, 7, 7]) == [4, 4, 4] || Set(Theme.ranks([7, 7, 7])).count == 1)
        #expect(Theme.ranks([0.1]) == [5])
        #expect(Theme.ranks([]).isEmpty)
    }

    @Test func thinningKeepsTheFirstAndSpreadsTheRest() {
        #expect(Thinning.indices(5, limit: 10) == [0, 1, 2, 3, 4])
        let some = Thinning.indices(1000, limit: 100, keeping: 20)
        #expect(some.count == 100 && Array(some.prefix(20)) == Array(0..<20) && zip(some, some.dropFirst()).allSatisfy { $0 < $1 })
        #expect((some.last ?? 0) > 950)
    }
}
