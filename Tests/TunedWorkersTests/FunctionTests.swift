import Dispatch
import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWire
import TunedWorkers

/// Plain functions in workers: what a wrong declaration costs, and what callbacks say to the daemon.
@Suite struct FunctionTests {
    private static let metrics: JSONValue = [["name": "value"]]
    private static let descend: JSONValue = [
        "id": "descend", "function": "double descend(int steps, double scale, int32_t (*report)(int64_t step, double value))",
        "parameters": [
            ["name": "steps", "type": "int", "low": 1, "high": 1_000_000_000, "default": 5],
            ["name": "scale", "type": "float", "low": 0, "high": 1, "default": 0.5],
        ],
        "arguments": ["report": "report"], "metrics": metrics,
    ]

    @Test func aFunctionRunsInAWorkerThatStays() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("functions_abi", sidecar: Self.descend)
        for steps: JSONValue in [3, 7] {
            let ended = try await bench.run(blueprint, ["steps": steps])
            #expect(ended.metric(0) == steps.doubleValue)
            #expect(ended.reports.map(\.value) == (1...Int(steps.integerValue ?? 0)).map { Double($0) / 2 })
        }
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test func aFunctionThatReportsIsStopped() async throws {
        let bench = try AttemptBench { $0.grace = 20 }
        let blueprint = try await bench.blueprint("functions_abi", sidecar: Self.descend)
        _ = try await bench.run(blueprint)
        let ended = try await bench.run(blueprint, ["steps": 1_000_000_000]) { attempt in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) { attempt.stop(.pruned) }
        }
        #expect(ended.outcome == .stopped(reason: .pruned))
        #expect(!ended.reports.isEmpty)
        #expect(bench.pool.statistics.spawned == 1)
    }

    /// Declared with a number where the function takes a pointer: nothing can know that before the call.
    @Test func aWrongDeclarationCostsItsOwnTrial() async throws {
        let bench = try AttemptBench()
        let wrong = try await bench.blueprint(
            "functions_abi",
            sidecar: [
                "id": "wrong", "function": "double length(int text)",
                "parameters": [["name": "text", "type": "int", "low": 1, "high": 9]], "metrics": Self.metrics,
            ])
        let failure = try #require(try await bench.run(wrong).failure)
        #expect(failure.kind == .crashed)
        #expect("\(failure.message) \(failure.detail)".contains("SIGSEGV (segmentation fault) in evaluate"))
        #expect(failure.detail.contains("plugin+0x") || failure.message.contains("plugin+0x"), "\(failure)")
        let right = try await bench.blueprint("functions_abi", sidecar: Self.descend)
        #expect(try await bench.run(right).metric(0) == 5)
    }

    @Test func anExceptionOfAFunctionIsNamed() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint(
            "functions_cxx",
            sidecar: [
                "id": "throws", "function": "double throws(double x)",
                "parameters": [["name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5]], "metrics": Self.metrics,
            ])
        let failure = try #require(try await bench.run(blueprint).failure)
        #expect(failure.kind == .crashed)
        #expect(failure.message.contains("std::runtime_error: a plain function threw at 0.5"), "\(failure)")
    }

    @Test(arguments: [(-7, Failure.Kind.reported, "status returned -7"), (3, .infeasible, "infeasible")])
    func aStatusFailsTheTrial(code: Int64, kind: Failure.Kind, says: String) async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint(
            "functions_abi",
            sidecar: [
                "id": "status", "function": "int status(int code, double *value)", "arguments": ["value": "metric:value"],
                "parameters": [["name": "code", "type": "int", "low": -9, "high": 9, "default": 0]], "metrics": Self.metrics,
            ])
        let failure = try #require(try await bench.run(blueprint, ["code": .integer(code)]).failure)
        #expect(failure.kind == kind)
        #expect(failure.message.contains(says), "\(failure)")
        #expect(try await bench.run(blueprint).metric(0) == 0.5)
    }

    @Test func theDatasetOfAFunctionIsTold() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint(
            "functions_abi",
            sidecar: [
                "id": "rows", "function": "double rows(const uint32_t *a, size_t b, const uint32_t *c, int d)", "parameters": [],
                "arguments": ["a": "train_rows", "b": "train_count", "c": "evaluate_rows", "d": "evaluate_count"],
                "dataset": ["rows": 12], "metrics": Self.metrics,
            ])
        #expect(try await bench.dataset(of: blueprint).get()?.rows == 12)
    }
}
