import Foundation
#if canImport(FoundationXML)
    import FoundationXML
#endif
import Testing

@testable import TunedPlots

@Suite struct TextTests {
    @Test func noTextLeavesItsElement() {
        #expect(SVGText.escaped("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;")
        #expect(SVGText.escaped("a\u{0}\u{1B}[31m\u{FFFE}b\nc") == "a\u{FFFD}\u{FFFD}[31m\u{FFFD}b c")
        #expect(SVGText.escaped("größe 学習率") == "größe 学習率")
    }

    @Test func numbersAreWrittenShort() {
        let cases: [(Double, String)] = [
            (0, "0"), (-0.0, "0"), (0.017777, "0.01778"), (1.5e-5, "1.5e-5"), (123456, "123456"), (1e30, "1e30"), (1234.5678, "1235"), (-2, "-2"),
        ]
        for (number, text) in cases { #expect(NumberText.significant(number) == text) }
        #expect(NumberText.fixed(-0.001, decimals: 1) == "0.0" && NumberText.fixed(2.25, decimals: 1) == "2.2")
        #expect(NumberText.coordinate(12.04) == "12" && NumberText.coordinate(-0.55) == "-0.6" && NumberText.coordinate(3.25) == "3.3")
        #expect(NumberText.coordinate(1e300) == "1000000", "never an exponent, never a trap")
        #expect(NumberText.count(1_234_567) == "1,234,567" && NumberText.count(1, "trial") == "1 trial")
    }

    @Test func longNamesKeepBothEnds() {
        let short = TextWidth.fitting("optimizer.schedule.warm_restarts.first_period", width: 120)
        #expect(TextWidth.of(short) <= 120 && short.hasPrefix("optim") && short.hasSuffix("iod") && short.contains("…"))
        #expect(TextWidth.fitting("C", width: 120) == "C")
        #expect(TextWidth.fitting("wide", width: 1) == "…")
    }

    @Test func remarksAreWrapped() {
        let lines = Canvas.wrapped(Array(repeating: "word", count: 50).joined(separator: " "), to: 200)
        #expect(lines.count > 5 && lines.allSatisfy { TextWidth.of($0) <= 200 })
    }

    /// Names from outside in every picture; it stays well-formed and says them nowhere as markup.
    @Test func hostileNamesStayText() throws {
        let name = "</text><script>alert(1)</script>\"'&\u{1}"
        let parameters = [
            PlottedParameter(name: name, axis: .choices([name, "b"])), PlottedParameter(name: "x", axis: .linear(low: 0, high: 1, isWhole: false)),
        ]
        let objective = PlottedObjective(name: name, minimizes: true)
        let trials = (0..<12).map {
            PlottedTrial(number: $0, ending: .complete, values: [Double($0), Double(-$0)], configuration: [.choice($0 % 2), .number(0.1 * Double($0 % 10))])
        }
        let curve = PlottedCurve(trial: 0, fold: 0, steps: [1, 2], values: [3, 4])
        let climbs = [PlottedClimb(trial: 0, ending: .complete, budgets: [1, 2], values: [1, 2])]
        let pictures = [
            try HistoryPicture.svg(title: name, trials, objective), try SlicePicture.svg(title: name, trials, parameters, objective),
            try ParallelPicture.svg(title: name, trials, parameters, objective),
            try ImportancePicture.svg(title: name, [PlottedShare(names: [name], share: 1)], method: name, objective: objective, trials: 12),
            try IntermediatePicture.svg(title: name, [curve], metric: objective, endings: [0: .complete], best: 0),
            try RungsPicture.svg(title: name, climbs, budgets: [1, 2], unit: name, objective),
            try LineagePicture.svg(title: name, Sample.population(3, generations: 2), objective),
            try ParetoPicture.svg(title: name, trials, [objective, objective], front: [0]),
        ]
        for svg in pictures {
            #expect(!svg.contains("<script>") && svg.contains("&lt;/text&gt;"))
            #expect(XMLParser(data: Data(svg.utf8)).parse())
        }
    }
}
