import Testing
import TunedRecords
@testable import TunedEngine

/// Which reports of very many are kept.
@Suite struct ReportThinningTests {
    private func reports(_ steps: ClosedRange<Int>, metric: Int = 0) -> [MetricReport] {
        steps.map { MetricReport(metric: metric, step: Int64($0), value: Double($0)) }
    }

    private func steps(_ reports: [MetricReport]) -> [Int] { reports.map { Int($0.step) } }

    @Test func allOfAFewAreKept() {
        let thinning = ReportThinning()
        #expect(steps(thinning.kept(of: reports(1...10_000))) == Array(1...10_000))
        #expect(thinning.withheld().isEmpty)
    }

    @Test func aMillionLeaveTensOfThousandsInTheirOrder() {
        let thinning = ReportThinning()
        var kept: [Int] = []
        for start in stride(from: 1, through: 999_001, by: 1000) { kept += steps(thinning.kept(of: reports(start...start + 999))) }
        kept += steps(thinning.withheld())
        // Six times 10,000 up to 630,000; of the rest every 64th, and the last.
        #expect(kept.count == 60_000 + 370_000 / 64 + 1)
        #expect(kept == kept.sorted() && Set(kept).count == kept.count && kept.last == 1_000_000)
        // No stretch is left out that is long beside what was before it.
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $1 - $0 <= max(1, $0 / 5000) })
    }

    @Test func metricsAreCountedByThemselves() {
        let thinning = ReportThinning()
        _ = thinning.kept(of: reports(1...10_000))
        #expect(steps(thinning.kept(of: reports(1...10_000, metric: 2))) == Array(1...10_000))
        #expect(steps(thinning.kept(of: reports(10_001...10_003))) == [10_002])
        #expect(steps(thinning.kept(of: reports(10_001...10_005, metric: 2))) == [10_002, 10_004])
        #expect(thinning.withheld() == reports(10_003...10_003) + reports(10_005...10_005, metric: 2))
        #expect(thinning.withheld().isEmpty, "once")
    }

    @Test func theLastComesBeforeTheEnd() {
        let thinning = ReportThinning()
        let first = thinning.pass(.reports(reports(1...10_001)))
        #expect(first.count == 1)
        #expect(thinning.pass(.reports(reports(10_001...10_001))).count == 1, "10,001 was left out, this is the second")
        #expect(thinning.pass(.reports(reports(10_002...10_002))).isEmpty)
        let end = thinning.pass(.ended(.succeeded(metrics: [1]), log: "x"))
        guard end.count == 2, case .reports(let last) = end[0], case .ended(_, "x") = end[1] else {
            Issue.record("\(end)")
            return
        }
        #expect(steps(last) == [10_002])
    }
}
