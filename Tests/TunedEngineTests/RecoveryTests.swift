import Synchronization
import Testing
import TunedRecords
import TunedSpace
import TunedStorage
@testable import TunedEngine

@Suite struct RecoveryTests {
    /// Ends some attempts and lets the others hang, then takes the study up from the log alone, as a new daemon would.
    @Test(arguments: [0, 1, 3, 7, 12])
    func interruptedStudyCompletesWithEachTrialCountedOnce(endsBeforeTheCrash: Int) throws {
        let store = MemoryEventStore()
        let specification = #"{"plugin": "toy", "stop": {"trials": 10}, "sampler": "random", "seed": 3}"#
        let left = Mutex(endsBeforeTheCrash)
        let interrupted = ScriptedRunner { assignment, attempt in
            let mayEnd = left.withLock { count in
                defer { count -= 1 }
                return count > 0
            }
            if mayEnd { ScriptedRunner.sum(assignment, attempt) }
        }
        let before = try Laboratory(specification: specification, folds: 2, store: store, runner: interrupted)
        before.start()
        #expect(before.wait { _ in interrupted.started.withLock { $0.count } >= endsBeforeTheCrash + 2 })
        #expect(before.wait { $0.underWay.count == 2 })
        let acknowledged = before.trials.filter { $0.state == .complete }

        let runner = ScriptedRunner(ScriptedRunner.sum)
        let after = try Laboratory(specification: specification, folds: 2, store: store, resuming: true, runner: runner)
        after.takeUp()
        #expect(after.waitForRest())
        #expect(after.driver.state == .completed)
        #expect(after.trials.count == 10)
        #expect(after.trials.allSatisfy { $0.state == .complete })
        for trial in acknowledged { #expect(after.trials[trial.number].values == trial.values) }
        // Nothing is left as running, and every attempt has an end.
        for trial in after.trials {
            #expect(after.store.attempts(of: after.driver.id, trial: trial.number).allSatisfy { $0.outcome != nil })
        }
        // Attempts made again have the seed of those that were lost.
        for lost in interrupted.started.withLock({ $0 }) {
            let again = runner.started.withLock { $0.filter { $0.trial == lost.trial && $0.run == lost.run } }
            #expect(again.allSatisfy { $0.seed == lost.seed && $0.attempt > lost.attempt })
        }
        try auditPasses(after)
    }

    @Test func pausedStudyStaysPaused() throws {
        let store = MemoryEventStore()
        let specification = #"{"plugin": "toy", "stop": {"trials": 10}, "sampler": "random"}"#
        let before = try Laboratory(specification: specification, store: store, runner: ScriptedRunner { _, _ in })
        before.start()
        #expect(before.wait { $0.underWay.count == 2 })
        _ = try before.on { try $0.pause() }
        let runner = ScriptedRunner(ScriptedRunner.sum)
        let after = try Laboratory(specification: specification, store: store, resuming: true, runner: runner)
        after.takeUp()
        #expect(after.driver.state == .paused)
        #expect(runner.started.withLock { $0.isEmpty })
        _ = try after.on { try $0.resume(nil) }
        #expect(after.waitForRest())
        #expect(after.trials.count == 10)
    }

    @Test func outsideTrialAndWishesSurvive() throws {
        let store = MemoryEventStore()
        let specification = #"{"plugin": "toy", "stop": {"trials": 6}, "sampler": "random"}"#
        let before = try Laboratory(specification: specification, store: store, runner: ScriptedRunner { _, _ in })
        before.start()
        #expect(before.wait { $0.underWay.count == 2 })
        _ = try before.on { try $0.ask() }
        _ = try before.on { try $0.enqueue([0: .float(0.75)]) }
        let after = try Laboratory(
            specification: specification, store: store, resuming: true, runner: ScriptedRunner(ScriptedRunner.sum))
        after.takeUp()
        _ = try after.on { try $0.tell(2, .values([0.5])) }
        #expect(after.waitForRest())
        #expect(after.trials[2].values == [0.5])
        #expect(after.trials[3].configuration[0] == .float(0.75))
    }

    @Test func lateResultOfAnOldAttemptIsDropped() throws {
        let held = HeldAttempts()
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 2}, "sampler": "random"}"#, runner: ScriptedRunner { _, attempt in held.add(attempt) })
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 })
        let before = lab.events.count
        lab.on { $0.receive(.ended(.succeeded(metrics: [-100]), log: ""), of: 999_999) }
        #expect(lab.events.count == before)
        held.end(2, value: 1)
        #expect(lab.waitForRest())
        #expect(lab.trials.allSatisfy { $0.values == [1] })
    }
}

/// Derives the whole study again.
func auditPasses(_ lab: Laboratory) throws {
    var audit = try SuggestionAudit(
        declaration: try lab.declared, numericEnvironment: lab.surroundings.host.numericEnvironment)
    for event in lab.events { try audit.check(event) }
    for trial in lab.trials {
        try audit.check(
            row: trial.number, state: trial.state, values: trial.values,
            constraints: Dictionary(trial.constraints.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }), configuration: trial.configuration)
    }
    #expect(audit.suggestions == lab.trials.count)
}
