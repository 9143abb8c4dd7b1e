import Synchronization
import Testing
import TunedRecords
import TunedSpace
import TunedStorage
@testable import TunedEngine

@Suite struct SuggestionAuditTests {
    /// A study of many attempts at once that end in an order of their own, with failures among them.
    private func parallelStudy(_ sampler: String) throws -> Laboratory {
        let held = Mutex<[(AttemptAssignment, ScriptedRunner.ScriptedAttempt)]>([])
        let random = Mutex(SystemRandomNumberGenerator())
        let started = Atomic(0)
        let runner = ScriptedRunner { assignment, attempt in
            held.withLock { $0.append((assignment, attempt)) }
            let isEnding = started.add(1, ordering: .sequentiallyConsistent).newValue > 34
            while true {
                // One of those held, at random, once a few are.
                let next = held.withLock { held -> (AttemptAssignment, ScriptedRunner.ScriptedAttempt)? in
                    guard held.count >= 4 || isEnding && !held.isEmpty else { return nil }
                    return held.remove(at: random.withLock { Int.random(in: 0..<held.count, using: &$0) })
                }
                guard let (assignment, attempt) = next else { return }
                if assignment.trial % 9 == 4 {
                    attempt.end(.failed(Failure(kind: .reported, message: "no")))
                } else {
                    ScriptedRunner.sum(assignment, attempt)
                }
            }
        }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 40}, "sampler": "\#(sampler)", "seed": 11}"#, cores: 6, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 40)
        return lab
    }

    @Test(arguments: ["random", "tpe"])
    func parallelStudyIsDerivedAgain(sampler: String) throws {
        try auditPasses(try parallelStudy(sampler))
    }

    @Test(arguments: ["random", "tpe"])
    func oneChangedValueIsFound(sampler: String) throws {
        let lab = try parallelStudy(sampler)
        let events = lab.events
        for kind in 0..<4 {
            var found = false
            var audit = try SuggestionAudit(
                declaration: lab.driver.declaration, numericEnvironment: lab.surroundings.host.numericEnvironment)
            do {
                var isChanged = false
                for event in events {
                    var event = event
                    if !isChanged, let payload = change(event.payload, kind: kind) {
                        event.payload = payload
                        isChanged = true
                    }
                    try audit.check(event)
                }
                #expect(isChanged, "no event to change for kind \(kind)")
            } catch {
                found = true
                #expect(!error.message.isEmpty)
            }
            #expect(found, "a change of kind \(kind) passed the audit")
        }
    }

    /// The payload with one value changed; nil where it has none of that kind.
    private func change(_ payload: EventPayload, kind: Int) -> EventPayload? {
        switch (kind, payload) {
        case (0, .trialAsked(var asked)) where asked.trial == 20:
            guard case .float(let number)? = asked.configuration[0] else { return nil }
            asked.configuration[0] = .float(number.nextUp)
            return .trialAsked(asked)
        case (1, .trialEnded(var ended)) where ended.state == .complete && ended.trial > 5:
            ended.values[0] += 1e-9
            return .trialEnded(ended)
        case (2, .attemptEnded(var ended)) where ended.trial == 7:
            guard case .succeeded(let metrics, _) = ended.outcome else { return nil }
            ended.outcome = .succeeded(metrics: metrics.map { $0 + 1e-9 })
            return .attemptEnded(ended)
        case (3, .trialAsked(var asked)) where asked.trial == 30:
            asked.askedAfter += 1
            return .trialAsked(asked)
        default: return nil
        }
    }

    @Test func stateTableThatDiffersIsFound() throws {
        let lab = try parallelStudy("random")
        var audit = try SuggestionAudit(declaration: lab.driver.declaration, numericEnvironment: "other")
        for event in lab.events { try audit.check(event) }
        #expect(audit.environmentDifference != nil)
        let trial = lab.trials[0]
        #expect(throws: AuditError.self) {
            try audit.check(row: 0, state: trial.state, values: [trial.values[0] + 1], constraints: [:], configuration: trial.configuration)
        }
        #expect(throws: AuditError.self) {
            try audit.check(row: 0, state: .pruned, values: trial.values, constraints: [:], configuration: trial.configuration)
        }
        #expect(throws: AuditError.self) {
            try audit.check(row: 0, state: trial.state, values: trial.values, constraints: ["c": 0], configuration: trial.configuration)
        }
    }

    /// Decisions are derived again by the pruner that made them, or not at all. Logs of before it was noted say nothing of it.
    @Test func decisionsOfAnotherPrunersRevisionAreNotDerivedAgain() throws {
        let schema = """
            {"id": "toy", "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}],
             "metrics": [{"name": "value", "goal": "minimize"}], "fidelity": {"name": "epochs", "low": 1, "high": 9}}
            """
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 9}, "seed": 11, "sampler": "random", "pruner": "asha"}"#, schema: schema,
            runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        func audited(_ revision: (Int) -> Int?) throws {
            var audit = try SuggestionAudit(
                declaration: lab.driver.declaration, numericEnvironment: lab.surroundings.host.numericEnvironment)
            for var event in lab.events {
                if case .samplerAdopted(var adoption) = event.payload {
                    let noted = try #require(adoption.pruner)
                    #expect(noted.name == "asha")
                    adoption.pruner = revision(noted.revision).map { .init(name: noted.name, revision: $0) }
                    event.payload = .samplerAdopted(adoption)
                }
                try audit.check(event)
            }
        }
        try audited { $0 }
        try audited { _ in nil }
        do {
            try audited { $0 + 1 }
            Issue.record("another revision passed")
        } catch let error as AuditError {
            #expect(error.code == .revision && error.message.contains("pruner asha"))
        }
    }
}
