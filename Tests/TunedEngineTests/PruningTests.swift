import Dispatch
import Synchronization
import Testing
import TunedRecords
import TunedSearch
import TunedSpace
import TunedStorage
@testable import TunedEngine

/// Budgets, rungs and pruning in the course of a study.
@Suite struct PruningTests {
    private static let schema = """
        {"id": "toy", "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}],
         "metrics": [{"name": "value", "goal": "minimize"}], "fidelity": {"name": "epochs", "low": 1, "high": 9}}
        """

    /// What training to this budget reaches: configurations keep their order, and all get better.
    private static func value(_ assignment: AttemptAssignment) -> Double {
        ScriptedRunner.total(assignment.configuration) + 1 / (assignment.budget > 0 ? assignment.budget : 9)
    }

    private static let train: ScriptedRunner.Script = { assignment, attempt in attempt.end(.succeeded(metrics: [value(assignment)])) }

    private static func specification(_ pruner: String, trials: Int = 18, more: String = "") -> String {
        #"{"plugin": "toy", "stop": {"trials": \#(trials)}, "sampler": "random", "seed": 3, "pruner": \#(pruner)\#(more)}"#
    }

    @Test(arguments: [1, 3]) func trialsClimbTheirRungsAndTheRestIsPruned(folds: Int) throws {
        let runner = ScriptedRunner(Self.train)
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "asha", "reduction": 3}"#), schema: Self.schema, folds: folds, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed, "\(lab.driver.reason)")
        let complete = lab.trials.filter { $0.state == .complete }
        #expect(lab.trials.count == 18)
        #expect(complete.count >= 2 && complete.count <= 6, "\(complete.count)")
        #expect(lab.trials.allSatisfy { $0.state == .complete || $0.state == .pruned })
        // The best configuration is never left behind.
        let best = lab.trials.min { ScriptedRunner.total($0.configuration) < ScriptedRunner.total($1.configuration) }
        #expect(best?.state == .complete)
        let started = runner.started.withLock { $0 }
        #expect(Set(started.map(\.budget)) == [1, 3, 0])
        // A trial goes on in the folder, and with the seed, that it began with.
        for number in complete.map(\.number) {
            for fold in 0..<folds {
                let runs = started.filter { $0.trial == number && $0.run.fold == fold }
                #expect(runs.map(\.run.segment) == [0, 1, 2])
                #expect(Set(runs.map(\.folder)).count == 1 && Set(runs.map(\.seed)).count == 1)
            }
        }
        let spent = started.reduce(0) { $0 + ($1.budget > 0 ? $1.budget : 9) }
        #expect(spent < 0.6 * Double(18 * 9 * folds))
        try auditPasses(lab)
    }

    /// What they suggest depends on the budget that a trial begins with: the audit has to know it too.
    @Test(arguments: ["bohb", "dehb", "priorband"]) func samplersThatLookAtBudgetsAreDerivedAgain(sampler: String) throws {
        let schema = """
            {"id": "toy", "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "prior": 0.2}, {"name": "y", "type": "float", "low": 0, "high": 1}],
             "metrics": [{"name": "value", "goal": "minimize"}], "fidelity": {"name": "epochs", "low": 1, "high": 9}}
            """
        let runner = ScriptedRunner(Self.train)
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 60}, "sampler": "\#(sampler)", "pruner": "hyperband", "seed": 3}"#, schema: schema, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed, "\(lab.driver.reason)")
        let started = runner.started.withLock { $0 }
        #expect(Set(started.filter { $0.run.segment == 0 }.map(\.budget)) == [1, 3, 0])
        try auditPasses(lab)
    }

    @Test func samplersThatLookAtBudgetsNeedNone() throws {
        let schema = #"{"id": "toy", "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}], "metrics": [{"name": "value", "goal": "minimize"}]}"#
        for sampler in ["dehb", "priorband"] {
            let lab = try Laboratory(
                specification: #"{"plugin": "toy", "stop": {"trials": 30}, "sampler": "\#(sampler)", "seed": 3}"#, schema: schema,
                runner: ScriptedRunner(Self.train))
            lab.start()
            #expect(lab.waitForRest())
            #expect(lab.trials.count == 30 && lab.trials.allSatisfy { $0.state == .complete })
            try auditPasses(lab)
        }
    }

    @Test func reportsEndATrialAndTheDecisionIsInTheLog() throws {
        let runner = ScriptedRunner { assignment, attempt in
            // One in three is much worse than the others.
            let offset = assignment.trial % 3 == 2 ? 5.0 : 0
            for step in 1...9 {
                attempt.report([MetricReport(metric: 0, step: Int64(step), value: Self.value(assignment) + offset)])
            }
            // A worker looks up from its work now and then: those that are told to end do, the others come to their end.
            let trial = assignment.trial
            Self.later { attempt.end(.succeeded(metrics: [Self.value(assignment) + (trial % 3 == 2 ? 5 : 0)])) }
        }
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "median", "startup": 4}"#), schema: Self.schema, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        let pruned = lab.trials.filter { $0.state == .pruned }
        #expect(!pruned.isEmpty)
        #expect(pruned.contains { $0.number % 3 == 2 })
        let decisions = lab.events.compactMap { event -> (Int, String)? in
            if case .pruningDecided(let trial, let reason) = event.payload { (trial, reason) } else { nil }
        }
        #expect(Set(pruned.map(\.number)).isSubset(of: Set(decisions.map(\.0))))
        #expect(decisions.allSatisfy { !$0.1.isEmpty })
        #expect(pruned.allSatisfy { $0.step != nil && $0.values.count == 1 })
        try auditPasses(lab)
    }

    private static func later(_ body: @escaping @Sendable () -> Void) {
        // Not on the threads of tests, which wait.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(30), execute: body)
    }

    /// Cuts the log after every event that an interrupted study may have left behind, and takes it up.
    @Test func aStudyIsTakenUpFromAnyPlaceOfItsLog() throws {
        let specification = Self.specification(#"{"name": "asha", "reduction": 3}"#, trials: 9)
        let whole = try Laboratory(specification: specification, schema: Self.schema, folds: 2, runner: ScriptedRunner(Self.train))
        whole.start()
        #expect(whole.waitForRest())
        let events = whole.events
        let end = try #require(events.lastIndex { if case .studyStateChanged = $0.payload { true } else { false } })
        for cut in 3..<end - 8 {
            let store = MemoryEventStore()
            let id = store.allocateStudy()
            for event in events[...cut] { store.append([event.payload], study: id, time: event.time) }
            let lab = try Laboratory(
                specification: specification, schema: Self.schema, folds: 2, store: store, resuming: true, runner: ScriptedRunner(Self.train))
            lab.takeUp()
            #expect(lab.waitForRest(), "cut after \(cut)")
            #expect(lab.driver.state == .completed && lab.trials.count == 9, "cut after \(cut): \(lab.driver.reason)")
            #expect(lab.trials.allSatisfy { $0.state == .complete || $0.state == .pruned }, "cut after \(cut)")
            #expect(lab.trials.contains { $0.state == .complete }, "cut after \(cut)")
            try auditPasses(lab)
        }
    }

    /// In-step halving waits for its rung, and not for one that takes longer than allowed.
    @Test func aStragglerHoldsNobodyUp() throws {
        let stuck = Mutex<ScriptedRunner.ScriptedAttempt?>(nil)
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 4, assignment.run.segment == 0 { return stuck.withLock { $0 = attempt } }
            Self.train(assignment, attempt)
        }
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "sha", "reduction": 3, "straggler": "60s"}"#, trials: 9), schema: Self.schema,
            runner: runner)
        lab.start()
        #expect(lab.wait { $0.underWay.count == 1 && $0.active[4] != nil && $0.standing.count == 8 })
        #expect(!lab.trials.contains { $0.state == .complete })
        lab.clock.advance(by: 61)
        #expect(lab.wait { $0.counts.complete >= 1 })
        stuck.withLock { $0 }?.end(.failed(Failure(kind: .crashed, message: "gone")))
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed)
        try auditPasses(lab)
    }

    /// The answer that is kept between two observations is the pruner's own.
    @Test(arguments: [#"{"name": "asha"}"#, #"{"name": "sha", "trials": 3}"#, #"{"name": "median", "startup": 1}"#])
    func aKeptAnswerIsThePruners(_ pruner: String) throws {
        let lab = try Laboratory(specification: Self.specification(pruner), schema: Self.schema, runner: ScriptedRunner(Self.train))
        lab.start()
        #expect(lab.waitForRest())
        let configuration = try #require(lab.trials.first).configuration
        var feed = try #require(try PrunerFeed(declaration: try lab.declared))
        var random = LinearCongruence(state: 0)
        var promotions = 0
        for (seed, turn) in (1...4 as ClosedRange<UInt64>).flatMap({ seed in (0..<400).map { (seed, $0) } }) {
            if turn == 0 { (feed, random) = (try #require(try PrunerFeed(declaration: try lab.declared)), LinearCongruence(state: seed)) }
            let trial = Int.random(in: 0..<12, using: &random)
            let payload: EventPayload
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                payload = .trialAsked(TrialAsked(trial: trial, configuration: configuration, origin: .sampler, askedAfter: 0, isExternal: false))
            case 2: payload = .budgetGiven(BudgetGiven(trial: trial, segment: 0, budget: [0, 1, 3].randomElement(using: &random) ?? 0, reason: ""))
            case 3: payload = .reported(trial: trial, run: RunKey(), MetricReport(metric: 0, step: Int64.random(in: 1...9, using: &random), value: Double.random(in: 0...1, using: &random)))
            case 4, 5: payload = .trialEnded(TrialEnded(trial: trial, state: .paused, values: [Double.random(in: 0...1, using: &random)]))
            case 6: payload = .trialEnded(TrialEnded(trial: trial, state: [.complete, .pruned, .failed].randomElement(using: &random) ?? .failed, values: [Double.random(in: 0...1, using: &random)]))
            default: payload = turn > 300 ? .askingEnded : .trialOverdue(trial: trial)
            }
            feed.observe(payload)
            for _ in 0..<2 {
                let (kept, asked) = (feed.promotion(), feed.pruner.promotion())
                #expect(kept?.trial == asked?.trial && kept?.reason == asked?.reason, "seed \(seed), turn \(turn)")
                if kept != nil { promotions += 1 }
            }
        }
        #expect(promotions > 0)
    }

    /// While a rung waits, the next bracket begins, with no more trials than the study is to have.
    @Test func aRungThatWaitsLeavesNoSlotIdle() throws {
        let stuck = Mutex<ScriptedRunner.ScriptedAttempt?>(nil)
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 4, assignment.run.segment == 0 { return stuck.withLock { $0 = attempt } }
            Self.train(assignment, attempt)
        }
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "sha", "trials": 9}"#, trials: 20), schema: Self.schema, runner: runner)
        lab.start()
        // The second bracket comes to its end, and the third has what is left of the trials.
        #expect(lab.wait { $0.underWay.count == 1 && $0.active[4] != nil && $0.nextTrial == 20 && $0.counts.complete == 2 })
        #expect(lab.trials.filter { $0.state == .complete }.allSatisfy { $0.number >= 9 })
        stuck.withLock { $0 }?.end(.succeeded(metrics: [-1]))
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed && lab.trials.count == 20)
        #expect(lab.trials[4].state == .complete)
        try auditPasses(lab)
    }

    @Test func moreTrialsGoOnWithWhatStood() throws {
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "asha", "reduction": 3}"#, trials: 6), schema: Self.schema,
            runner: ScriptedRunner(Self.train))
        lab.start()
        #expect(lab.waitForRest())
        _ = try lab.on { try $0.resume(StopRules(trials: 27)) }
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 27 && lab.driver.state == .completed)
        let best = lab.trials.min { ScriptedRunner.total($0.configuration) < ScriptedRunner.total($1.configuration) }
        #expect(best?.state == .complete)
        try auditPasses(lab)
    }

    @Test func anOutsideProgramIsToldToEnd() throws {
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "threshold", "upper": 1}"#, trials: 3), schema: Self.schema,
            runner: ScriptedRunner { _, _ in })
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 })
        let asked = try lab.on { try $0.ask().0.number }
        #expect(try !lab.on { try $0.report(asked, MetricReport(metric: 0, step: 1, value: 0.5)).1 })
        #expect(try lab.on { try $0.report(asked, MetricReport(metric: 0, step: 2, value: 1.5)).1 })
        _ = try lab.on { try $0.tell(asked, .values([1.25])) }
        let row = try #require(lab.trials.first { $0.number == asked })
        #expect(row.state == .pruned && row.values == [1.25] && row.step == 2)
    }

    @Test func decisionsThatAreNotThePrunersAreFound() throws {
        let lab = try Laboratory(
            specification: Self.specification(#"{"name": "asha", "reduction": 3}"#), schema: Self.schema, runner: ScriptedRunner(Self.train))
        lab.start()
        #expect(lab.waitForRest())
        var audit = try SuggestionAudit(declaration: try lab.declared, numericEnvironment: lab.surroundings.host.numericEnvironment)
        #expect(throws: AuditError.self) {
            for event in lab.events {
                var event = event
                if case .budgetGiven(var given) = event.payload, given.segment == 1 {
                    given.budget += 1
                    event.payload = .budgetGiven(given)
                }
                try audit.check(event)
            }
        }
    }
}

/// Knuth's, MMIX: enough to make up a history.
private struct LinearCongruence: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
