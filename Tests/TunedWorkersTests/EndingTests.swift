import Dispatch
import Testing
import TunedRecords
import TunedSpace
import TunedWorkers

/// How attempts end that would not end by themselves.
@Suite struct EndingTests {
    private func stopSoon(_ reason: StopReason) -> @Sendable (any RunningAttempt) -> Void {
        { attempt in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) { attempt.stop(reason) }
        }
    }

    @Test func aPoliteAttemptStopsAndItsWorkerStays() async throws {
        let bench = try AttemptBench { $0.grace = 20 }
        _ = try await bench.misbehave("ok")
        let ended = try await bench.misbehave("hang_polite", started: stopSoon(.pruned))
        #expect(ended.outcome == .stopped(reason: .pruned))
        _ = try await bench.misbehave("ok")
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test(arguments: ["hang", "hang_ignoring_sigterm", "raise_stop"])
    func aDeafAttemptIsKilled(how: String) async throws {
        let bench = try AttemptBench()
        _ = try await bench.misbehave("ok")
        let ended = try await bench.misbehave(how, started: stopSoon(.cancelled))
        #expect(ended.outcome == .stopped(reason: .cancelled))
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
    }

    @Test func anAttemptThatHasNotBegunStops() async throws {
        let bench = try AttemptBench()
        let ended = try await bench.misbehave("hang") { $0.stop(.shutdown) }
        #expect(ended.outcome == .stopped(reason: .shutdown))
    }

    @Test(arguments: ["hang", "hang_polite", "hang_ignoring_sigterm"])
    func theDeadlineEndsIt(how: String) async throws {
        let bench = try AttemptBench()
        let ended = try await bench.misbehave(how, deadline: 0.15)
        #expect(ended.failure?.kind == .deadline)
        #expect(ended.failure?.message.contains("0.15 s") == true)
    }

    @Test func aFinishedAttemptKeepsItsResultWhenItIsStoppedLate() async throws {
        let bench = try AttemptBench { $0.grace = 20 }
        let blueprint = try await bench.blueprint("misbehave")
        let ended = try await bench.run(blueprint) { $0.stop(.cancelled) }
        // It was told to stop before its worker had opened, or it had finished first; never anything else.
        #expect(ended.outcome == .stopped(reason: .cancelled) || ended.metric(0) == 0.5)
    }

    @Test func stoppingTwiceAndAfterTheEndIsHarmless() async throws {
        let bench = try AttemptBench { $0.grace = 20 }
        let ended = try await bench.misbehave("hang_polite") { attempt in
            for delay in [100, 110, 500] {
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) { attempt.stop(.pruned) }
            }
        }
        #expect(ended.outcome == .stopped(reason: .pruned))
        #expect(try await bench.misbehave("sleep_ms").metric(0) == 0.5)
    }

    @Test func shuttingDownLosesWhatRuns() async throws {
        let bench = try AttemptBench()
        let ended = try await bench.misbehave("hang") { _ in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) { bench.pool.shutDown() }
        }
        #expect(ended.failure?.kind == .lost)
        #expect(try await bench.run(bench.blueprint("noop")).failure?.kind == .lost)
    }
}
