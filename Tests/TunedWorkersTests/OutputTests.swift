import Testing
import TunedRecords
import TunedSpace
import TunedWorkers

/// What attempts say while they run.
@Suite struct OutputTests {
    @Test func reportsArriveInOrder() async throws {
        let ended = try await AttemptBench().misbehave("report_1000")
        #expect(ended.reports.map(\.step) == Array(1...1000))
        #expect(ended.reports.allSatisfy { $0.metric == 1 })
    }

    @Test func noReportIsDroppedWhenTheRingIsFull() async throws {
        let ended = try await AttemptBench().misbehave("report_many", config: ["count": .integer(50_000)])
        #expect(ended.reports.map(\.step) == Array(1...50_000))
    }

    @Test func reportsOutliveACrash() async throws {
        let ended = try await AttemptBench().misbehave("report_then_crash")
        #expect(ended.reports.map(\.step) == [1, 2, 3])
        #expect(ended.failure?.kind == .crashed)
    }

    @Test func standardErrorIsTheLog() async throws {
        #expect(try await AttemptBench().misbehave("print_stderr").log == "said on stderr\n")
    }

    @Test func aFloodIsCappedAndSaysSo() async throws {
        let ended = try await AttemptBench { $0.logBytes = 10_000 }.misbehave("print_much")
        let printed = 10 << 20
        #expect(ended.log.hasPrefix("… \(printed - 10_000) bytes left out\n"))
        #expect(ended.log.utf8.count < 10_100)
        #expect(ended.metric(0) == 0.5)
    }

    @Test func logLinesCarryTheirLevel() async throws {
        let bench = try AttemptBench()
        let ended = try await bench.run(bench.blueprint("environment"))
        #expect(ended.log.contains("cpus="))
    }

    @Test func eachAttemptHasItsOwnLog() async throws {
        let bench = try AttemptBench()
        _ = try await bench.misbehave("print_stderr")
        #expect(try await bench.misbehave("ok").log == "")
    }
}
