import CTunedWorker
import Glibc
import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedTestSupport
import TunedWorkers

/// Which worker makes an attempt, and how long it is kept.
@Suite struct WarmWorkerTests {
    private enum Metric { static let cpuCount = 1, cpuMask = 2, threads = 3, gpus = 4, pid = 6, calls = 20 }

    /// One of the CPUs that this process may use.
    private static var allowedCPU: Int {
        var cpus = [Int32](repeating: 0, count: 4096)
        let count = tuned_affinity_get(0, &cpus, Int32(cpus.count))
        return count > 0 ? Int(cpus[Int(count) - 1]) : 0
    }

    private func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<500 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }

    @Test func theSameStudyReusesItsWorker() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("environment")
        let first = try await bench.run(blueprint)
        let second = try await bench.run(blueprint)
        #expect(first.metric(Metric.pid) == second.metric(Metric.pid))
        #expect(second.metric(Metric.calls) == 2)
    }

    @Test func otherConfigurationMeansAnotherWorker() async throws {
        let bench = try AttemptBench()
        let first = try await bench.run(bench.blueprint("environment"))
        let second = try await bench.run(bench.blueprint("environment", config: ["rows": .integer(3)]))
        let third = try await bench.run(bench.blueprint("environment", environment: ["X": "1"]))
        #expect(Set([first, second, third].map { $0.metric(Metric.pid) }).count == 3)
        #expect(bench.pool.statistics.idle == 3)
    }

    @Test func anEqualBlueprintIsTheSame() async throws {
        let bench = try AttemptBench()
        let first = try await bench.run(bench.blueprint("environment"))
        let second = try await bench.run(bench.blueprint("environment"))
        #expect(first.metric(Metric.pid) == second.metric(Metric.pid))
    }

    @Test func aRebuiltPluginGetsNewWorkers() async throws {
        let bench = try AttemptBench()
        let copy = TestPlugins.temporaryDirectory() + "/environment.so"
        #expect(system("cp '\(TestPlugins.path("environment"))' '\(copy)' && chmod 644 '\(copy)'") == 0)
        let before = try await bench.blueprint("environment", path: copy)
        let first = try await bench.run(before)
        #expect(system("printf rebuilt >> '\(copy)'") == 0)
        let second = try await bench.run(bench.blueprint("environment", path: copy))
        #expect(first.metric(Metric.pid) != second.metric(Metric.pid))
        let third = try await bench.run(before)
        #expect(first.metric(Metric.pid) == third.metric(Metric.pid))
    }

    @Test func idleWorkersAreEndedByAge() async throws {
        let clock = ManualClock()
        let bench = try AttemptBench(clock: clock) { $0.idleLimit = 100 }
        _ = try await bench.run(bench.blueprint("environment"))
        clock.advance(by: 60)
        _ = try await bench.run(bench.blueprint("noop"))
        #expect(bench.pool.statistics.idle == 2)
        clock.advance(by: 41)
        try await eventually { bench.pool.statistics == WorkerStatistics(spawned: 2, running: 0, idle: 1) }
        clock.advance(by: 60)
        try await eventually { bench.pool.statistics == WorkerStatistics(spawned: 2, running: 0, idle: 0) }
    }

    @Test func memoryAndGPUsAreFreedForANewcomerAtOnce() async throws {
        for bench in [try AttemptBench(memory: 1 << 30), try AttemptBench(gpus: ["GPU-1"])] {
            _ = try await bench.run(bench.blueprint("environment"))
            _ = try await bench.run(bench.blueprint("noop"))
            try await eventually { bench.pool.statistics == WorkerStatistics(spawned: 2, running: 0, idle: 1) }
        }
    }

    @Test func aWorkerThatDiesBetweenRunsCostsNoTrial() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("environment")
        let pid = try #require(try await bench.run(blueprint).metric(Metric.pid))
        kill(pid_t(pid), SIGKILL)
        // Its end may be noticed before or after the next attempt is handed to it.
        let next = try await bench.run(blueprint)
        #expect(next.failure == nil || next.failure?.kind == .lost)
        #expect(try await bench.run(blueprint).failure == nil)
    }

    @Test func aSlotKeepsAFewIdleWorkers() async throws {
        let bench = try AttemptBench { $0.idleWorkersPerSlot = 2 }
        for rows in 1...5 {
            _ = try await bench.run(bench.blueprint("environment", config: ["rows": .integer(Int64(rows))]))
        }
        try await eventually { bench.pool.statistics == WorkerStatistics(spawned: 5, running: 0, idle: 2) }
    }

    @Test func theWorkerIsPinnedAndSeesItsVariablesOnly() async throws {
        let cpu = Self.allowedCPU
        setenv("TUNED_TEST_SECRET", "secret", 1)
        let bench = try AttemptBench(
            cpus: [cpu], variables: ["OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "GPU-a,GPU-b"])
        let ended = try await bench.run(bench.blueprint("environment", environment: ["OMP_NUM_THREADS": "3"]))
        #expect(ended.metric(Metric.cpuCount) == 1)
        #expect(ended.log.contains("cpus=\(cpu)\n"))
        #expect(ended.metric(Metric.threads) == 3)
        #expect(ended.metric(Metric.gpus) == 2)
        #expect(ended.log.contains("TUNED_TEST_SECRET=(unset)"))
        #expect(ended.log.contains("fd 0=/dev/null\n"))
    }

    @Test func foldsReachTheWorker() async throws {
        let plan = FoldPlan(
            folds: [.init(train: [0, 1, 2], evaluate: [3, 4]), .init(train: [3, 4], evaluate: [0, 1, 2])], rows: 5)
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("environment", config: ["rows": .integer(5)], folds: plan)
        let first = try await bench.run(blueprint, fold: 0)
        let second = try await bench.run(blueprint, fold: 1)
        #expect((16...19).map { first.metric($0) } == [3, 3, 2, 7])
        #expect((16...19).map { second.metric($0) } == [2, 7, 3, 3])
        #expect((9...10).map { second.metric($0) } == [1, 2])
    }

    @Test func aMissingWorkerProgramIsNamed() async throws {
        let good = try AttemptBench()
        let blueprint = try await good.blueprint("noop")
        let bench = try AttemptBench { $0.executable = "/nowhere/tuned-worker" }
        let failure = try #require(try await bench.run(blueprint).failure)
        #expect(failure.message.contains("/nowhere/tuned-worker"))
        #expect(bench.pool.statistics == WorkerStatistics(spawned: 1, running: 0, idle: 0))
    }
}
