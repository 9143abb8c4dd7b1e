import Synchronization
import Testing
import TunedRecords
import TunedSearch
import TunedSpace
import TunedStorage
@testable import TunedEngine

/// Outcome constraints on the way from a run to the sampler.
@Suite struct OutcomeConstraintTests {
    private static let specification = #"{"plugin": "toy", "stop": {"trials": 30}, "sampler": "tpe", "seed": 3, "constraints": [{"metric": "value", "at_least": 0.7}]}"#

    /// Of x, in every second trial: in one fold more than in the other.
    private static func constraints(_ trial: Int, _ configuration: Configuration, fold: Int = 0) -> [ConstraintValue] {
        guard trial % 2 == 0, case .float(let x)? = configuration[0] else { return [] }
        return [ConstraintValue(name: "x", value: x - 0.5 + Double(fold) * 0.2)]
    }

    private static let runner = ScriptedRunner { assignment, attempt in
        attempt.end(
            .succeeded(
                metrics: [ScriptedRunner.total(assignment.configuration)],
                constraints: constraints(assignment.trial, assignment.configuration, fold: assignment.run.fold)))
    }

    private static func holds(_ trials: [TrialRow], folds: Int) {
        for trial in trials {
            let value = ScriptedRunner.total(trial.configuration)
            let reported = constraints(trial.number, trial.configuration)
            let shift = folds == 2 ? 0.1 : 0
            #expect(trial.values.count == 1 && abs(trial.values[0] - value) < 1e-12)
            #expect(trial.constraints.map(\.name) == ["value>=0.7"] + reported.map(\.name))
            for (found, wanted) in zip(trial.constraints, [0.7 - value] + reported.map { $0.value + shift }) {
                #expect(abs(found.value - wanted) < 1e-12)
            }
            let isKept = trial.constraints.allSatisfy(\.isKept)
            #expect(trial.state == (isKept ? .complete : .failed) && trial.isInfeasible == !isKept)
        }
        #expect(trials.contains { $0.isInfeasible } && trials.contains { $0.state == .complete })
    }

    @Test(arguments: [1, 2])
    func areKeptOverFolds(folds: Int) throws {
        let lab = try Laboratory(specification: Self.specification, cores: 4, folds: folds, runner: Self.runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed && lab.trials.count == 30)
        Self.holds(lab.trials, folds: folds)
        #expect(lab.driver.stopping.infeasible == lab.trials.count { $0.isInfeasible })
        try auditPasses(lab)
    }

    /// A daemon that ended between two folds of a trial knows the first one's constraints.
    @Test func areThereAfterRecovery() throws {
        let store = MemoryEventStore()
        let held = ScriptedRunner { assignment, attempt in
            guard assignment.trial < 5 || assignment.run.fold == 0 else { return }
            attempt.end(
                .succeeded(
                    metrics: [ScriptedRunner.total(assignment.configuration)],
                    constraints: Self.constraints(assignment.trial, assignment.configuration, fold: assignment.run.fold)))
        }
        let first = try Laboratory(specification: Self.specification, cores: 1, folds: 2, store: store, runner: held)
        first.start()
        #expect(first.wait { $0.underWay.count == 1 && $0.nextTrial == 6 && $0.active[5]?.isDone(0) == true })
        let second = try Laboratory(specification: Self.specification, cores: 2, folds: 2, store: store, resuming: true, runner: Self.runner)
        second.takeUp()
        #expect(second.waitForRest())
        #expect(second.trials.count == 30)
        Self.holds(second.trials, folds: 2)
        try auditPasses(second)
    }

    @Test func areKeptInBatches() throws {
        let direct = ScriptedDirectRunner(batchLimit: 16) { trial, configuration in
            trial % 11 == 5
                ? .failed(Failure(kind: .reported, message: "no"))
                : .succeeded(metrics: [ScriptedRunner.total(configuration)], constraints: Self.constraints(trial, configuration))
        }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "isolation": "inprocess", "stop": {"trials": 200}, "sampler": "tpe", "constraints": [{"metric": "value", "at_least": 0.7}]}"#,
            runner: Self.runner, direct: direct)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 200)
        #expect(direct.calls.withLock { $0.contains { $0 > 1 } })
        Self.holds(lab.trials.filter { $0.number % 11 != 5 }, folds: 1)
        try auditPasses(lab)
    }

    /// A log whose constraints are not what the runs brought, or whose trial ended otherwise than they say.
    @Test(arguments: 0..<3)
    func whatWasChangedIsFound(kind: Int) throws {
        let lab = try Laboratory(specification: Self.specification, cores: 2, runner: Self.runner)
        lab.start()
        #expect(lab.waitForRest())
        var audit = try SuggestionAudit(
            declaration: lab.driver.declaration, numericEnvironment: lab.surroundings.host.numericEnvironment)
        let error = #expect(throws: AuditError.self) {
            for event in lab.events {
                var event = event
                if case .trialEnded(var ended) = event.payload, ended.isInfeasible {
                    switch kind {
                    case 0: ended.constraints[0].value += 1e-9
                    case 1: ended.constraints = []
                    default: (ended.state, ended.failure) = (.complete, nil)
                    }
                    event.payload = .trialEnded(ended)
                }
                try audit.check(event)
            }
        }
        #expect(error?.code == .value)
    }

    /// Trials as versions before constraints were kept recorded them, of a study with bounds.
    @Test func anOlderLogIsDerived() throws {
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 12}, "sampler": "random", "constraints": [{"metric": "value", "at_least": 0.7}]}"#,
            runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        var audit = try SuggestionAudit(
            declaration: lab.driver.declaration, numericEnvironment: lab.surroundings.host.numericEnvironment)
        for event in lab.events {
            var event = event
            if case .trialEnded(var ended) = event.payload {
                ended.constraints = []
                if ended.state == .failed { ended.values = [] }
                event.payload = .trialEnded(ended)
            }
            try audit.check(event)
        }
        #expect(audit.suggestions == 12)
    }

    @Test func standInTheOrderInWhichTheyCame() throws {
        let lab = try Laboratory(specification: Self.specification, runner: Self.runner)
        var order = ConstraintOrder(lab.driver.declaration)
        func values(_ constraints: (String, Double)...) -> [Double] {
            order.values(of: constraints.map { ConstraintValue(name: $0.0, value: $0.1) })
        }
        #expect(values().isEmpty)
        #expect(values(("b", 1), ("value>=0.7", 2), ("a", 3)) == [2, 1, 3])
        let later = values(("c", 4), ("a", 5))
        #expect(later.map(\.isNaN) == [true, true, false, false] && later[2...] == [5, 4])
    }
}
