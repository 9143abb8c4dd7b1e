import Dispatch
import Glibc
import Synchronization
import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedTestSupport
import TunedWire
import TunedWorkers

/// Plugin code in this very process.
@Suite(.timeLimit(.minutes(5))) struct InProcessTests {
    /// A runner, slots, and attempts in them by the name of what they do.
    private final class Bench: Sendable {
        let runner: InProcessRunner
        let image: PluginImage
        private let folder = TestPlugins.temporaryDirectory()
        private let nonces = Mutex<UInt64>(0)

        deinit { system("rm -rf '\(folder)'") }

        init(clock: any TimeSource = SystemClock(), idleLimit: Double = 300) throws {
            var settings = InProcessSettings()
            settings.idleLimit = idleLimit
            runner = InProcessRunner(settings: settings, clock: clock)
            image = try PluginStore(directory: folder + "/store").add(TestPlugins.path("inprocess")).image
        }

        func slot(_ number: Int = 0) -> SlotGrant {
            SlotGrant(id: UInt64(number), cpus: [number], gpus: [], memory: 0, queue: DispatchQueue(label: "test.slot.\(number)"))
        }

        func blueprint(
            _ trainable: String, config: [String: JSONValue] = [:], image other: PluginImage? = nil, required: [Int] = [0]
        ) throws -> WorkerBlueprint {
            let description = try loadPluginCode(path: image.path).plugin
            let found = try #require(description.trainables.first { $0.id == trainable })
            let schema = try Schema(parsing: found.schemaJSON)
            return WorkerBlueprint(
                plugin: other ?? image, trainable: trainable, schema: schema, space: schema.space, config: .object(config),
                dataPath: nil, folds: nil, requiredMetrics: required)
        }

        func assignment(_ blueprint: WorkerBlueprint, _ how: String, x: Double = 0.25, trial: Int = 0) throws -> AttemptAssignment {
            let configuration = try blueprint.space.configuration(
                from: ["x": .number(x), "how": .string(how)], filling: blueprint.space.defaults)
            return AttemptAssignment(
                blueprint: blueprint, configuration: configuration, trial: trial, run: RunKey(), runIndex: 0, attempt: 0,
                nonce: nonces.withLock { $0 += 1; return $0 }, seed: 7)
        }

        func batch(_ blueprint: WorkerBlueprint, _ hows: [String], first: Int = 0) throws -> BatchAssignment {
            BatchAssignment(
                blueprint: blueprint, first: first,
                configurations: try hows.enumerated().map { try assignment(blueprint, $1, x: Double($0) / 128).configuration },
                studySeed: 1, nonce: nonces.withLock { $0 += 1; return $0 })
        }
    }

    private final class Reports: Sendable {
        private let all = Mutex<[MetricReport]>([])
        func add(_ reports: [MetricReport]) { all.withLock { $0 += reports } }
        var list: [MetricReport] { all.withLock { $0 } }
    }

    private func metrics(_ outcome: AttemptOutcome) throws -> [Double] {
        guard case .succeeded(let metrics, _) = outcome else {
            Issue.record("\(outcome)")
            return [.nan, .nan, .nan, .nan]
        }
        return metrics
    }

    @Test func anInstanceStaysBetweenAttempts() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("safe")
        let slot = bench.slot()
        let host = try bench.runner.host(for: blueprint, in: slot)
        var numbers: Set<Double> = []
        for call in 1...3 {
            let outcome = host.run(try bench.assignment(blueprint, "well", x: 0.5)) { _ in }.outcome
            let metrics = try metrics(outcome)
            #expect(metrics[0] == 0.5 && metrics[1] == Double(call))
            numbers.insert(metrics[3])
        }
        host.release()
        let again = try bench.runner.host(for: blueprint, in: slot)
        let metrics = try metrics(again.run(try bench.assignment(blueprint, "well")) { _ in }.outcome)
        #expect(metrics[1] == 4 && numbers == [metrics[3]])
        again.release()
        #expect(bench.runner.instanceCount == 1)
        // Another slot, and another config, have instances of their own.
        let other = try bench.runner.host(for: blueprint, in: bench.slot(1))
        let configured = try bench.runner.host(for: try bench.blueprint("safe", config: ["us": "1"]), in: slot)
        #expect(bench.runner.instanceCount == 3)
        other.release()
        configured.release()
        bench.runner.evictIdle()
        #expect(bench.runner.instanceCount == 0)
    }

    @Test(arguments: [
        ("fail", Failure.Kind.reported, "failed as told"), ("infeasible", .infeasible, "cannot be trained, as told"),
        ("nan", .notFinite, "value"), ("nothing", .missingObjective, "value"),
    ])
    func failuresAreTold(how: String, kind: Failure.Kind, words: String) throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("safe")
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        defer { host.release() }
        guard case .failed(let failure) = host.run(try bench.assignment(blueprint, how), { _ in }).outcome else {
            Issue.record("\(how) did not fail")
            return
        }
        #expect(failure.kind == kind && failure.message.contains(words))
        // The instance is as good as before.
        #expect(try metrics(host.run(try bench.assignment(blueprint, "well"), { _ in }).outcome)[0] == 0.25)
    }

    @Test func createThatFailsIsTold() throws {
        let bench = try Bench()
        let error = #expect(throws: Failure.self) {
            _ = try bench.runner.host(for: try bench.blueprint("safe", config: ["create": "fail"]), in: bench.slot())
        }
        #expect(error?.kind == .load && error?.message == "create was told to fail")
        #expect(bench.runner.instanceCount == 0)
    }

    /// More than the page holds, so that it is read while the run goes on.
    @Test func reportsArriveInOrder() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("safe")
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        defer { host.release() }
        for _ in 0..<3 {
            let reports = Reports()
            _ = try metrics(host.run(try bench.assignment(blueprint, "report", x: 1)) { reports.add($0) }.outcome)
            #expect(reports.list.map(\.step) == Array(1...5000))
            #expect(reports.list.allSatisfy { $0.value == 1 / Double($0.step) })
        }
    }

    @Test func logLinesBelongToTheirTrial() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("safe")
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        defer { host.release() }
        #expect(host.run(try bench.assignment(blueprint, "log", trial: 3)) { _ in }.log == "warning: trial 3 speaks\n")
        #expect(host.run(try bench.assignment(blueprint, "well")) { _ in }.log.isEmpty)
        #expect(host.run(try bench.assignment(blueprint, "log", trial: 8)) { _ in }.log == "warning: trial 8 speaks\n")
    }

    @Test(arguments: [StopReason.pruned, .cancelled, .shutdown])
    func shouldStopEndsARun(reason: StopReason) async throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("safe")
        let slot = bench.slot()
        let host = try bench.runner.host(for: blueprint, in: slot)
        let assignment = try bench.assignment(blueprint, "wait")
        let outcome: AttemptOutcome = await withCheckedContinuation { continuation in
            slot.queue.async { continuation.resume(returning: host.run(assignment) { _ in }.outcome) }
            DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { host.stop(reason, nonce: assignment.nonce) }
        }
        #expect(outcome == .stopped(reason: reason))
        // One that was stopped before it began is not made; the next is.
        let next = try bench.assignment(blueprint, "well")
        host.stop(.cancelled, nonce: next.nonce)
        #expect(host.run(next) { _ in }.outcome == .stopped(reason: .cancelled))
        #expect(try metrics(host.run(try bench.assignment(blueprint, "well")) { _ in }.outcome)[0] == 0.25)
        host.release()
    }

    /// Slots run a thread-safe trainable side by side, each with its instance; of any other there is one, and one call at a
    /// time.
    @Test(arguments: ["safe", "unsafe"])
    func threadsAreKeptAsThePluginAsks(trainable: String) async throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint(trainable, config: ["us": "3000"])
        let results = await withTaskGroup(of: [[Double]].self) { group in
            for number in 0..<4 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        let slot = bench.slot(number)
                        slot.queue.async {
                            var all: [[Double]] = []
                            if let host = try? bench.runner.host(for: blueprint, in: slot) {
                                for _ in 0..<10 {
                                    guard let assignment = try? bench.assignment(blueprint, "well"),
                                        case .succeeded(let metrics, _) = host.run(assignment, { _ in }).outcome
                                    else { continue }
                                    all.append(metrics)
                                }
                                host.release()
                            }
                            continuation.resume(returning: all)
                        }
                    }
                }
            }
            return await group.reduce(into: [[Double]]()) { $0 += $1 }
        }
        #expect(results.count == 40)
        let overlaps = results.map { $0[2] }
        #expect(trainable == "safe" ? overlaps.contains { $0 > 0 } : overlaps.allSatisfy { $0 == 0 })
        #expect(Set(results.map { $0[3] }).count == (trainable == "safe" ? 4 : 1))
        #expect(bench.runner.instanceCount == (trainable == "safe" ? 4 : 1))
    }

    @Test func idleInstancesAreDestroyed() async throws {
        let clock = ManualClock()
        let bench = try Bench(clock: clock, idleLimit: 60)
        let blueprint = try bench.blueprint("safe")
        try bench.runner.host(for: blueprint, in: bench.slot()).release()
        let busy = try bench.runner.host(for: blueprint, in: bench.slot(1))
        clock.advance(by: 61)
        #expect(bench.runner.instanceCount == 1)
        busy.release()
        clock.advance(by: 130)
        #expect(bench.runner.instanceCount == 0)
    }

    @Test func aRebuiltPluginReplacesItsInstance() throws {
        let bench = try Bench()
        let slot = bench.slot()
        try bench.runner.host(for: try bench.blueprint("safe"), in: slot).release()
        // The same code under another hash, as a rebuild has it.
        let copy = TestPlugins.temporaryDirectory() + "/rebuilt.so"
        #expect(system("cp \(TestPlugins.path("inprocess")) \(copy) && echo >> \(copy)") == 0)
        let rebuilt = try PluginStore(directory: copy + "-store").add(copy).image
        #expect(rebuilt.hash != bench.image.hash)
        let host = try bench.runner.host(for: try bench.blueprint("safe", image: rebuilt), in: slot)
        #expect(bench.runner.instanceCount == 1)
        host.release()
    }

    @Test func nothingStartsAfterTheShutdown() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("safe")
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        bench.runner.shutDown()
        #expect(throws: Failure.self) { _ = try bench.runner.host(for: blueprint, in: bench.slot(1)) }
        host.release()
        #expect(bench.runner.instanceCount == 0)
    }

    /// A plain C function, which no SDK was needed for.
    @Test func plainFunctionsRunHereToo() throws {
        let sidecar = """
            {"id": "pow", "function": "double pow(double x, double y)", "parameters": [
                {"name": "x", "type": "float", "low": 0, "high": 2}, {"name": "y", "type": "float", "low": 0, "high": 2}],
             "metrics": [{"name": "value", "goal": "minimize"}]}
            """
        let store = try PluginStore(directory: TestPlugins.temporaryDirectory() + "/store")
        guard access("/lib/x86_64-linux-gnu/libm.so.6", R_OK) == 0 else { return }
        let image = try store.add("/lib/x86_64-linux-gnu/libm.so.6", sidecar: Array(sidecar.utf8)).image
        let description = try loadPluginCode(path: image.path).plugin
        let schema = try Schema(parsing: try #require(description.trainables.first).schemaJSON)
        let blueprint = WorkerBlueprint(
            plugin: image, trainable: description.trainables[0].id, schema: schema, space: schema.space, config: .object([:]),
            dataPath: nil, folds: nil, requiredMetrics: [0])
        let runner = InProcessRunner(clock: SystemClock())
        let slot = SlotGrant(id: 1, cpus: [0], gpus: [], memory: 0, queue: DispatchQueue(label: "test.slot"))
        let host = try runner.host(for: blueprint, in: slot)
        defer { host.release() }
        #expect(host.batchLimit == 0)
        let assignment = AttemptAssignment(
            blueprint: blueprint, configuration: Configuration([.float(1.5), .float(2)]), trial: 0, run: RunKey(), runIndex: 0,
            attempt: 0, nonce: 1, seed: 0)
        #expect(try metrics(host.run(assignment) { _ in }.outcome) == [2.25])
    }

    // MARK: Batches

    @Test func aBatchIsOneCall() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("batch")
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        defer { host.release() }
        #expect(host.batchLimit == 100)
        for count in [1, 64, 65, 100, 3] {
            let result = host.run(try bench.batch(blueprint, Array(repeating: "well", count: count), first: 7))
            #expect(result.failures.isEmpty && result.reports.isEmpty && result.log.isEmpty)
            #expect(result.metrics[0] == (0..<count).map { Double($0) / 128 })
            #expect(result.metrics[1] == Array(repeating: Double(count), count: count))
        }
    }

    @Test func trialsOfABatchFailOnTheirOwn() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("batch")
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        defer { host.release() }
        let hows = ["well", "fail", "nan", "nothing", "infeasible", "log", "report", "prune", "well"]
        for _ in 0..<2 {
            let result = host.run(try bench.batch(blueprint, hows, first: 40))
            #expect(result.failures.map(\.index) == [1, 2, 3, 4, 7])
            let kinds = result.failures.map { entry -> Failure.Kind? in
                if case .failed(let failure) = entry.outcome { failure.kind } else { nil }
            }
            #expect(kinds == [.reported, .notFinite, .missingObjective, .infeasible, nil])
            #expect(result.failures.last?.outcome == .stopped(reason: .pruned))
            #expect(result.metrics[0][0] == 0 && result.metrics[0][8] == 8.0 / 128 && result.metrics[0][6] == 6.0 / 128)
            #expect(result.log == "warning: trial 45 speaks\n")
            // Reports of a batch are kept up to a bound, and each with its trial.
            #expect(Set(result.reports.map(\.index)) == [6, 7])
            #expect(result.reports.filter { $0.index == 6 }.prefix(3).map(\.report.step) == [1, 2, 3])
        }
    }

    @Test func aCallThatFailsFailsAllItsTrials() throws {
        let bench = try Bench()
        let blueprint = try bench.blueprint("batch", config: ["how": "whole"])
        let host = try bench.runner.host(for: blueprint, in: bench.slot())
        defer { host.release() }
        let result = host.run(try bench.batch(blueprint, ["well", "well"]))
        #expect(result.failures.map(\.index) == [0, 1])
        #expect("\(result.failures)".contains("the whole call failed"))
    }

    /// A trainable that has no evaluate is a batch of one where trials come one by one, as in a worker.
    @Test func aTrainableOfBatchesAloneRunsInAWorker() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("inprocess", trainable: "batch")
        let ended = try await bench.run(blueprint, ["x": 0.75])
        #expect(ended.metric(0) == 0.75 && ended.metric(1) == 1)
        let failed = try await bench.run(blueprint, ["how": "fail"])
        #expect(failed.failure?.kind == .reported && failed.failure?.message == "failed as told")
        let reported = try await bench.run(blueprint, ["how": "report"])
        #expect(reported.reports.count == 5000)
    }
}
