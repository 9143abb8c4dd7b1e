import CTunedWorker
import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// The function pointers that plain functions are given. One after the other: the library of the tests keeps one of them in a variable.
@Suite(.serialized) struct FunctionCallbackTests {
    private static let steps: JSONValue = ["name": "steps", "type": "int", "low": 0, "high": 10000]

    private func descend(_ role: JSONValue = "report", metrics: JSONValue = [["name": "value"]]) throws -> FunctionBench {
        try FunctionBench(
            "double descend(int steps, double scale, int32_t (*report)(int64_t step, double value))",
            [
                "parameters": [Self.steps, ["name": "scale", "type": "float", "low": 0, "high": 1]], "arguments": ["report": role],
                "metrics": metrics,
            ])
    }

    @Test func reportsArriveInTheirOrder() throws {
        let bench = try descend()
        let result = bench.run([.integer(3), .float(0.25)])
        #expect(result.code == 0 && result.metrics == [3])
        #expect(bench.reports.map(\.step) == [1, 2, 3])
        #expect(bench.reports.map(\.value) == [0.25, 0.5, 0.75])
    }

    @Test func aReportNamesItsMetric() throws {
        let bench = try descend("report:curve", metrics: [["name": "value"], ["name": "curve"]])
        #expect(bench.run([.integer(2), .float(1)]).metrics == [2, nil])
        #expect(bench.reports.map(\.metric) == [1, 1])
    }

    @Test func aFunctionThatWasToldToStopHasStopped() throws {
        let bench = try descend()
        tuned_page_add_stop(bench.page, TUNED_STOP_ASKED)
        let result = bench.run([.integer(9), .float(1)])
        #expect(result.code == 1 && result.metrics == [1])
        tuned_page_clear_stop(bench.page)
        #expect(bench.run([.integer(9), .float(1)]).code == 0)
        // One that never asked was not told.
        tuned_page_add_stop(bench.page, TUNED_STOP_ASKED)
        #expect(bench.run([.integer(0), .float(1)]).code == 0)
    }

    @Test func callbacksMayHaveOtherTypes() throws {
        let bench = try FunctionBench(
            "int descend_narrow(unsigned short steps, void (*report)(int step, float value), bool (*should_stop)(void), double *done)",
            ["parameters": [Self.steps], "arguments": ["report": "report", "should_stop": "should_stop", "done": "metric:value"]])
        #expect(bench.run([.integer(4)]).metrics == [4])
        #expect(bench.reports.map(\.value) == [0.5, 1, 1.5, 2])
        tuned_page_add_stop(bench.page, TUNED_STOP_ASKED)
        let stopped = bench.run([.integer(4)])
        #expect(stopped.code == 1 && stopped.metrics == [1])
    }

    @Test func moreReportsThanThePageHoldsAreWaitedFor() async throws {
        let bench = try descend()
        let count: UInt64 = 6000
        nonisolated(unsafe) let page = bench.page
        // The daemon's part: it reads what is there and gives the room back.
        let reader = Task.detached {
            var read: UInt64 = 0
            while read < count {
                read += tuned_page_waiting(page, read)
                tuned_page_set_tail(page, read)
                try await Task.sleep(for: .microseconds(200))
            }
            return read
        }
        #expect(bench.run([.integer(Int64(count)), .float(1)]).metrics == [Double(count)])
        #expect(try await reader.value == count)
    }

    @Test func aLateCallIsToldToStopAndReportsNothing() throws {
        let bench = try FunctionBench(
            "double late(bool keep, int32_t (*report)(int64_t step, double value))",
            ["parameters": [["name": "keep", "type": "bool"]], "arguments": ["report": "report"]])
        #expect(bench.run([.category(1)]).metrics == [0])
        for _ in 0..<3 { #expect(bench.run([.category(0)]).metrics == [1]) }
        #expect(bench.reports.map(\.value) == [1])
        #expect(bench.run([.category(0)]).code == 0)
    }

    @Test func aLateCallMayComeAfterItsHostIsGone() throws {
        let function = "double late(bool keep, int32_t (*report)(int64_t step, double value))"
        let keys: [String: JSONValue] = ["parameters": [["name": "keep", "type": "bool"]], "arguments": ["report": "report"]]
        do {
            let first = try FunctionBench(function, keys)
            #expect(first.run([.category(1)]).code == 0)
        }
        let second = try FunctionBench(function, keys)
        #expect(second.run([.category(0)]).metrics == [1])
        #expect(second.reports.isEmpty)
    }
}
