import Testing
import TunedRecords
import TunedSpace
import tuned

@Suite struct ProgressTests {
    private static func study(ended: Int, of trials: Int? = 200, best: (trial: Int, value: Double)? = nil)
        -> StudySnapshot
    {
        var study = StudySnapshot()
        study.slug = "svm-1"
        study.state = "running"
        study.objectives = [("error", "minimize")]
        study.counts.complete = ended
        study.counts.running = 2
        study.stop.trials = trials
        study.trialsPerSecond = 9.4
        study.secondsLeft = 15
        study.best = best.map { StudySnapshot.Best(trial: $0.trial, values: [$0.value], configuration: .object([:])) }
        return study
    }

    @Test func aWideLineTellsAll() {
        let line = ProgressLine.text(Self.study(ended: 100, best: (7, 0.0178)), width: 200, unicode: false)
        #expect(
            line == "svm-1  [##########..........]  100/200  best 0.0178  running 2  9.4/s  15 s left")
    }

    @Test(arguments: [1, 5, 10, 20, 30, 40, 50, 60, 79, 100])
    func aLineFitsItsWidth(width: Int) {
        for unicode in [true, false] {
            let line = ProgressLine.text(Self.study(ended: 100, best: (7, 0.0178)), width: width, unicode: unicode)
            #expect(line.columns <= width)
        }
    }

    @Test func whatTellsMostIsLeftOutLast() {
        let line = ProgressLine.text(Self.study(ended: 100, best: (7, 0.0178)), width: 60, unicode: false)
        #expect(line.contains("100/200"))
        #expect(line.contains("best 0.0178"))
        #expect(!line.contains("9.4/s"))
    }

    @Test func aPipeGetsALineForEachImprovementAndEachTenth() {
        var log = ProgressLog()
        var lines: [String] = []
        for ended in 0...200 {
            let best: (Int, Double)? = ended < 1 ? nil : ended < 55 ? (0, 0.5) : (54, 0.1)
            lines += log.lines(for: Self.study(ended: ended, best: best))
        }
        #expect(lines.count == 2 + 10)
        #expect(lines.first == "svm-1: best so far error 0.5 in trial 0")
        #expect(lines[1] == "svm-1: 20 of 200 trials, 9.4/s, 15 s left")
    }

    @Test func withoutAnEndLinesComeAtDoublings() {
        var log = ProgressLog()
        let lines = (0...100).flatMap { log.lines(for: Self.study(ended: $0, of: nil)) }
        #expect(lines.count == 4)
        #expect(lines.first?.hasPrefix("svm-1: 10 trials") == true)
    }

    @Test func theDaemonsReplyIsRead() throws {
        let json = try JSONValue(
            parsing: """
                {"study": "s", "state": "running", "counts": {"complete": 3, "failed": 1, "running": 2},
                 "objectives": [{"name": "f1", "goal": "maximize"}], "stop": {"trials": 10},
                 "live": {"seconds": 2.0, "grid_size": 6}, "best": {"trial": 1, "values": [0.5], "configuration": {"C": 1}}}
                """)
        let study = StudySnapshot(json)
        #expect(study.ended == 4)
        #expect(study.expected == 6)
        #expect(study.secondsLeft == 1.0)
        #expect(study.best?.values == [0.5])
        #expect(study.fraction.map { abs($0 - 4.0 / 6) < 1e-12 } == true)
    }

    @Test func failuresThatDifferInNumbersAreOneReason() throws {
        let trials = try (0..<3).map { number in
            try JSONValue(
                parsing:
                    "{\"number\": \(number), \"failure\": {\"kind\": \"crashed\", \"message\": \"fault at 0x\(number)\"}}"
            )
        }
        let other = try JSONValue(parsing: #"{"number": 9, "failure": {"kind": "deadline", "message": "too slow"}}"#)
        let summary = FailureSummary(trials + [other])
        #expect(summary.groups.map(\.count) == [3, 1])
        #expect(summary.text(study: "s").contains("3 x crashed: fault at 0x0 (see tuned show s/0)"))
    }
}
