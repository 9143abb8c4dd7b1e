import Synchronization
import Testing
import TunedRecords
import TunedSlots
import TunedSpace
import TunedStorage
@testable import TunedEngine

@Suite struct StudyDriverTests {
    @Test func runsAllTrialsAndCompletes() throws {
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 25}, "sampler": "random"}"#, runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed)
        #expect(lab.trials.count == 25)
        #expect(lab.trials.allSatisfy { $0.state == .complete && $0.values == [ScriptedRunner.total($0.configuration)] })
        #expect(lab.trials.map(\.number) == Array(0..<25))
        #expect(lab.slots.snapshot().holders.isEmpty)
    }

    @Test func valueIsTheMeanOverFolds() throws {
        let runner = ScriptedRunner { assignment, attempt in attempt.end(.succeeded(metrics: [Double(assignment.run.fold)])) }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 3}, "sampler": "random"}"#, cores: 4, folds: 5, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.map(\.values) == [[2], [2], [2]])
        let seeds = Set(runner.started.withLock { $0.map(\.seed) })
        #expect(seeds.count == 15)
    }

    @Test func failureCostsItsOwnTrialAndSaysWhy() throws {
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 3 {
                attempt.end(.failed(Failure(kind: .crashed, message: "SIGSEGV at toy.so+0x10")), log: "last words")
            } else {
                ScriptedRunner.sum(assignment, attempt)
            }
        }
        let lab = try Laboratory(specification: #"{"plugin": "toy", "stop": {"trials": 8}, "sampler": "random"}"#, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.filter { $0.state == .complete }.count == 7)
        #expect(lab.trials[3].failure?.message == "SIGSEGV at toy.so+0x10")
        #expect(lab.store.attempts(of: lab.driver.id, trial: 3).map(\.log) == ["last words"])
    }

    @Test func lostAttemptIsMadeAgainWithTheSameSeed() throws {
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 1 && assignment.attempt < 2 {
                attempt.end(.failed(Failure(kind: .lost, message: "gone")))
            } else {
                ScriptedRunner.sum(assignment, attempt)
            }
        }
        let lab = try Laboratory(specification: #"{"plugin": "toy", "stop": {"trials": 4}, "sampler": "random"}"#, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.allSatisfy { $0.state == .complete })
        let attempts = runner.started.withLock { $0.filter { $0.trial == 1 } }
        #expect(attempts.map(\.attempt) == [0, 1, 2])
        #expect(Set(attempts.map(\.seed)).count == 1)
        #expect(Set(attempts.map(\.nonce)).count == 3)
    }

    @Test func trialThatIsLostAgainAndAgainFails() throws {
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 0 {
                attempt.end(.failed(Failure(kind: .lost, message: "gone")))
            } else {
                ScriptedRunner.sum(assignment, attempt)
            }
        }
        let lab = try Laboratory(specification: #"{"plugin": "toy", "stop": {"trials": 3}, "sampler": "random"}"#, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials[0].state == .failed)
        #expect(runner.started.withLock { $0.filter { $0.trial == 0 }.count } == 6)
    }

    @Test func failingFoldEndsItsTrialOnly() throws {
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 0 && assignment.run.fold == 1 {
                attempt.end(.failed(Failure(kind: .reported, message: "no")))
            } else {
                ScriptedRunner.sum(assignment, attempt)
            }
        }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 3}, "sampler": "random"}"#, cores: 1, folds: 4, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.map(\.state) == [.failed, .complete, .complete])
        // Folds 2 and 3 of the failed trial are not worth a slot.
        #expect(runner.started.withLock { $0.filter { $0.trial == 0 }.count } == 2)
    }

    @Test func hopelessStudyEndsWithAReason() throws {
        let runner = ScriptedRunner { _, attempt in attempt.end(.failed(Failure(kind: .load, message: "no such column"))) }
        let lab = try Laboratory(specification: #"{"plugin": "toy", "stop": {"trials": 1000}, "sampler": "random"}"#, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .failed)
        #expect(lab.driver.reason.contains("all failed"))
        #expect(lab.trials.count < 20)
    }

    @Test func targetEndsTheStudy() throws {
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 100000, "target": 0.8}, "sampler": "random"}"#,
            runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed)
        #expect(lab.driver.reason.contains("target"))
        #expect(lab.trials.contains { $0.values.first.map { $0 <= 0.8 } ?? false })
    }

    @Test func patienceEndsTheStudy() throws {
        let runner = ScriptedRunner { assignment, attempt in attempt.end(.succeeded(metrics: [assignment.trial == 2 ? 0 : 1])) }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 100000, "patience": 10}, "sampler": "random"}"#, cores: 1, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.filter { $0.state == .complete }.count == 13)
        #expect(lab.driver.reason.contains("no improvement"))
    }

    @Test func timeEndsTheStudyAndRunningTrialsStillCount() throws {
        let held = Mutex<[ScriptedRunner.ScriptedAttempt]>([])
        let runner = ScriptedRunner { _, attempt in held.withLock { $0.append(attempt) } }
        let lab = try Laboratory(specification: #"{"plugin": "toy", "stop": {"time": "1h"}, "sampler": "random"}"#, runner: runner)
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 && $0.underWay.values.allSatisfy { $0.handle != nil } })
        lab.clock.advance(by: 3601)
        #expect(lab.wait { $0.ending != nil })
        for attempt in held.withLock({ $0 }) { attempt.end(.succeeded(metrics: [1])) }
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed)
        #expect(lab.trials.map(\.state) == [.complete, .complete])
    }

    @Test func exhaustedSpaceEndsTheStudy() throws {
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "space": {"x": 0.5, "y": 0.5}, "sampler": "random"}"#,
            runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.reason == "every configuration of its space was tried")
        #expect(Set(lab.trials.map(\.configuration)).count == 6)
        #expect(lab.trials.count == 6)
    }

    @Test func parallelismIsKept() throws {
        let most = Mutex((now: 0, most: 0))
        let runner = ScriptedRunner { assignment, attempt in
            most.withLock { count in
                count.now += 1
                count.most = max(count.most, count.now)
            }
            // The count drops before the end is told, so that a next start cannot be seen with this one still counted.
            most.withLock { $0.now -= 1 }
            ScriptedRunner.sum(assignment, attempt)
        }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 30}, "sampler": "random", "resources": {"parallel": 1}}"#, cores: 8,
            runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(most.withLock { $0.most } == 1)
    }

    @Test func doesNotAskWhileTheStoreCannotWrite() throws {
        let store = MemoryEventStore()
        let held = Mutex<[ScriptedRunner.ScriptedAttempt]>([])
        let runner = ScriptedRunner { _, attempt in held.withLock { $0.append(attempt) } }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 6}, "sampler": "random"}"#, store: store, runner: runner)
        lab.start()
        #expect(lab.wait { $0.underWay.values.filter { $0.handle != nil }.count == 2 })
        store.fail(with: StoreError(code: .full, message: "the disk is full"))
        for attempt in held.withLock({ $0 }) { attempt.end(.succeeded(metrics: [1])) }
        #expect(lab.wait { $0.underWay.isEmpty })
        #expect(runner.started.withLock { $0.count } == 2)
        store.fail(with: nil)
        held.withLock { $0 = [] }
        lab.clock.advance(by: 1)
        #expect(lab.wait { $0.underWay.count == 2 })
    }

    @Test func targetOfAMaximisedMetricIsReachedFromBelow() throws {
        let schema = Laboratory.schema.replacing("minimize", with: "maximize")
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 5000, "target": 1.5}, "sampler": "random"}"#, schema: schema,
            runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.reason.contains("target"))
        #expect(lab.trials.contains { $0.values.first.map { $0 >= 1.5 } ?? false })
    }

    @Test func stoppingInTheMiddleOfTheFoldsLeavesNothingRunning() throws {
        let held = HeldAttempts()
        let runner = ScriptedRunner { _, attempt in held.add(attempt) }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 5}, "sampler": "random"}"#, folds: 3, runner: runner)
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 })
        // The first folds end well although the study is stopped at the same moment.
        lab.on { driver in
            let nonces = Array(driver.underWay.keys)
            _ = try? driver.stop()
            for nonce in nonces { driver.receive(.ended(.succeeded(metrics: [1]), log: ""), of: nonce) }
        }
        #expect(lab.waitForRest())
        #expect(lab.trials.allSatisfy { $0.state == .cancelled })
        #expect(lab.wait { $0.active.isEmpty })
        #expect(lab.slots.snapshot().holders.isEmpty)
    }
}
