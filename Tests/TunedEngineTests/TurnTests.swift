import Dispatch
import Glibc
import Synchronization
import Testing
import TunedRecords
import TunedSpace
import TunedStorage
@testable import TunedEngine

/// Studies whose code runs in this process: in turns of single runs, and in batches.
@Suite struct TurnTests {
    private static func specification(_ more: String, trials: Int = 300) -> String {
        #"{"plugin": "toy", "isolation": "inprocess", "stop": {"trials": \#(trials)}, \#(more)}"#
    }

    private func lab(
        _ more: String, trials: Int = 300, cores: Int = 2, folds: Int = 1, _ direct: ScriptedDirectRunner
    ) throws -> Laboratory {
        try Laboratory(
            specification: Self.specification(more, trials: trials), cores: cores, folds: folds,
            runner: ScriptedRunner { _, _ in Issue.record("no worker is to be asked") }, direct: direct)
    }

    @Test(arguments: ["random", "grid", "tpe"], [0, 100])
    func everyTrialIsThereOnceAndDerivedAgain(sampler: String, batchLimit: Int) throws {
        let direct = ScriptedDirectRunner(batchLimit: batchLimit) { trial, configuration in
            trial % 11 == 3 ? .failed(Failure(kind: .reported, message: "no")) : ScriptedDirectRunner.sum(trial, configuration)
        }
        let lab = try lab(#""sampler": "\#(sampler)", "seed": 5"#, cores: 3, direct)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed)
        let trials = lab.trials
        #expect(trials.map(\.number) == Array(0..<300))
        for trial in trials {
            #expect(trial.state == (trial.number % 11 == 3 ? .failed : .complete))
            if trial.state == .complete { #expect(trial.values == [ScriptedRunner.total(trial.configuration)]) }
        }
        #expect(direct.begun.withLock { $0.sorted() } == Array(0..<300))
        #expect(lab.on { $0.counts.complete == trials.count { $0.state == .complete } && $0.counts.running == 0 })
        #expect(lab.wait { _ in direct.opened.load(ordering: .relaxed) == direct.released.load(ordering: .relaxed) })
        try auditPasses(lab)
    }

    /// One event a batch; every read sees its trials as any others.
    @Test func aBatchIsOneEvent() throws {
        let direct = ScriptedDirectRunner(batchLimit: 64)
        let lab = try lab(#""sampler": "random", "seed": 1"#, trials: 1000, cores: 1, direct)
        lab.start()
        #expect(lab.waitForRest())
        let calls = direct.calls.withLock { $0 }
        #expect(calls.reduce(0, +) == 1000 && calls.max() == 64)
        let batches = lab.events.count { if case .batchRun = $0.payload { true } else { false } }
        #expect(batches == calls.count { $0 > 1 })
        #expect(lab.events.count < 4 * calls.count { $0 == 1 } + batches + 20)
        let attempts = lab.store.attempts(of: lab.driver.id, trial: 900)
        #expect(attempts.count == 1 && attempts[0].outcome == .succeeded(metrics: lab.trials[900].values))
        #expect(attempts[0].environment.contains("plugin_hash"))
    }

    /// The first trial is run alone, so that one that takes long is seen while it runs.
    @Test func slowTrialsAreNotBatched() throws {
        let clock = ManualClock()
        let direct = ScriptedDirectRunner(batchLimit: 64) { trial, configuration in
            clock.advance(by: 0.5)
            return ScriptedDirectRunner.sum(trial, configuration)
        }
        let lab = try Laboratory(
            specification: Self.specification(#""sampler": "random""#, trials: 12), cores: 1, clock: clock,
            runner: ScriptedRunner { _, _ in }, direct: direct)
        lab.start()
        #expect(lab.waitForRest())
        #expect(direct.calls.withLock { $0 } == Array(repeating: 1, count: 12))
        #expect(!lab.events.contains { if case .batchRun = $0.payload { true } else { false } })
    }

    @Test func aSamplerThatLearnsIsNotAskedFarAhead() throws {
        let direct = ScriptedDirectRunner(batchLimit: 0)
        let single = try lab(#""sampler": "tpe", "seed": 2"#, trials: 40, cores: 1, direct)
        single.start()
        #expect(single.waitForRest())
        // What a worker would have been asked: each suggestion knows of all trials before it.
        let worker = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 40}, "sampler": "tpe", "seed": 2}"#, cores: 1,
            runner: ScriptedRunner(ScriptedRunner.sum))
        worker.start()
        #expect(worker.waitForRest())
        #expect(single.trials.map(\.configuration) == worker.trials.map(\.configuration))
        #expect(single.trials.map(\.values) == worker.trials.map(\.values))

        let batched = ScriptedDirectRunner(batchLimit: 1000)
        let study = try lab(#""sampler": "tpe", "seed": 2"#, trials: 200, cores: 1, batched)
        study.start()
        #expect(study.waitForRest())
        var ended = 0
        for size in batched.calls.withLock({ $0 }) {
            #expect(size <= 1 + ended / 4)
            ended += size
        }
        try auditPasses(study)
    }

    @Test func rulesBoundABatch() throws {
        // Constant values: no trial after the first is better.
        let constant: ScriptedDirectRunner.Script = { _, _ in .succeeded(metrics: [1]) }
        let patient = try lab(
            #""sampler": "random""#, trials: 5000, cores: 1, ScriptedDirectRunner(batchLimit: 1000, constant))
        patient.on { $0.rules.patience = 37 }
        patient.start()
        #expect(patient.waitForRest())
        #expect(patient.trials.count == 38)
        let exact = try lab(#""sampler": "random""#, trials: 333, cores: 3, ScriptedDirectRunner(batchLimit: 1000, constant))
        exact.start()
        #expect(exact.waitForRest())
        #expect(exact.trials.count == 333)
        let hopeless = try lab(
            #""sampler": "random""#, trials: 5000, cores: 1,
            ScriptedDirectRunner(batchLimit: 1000) { _, _ in .failed(Failure(kind: .notFinite, message: "nan")) })
        hopeless.start()
        #expect(hopeless.waitForRest())
        #expect(hopeless.driver.state == .failed)
        #expect(hopeless.trials.count < 60)
    }

    @Test func wishesAreMadeInBatches() throws {
        let direct = ScriptedDirectRunner(batchLimit: 100)
        let lab = try lab(#""sampler": "random", "seed": 4"#, trials: 100, cores: 1, direct)
        lab.driver.queue.sync {
            lab.driver.record([.studyCreated(slug: "toy", declaration: lab.driver.declaration.text)])
            lab.driver.adoptSampler()
            lab.driver.startTiming()
            for number in 0..<30 { _ = try? lab.driver.enqueue([0: .float(Double(number) / 64)]) }
        }
        #expect(lab.waitForRest())
        for number in 0..<30 { #expect(lab.trials[number].configuration[0] == .float(Double(number) / 64)) }
        #expect(lab.trials.count { if case .enqueued = $0.origin { true } else { false } } == 30)
        try auditPasses(lab)
    }

    /// Numbers stay in order in the log though an outside program asks in the middle of batches.
    @Test func outsideTrialsWaitForTheBatchesBeforeThem() throws {
        let gate = DispatchSemaphore(value: 0)
        let isInBatch = DispatchSemaphore(value: 0)
        let direct = ScriptedDirectRunner(batchLimit: 50) { trial, configuration in
            if trial == 20 {
                isInBatch.signal()
                gate.wait()
            }
            return ScriptedDirectRunner.sum(trial, configuration)
        }
        let lab = try lab(#""sampler": "random", "seed": 4"#, trials: 400, cores: 1, direct)
        lab.start()
        isInBatch.wait()
        let asked = Mutex<[Int]>([])
        lab.driver.queue.sync {
            for _ in 0..<3 {
                lab.driver.whenNumbered {
                    guard let (trial, _) = try? lab.driver.ask() else { return }
                    asked.withLock { $0.append(trial.number) }
                }
            }
        }
        #expect(asked.withLock { $0.isEmpty })
        gate.signal()
        #expect(lab.wait { _ in asked.withLock { $0.count } == 3 })
        for number in asked.withLock({ $0 }) { _ = try lab.on { try $0.tell(number, .values([0.5])) } }
        #expect(lab.waitForRest())
        #expect(lab.trials.map(\.number) == Array(0..<400))
        #expect(lab.trials.count(where: \.isExternal) == 3)
        try auditPasses(lab)
    }

    @Test func prunedTrialsOfABatchKeepTheirLastReport() throws {
        let direct = ScriptedDirectRunner(batchLimit: 100) { trial, configuration in
            trial % 3 == 0 && trial > 0 ? .stopped(reason: .pruned) : ScriptedDirectRunner.sum(trial, configuration)
        }
        let lab = try lab(#""sampler": "random""#, trials: 100, cores: 1, direct)
        lab.start()
        #expect(lab.waitForRest())
        let pruned = lab.trials.filter { $0.state == .pruned && $0.number > 10 }
        #expect(pruned.count > 20)
        #expect(pruned.allSatisfy { $0.values == [1.5] && $0.step == 6 })
        try auditPasses(lab)
    }

    @Test func aPluginThatCannotBeOpenedFailsItsTrials() throws {
        let lab = try lab(#""sampler": "random""#, ScriptedDirectRunner(failsToOpen: true))
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .failed)
        #expect(lab.trials.allSatisfy { $0.failure?.kind == .load })
        #expect(lab.trials.count < 20)
    }

    @Test func foldsOfATrialAreMadeInOneProcess() throws {
        let direct = ScriptedDirectRunner(batchLimit: 100) { trial, configuration in
            trial == 2 ? .failed(Failure(kind: .reported, message: "no")) : ScriptedDirectRunner.sum(trial, configuration)
        }
        let lab = try lab(#""sampler": "random""#, trials: 20, folds: 3, direct)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 20)
        #expect(lab.trials[2].state == .failed)
        for trial in lab.trials where trial.number != 2 {
            #expect(lab.store.attempts(of: lab.driver.id, trial: trial.number).count == 3)
        }
        try auditPasses(lab)
    }

    @Test func stopAndPauseEndBetweenTurns() throws {
        let direct = ScriptedDirectRunner(batchLimit: 20)
        let lab = try lab(#""sampler": "random""#, trials: 1_000_000, direct)
        lab.start()
        #expect(lab.wait { $0.counts.complete > 500 })
        _ = try lab.on { try $0.pause() }
        #expect(lab.wait { $0.busySlots == 0 })
        let count = lab.trials.count
        usleep(20_000)
        #expect(lab.trials.count == count)
        _ = try lab.on { try $0.resume(nil) }
        #expect(lab.wait { $0.counts.complete > count + 500 })
        _ = try lab.on { try $0.stop() }
        #expect(lab.wait { $0.busySlots == 0 })
        #expect(lab.trials.allSatisfy { $0.state != .running })
        #expect(lab.trials.map(\.number) == Array(0..<lab.trials.count))
        try auditPasses(lab)
    }

    // MARK: After the daemon ended

    @Test(arguments: [false, true])
    func aStudyThatWasInterruptedIsPaused(wasClosed: Bool) throws {
        let store = MemoryEventStore(wasClosed: wasClosed)
        let specification = Self.specification(#""sampler": "random", "seed": 8"#, trials: 40)
        let stuck = DispatchSemaphore(value: 0)
        defer { for _ in 0..<2 { stuck.signal() } }
        let before = try Laboratory(
            specification: specification, store: store, runner: ScriptedRunner { _, _ in },
            direct: ScriptedDirectRunner { trial, configuration in
                if trial == 5 { stuck.wait() }
                return ScriptedDirectRunner.sum(trial, configuration)
            })
        before.start()
        #expect(before.wait { $0.nextTrial == 40 && $0.busySlots == 1 })
        let after = try Laboratory(
            specification: specification, store: store, resuming: true, runner: ScriptedRunner { _, _ in },
            direct: ScriptedDirectRunner())
        after.takeUp()
        #expect(after.driver.state == .paused)
        #expect(after.driver.reason.contains("the daemon ended unexpectedly"))
        #expect(after.driver.reason.contains("5"))
        _ = try after.on { try $0.resume(nil) }
        #expect(after.waitForRest())
        #expect(after.driver.state == .completed)
        #expect(after.trials.count == 40 && after.trials.allSatisfy { $0.state == .complete })
    }

    /// A batch leaves nothing in the log before it has ended, so how the store was left must tell.
    @Test func aStoreThatWasNotClosedPausesWhatRan() throws {
        let specification = Self.specification(#""sampler": "random", "seed": 8"#, trials: 40)
        for wasClosed in [true, false] {
            let store = MemoryEventStore(wasClosed: wasClosed)
            let before = try Laboratory(
                specification: specification, store: store, runner: ScriptedRunner { _, _ in }, direct: ScriptedDirectRunner())
            before.driver.queue.sync {
                before.driver.record([.studyCreated(slug: "toy", declaration: before.driver.declaration.text)])
                before.driver.adoptSampler()
            }
            let after = try Laboratory(
                specification: specification, store: store, resuming: true, runner: ScriptedRunner { _, _ in },
                direct: ScriptedDirectRunner())
            after.takeUp()
            #expect(wasClosed ? after.waitForRest() : after.driver.state == .paused)
            #expect(after.trials.count == (wasClosed ? 40 : 0))
        }
    }

    @Test func withoutTheAdministratorsLeaveNothingGoesOn() throws {
        let store = MemoryEventStore()
        let specification = Self.specification(#""sampler": "random""#, trials: 40)
        let before = try Laboratory(
            specification: specification, store: store, runner: ScriptedRunner { _, _ in }, direct: ScriptedDirectRunner())
        before.driver.queue.sync {
            _ = before.driver.record([.studyCreated(slug: "toy", declaration: before.driver.declaration.text)])
        }
        let after = try Laboratory(
            specification: specification, store: store, resuming: true, runner: ScriptedRunner { _, _ in })
        after.takeUp()
        #expect(after.driver.state == .paused && after.driver.reason.contains("inprocess: true"))
        #expect(throws: EngineError.self) { try after.on { try $0.resume(nil) } }
    }

    /// However the log was cut off, numbers go on without a gap, and suggestions are derived again.
    @Test(arguments: ["random", "tpe", "grid"], [0, 1, 2, 3])
    func batchesGoOnAfterACut(sampler: String, cut: Int) throws {
        let specification = Self.specification(#""sampler": "\#(sampler)", "seed": 3"#, trials: 300)
        let whole = try Laboratory(
            specification: specification, cores: 3, runner: ScriptedRunner { _, _ in },
            direct: ScriptedDirectRunner(batchLimit: 30))
        whole.start()
        #expect(whole.waitForRest())
        let events = whole.events
        let store = MemoryEventStore()
        let kept = events.prefix(max(3, events.count * cut / 4))
        for event in kept { store.append([event.payload], study: store.studies().first?.id ?? store.allocateStudy(), time: event.time) }
        let after = try Laboratory(
            specification: specification, cores: 3, store: store, resuming: true, runner: ScriptedRunner { _, _ in },
            direct: ScriptedDirectRunner(batchLimit: 30))
        after.takeUp()
        if after.driver.state == .paused { _ = try after.on { try $0.resume(nil) } }
        #expect(after.waitForRest())
        #expect(after.trials.map(\.number) == Array(0..<300))
        if sampler != "tpe" {
            #expect(after.trials.map(\.configuration) == whole.trials.map(\.configuration))
            #expect(after.trials.map(\.values) == whole.trials.map(\.values))
        }
        try auditPasses(after)
    }
}
