import Synchronization
import Testing
import TunedRecords
import TunedSpace
import TunedStorage
@testable import TunedEngine

/// The leading candidates of a noisy metric, measured again when the search is over.
@Suite struct ReplicationTests {
    private func specification(_ sampler: String, _ more: String = "") -> String {
        #"{"plugin": "toy", "stop": {"trials": 20}, "sampler": "\#(sampler)", "seed": 4, "replicate": {"candidates": 2, "times": 4}\#(more)}"#
    }

    /// Noise that follows from the run's seed alone.
    private static let noisy: ScriptedRunner.Script = { assignment, attempt in
        let noise = Double(assignment.seed % 1000) / 1000
        attempt.end(.succeeded(metrics: [ScriptedRunner.total(assignment.configuration) + noise]))
    }

    private func check(_ lab: Laboratory, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let trials = lab.trials
        #expect(trials.count == 26, sourceLocation: sourceLocation)
        let search = trials.filter { !$0.isReplicate }.sorted { ($0.values[0], $0.number) < ($1.values[0], $1.number) }
        #expect(search.count == 20 && search.allSatisfy { $0.number < 20 }, sourceLocation: sourceLocation)
        for leader in search.prefix(2) {
            let again = trials.filter { $0.origin == .replicate(of: leader.number) }
            #expect(again.count == 3 && again.allSatisfy { $0.configuration == leader.configuration }, sourceLocation: sourceLocation)
            // New seeds, so new noise.
            #expect(Set((again + [leader]).map { $0.values[0] }).count == 4, sourceLocation: sourceLocation)
        }
        // Best, and what the sampler knows, are of the search alone.
        #expect(lab.on { $0.stopping.best?.trial } == search[0].number && lab.on { $0.feed.history.count } == 20, sourceLocation: sourceLocation)
        #expect(lab.on { $0.stopping.tried } == 20, sourceLocation: sourceLocation)
        #expect(lab.driver.state == .completed, sourceLocation: sourceLocation)
        try auditPasses(lab)
    }

    @Test(arguments: ["random", "tpe", "sobol"], [1, 2])
    func eachLeaderHasSoManyResults(sampler: String, folds: Int) throws {
        let lab = try Laboratory(specification: specification(sampler), cores: 3, folds: folds, runner: ScriptedRunner(Self.noisy))
        lab.start()
        #expect(lab.waitForRest())
        try check(lab)
    }

    /// The daemon ends in the search, as the replication begins and in its middle.
    @Test(arguments: [5, 20, 21, 23, 25])
    func theNextDaemonGoesOnWithTheSameCandidates(endsBeforeTheCrash: Int) throws {
        let store = MemoryEventStore()
        let left = Mutex(endsBeforeTheCrash)
        let before = try Laboratory(
            specification: specification("tpe"), store: store,
            runner: ScriptedRunner { assignment, attempt in
                let mayEnd = left.withLock { count in
                    defer { count -= 1 }
                    return count > 0
                }
                if mayEnd { Self.noisy(assignment, attempt) }
            })
        before.start()
        // Until nothing more of it begins: a daemon that has crashed writes no more.
        #expect(before.wait { $0.counts.complete == endsBeforeTheCrash && $0.underWay.count == min(2, 26 - endsBeforeTheCrash) })
        let after = try Laboratory(
            specification: specification("tpe"), store: store, resuming: true, runner: ScriptedRunner(Self.noisy))
        after.takeUp()
        #expect(after.waitForRest())
        try check(after)
    }

    @Test(arguments: [0, 16])
    func insideTheDaemonToo(batchLimit: Int) throws {
        let direct = ScriptedDirectRunner(batchLimit: batchLimit) { trial, configuration in
            .succeeded(metrics: [ScriptedRunner.total(configuration) + Double(trial * 37 % 11) / 20])
        }
        let lab = try Laboratory(
            specification: specification("random", #", "isolation": "inprocess""#), runner: ScriptedRunner { _, _ in }, direct: direct)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 26 && lab.trials.count(where: \.isReplicate) == 6)
        #expect(lab.driver.state == .completed)
        try auditPasses(lab)
    }

    /// A configuration that the search itself tried more than once needs so many fewer.
    @Test func whatTheSearchRepeatedCounts() throws {
        let schema = #"{"id": "toy", "parameters": [{"name": "n", "type": "int", "low": 1, "high": 9}], "metrics": [{"name": "value"}]}"#
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 4}, "sampler": "random", "replicate": {"candidates": 1, "times": 4}}"#,
            schema: schema, cores: 1, runner: ScriptedRunner(ScriptedRunner.sum))
        lab.on { driver in
            driver.record([.studyCreated(slug: "toy", declaration: driver.declaration.text)])
            driver.adoptSampler()
            driver.startTiming()
            for _ in 0..<2 { _ = try? driver.enqueue([0: .integer(1)]) }
        }
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 6 && lab.trials.count { $0.configuration[0] == .integer(1) } == 4)
        try auditPasses(lab)
    }

    /// A replicate that fails is not made up for, and does not go on for ever.
    @Test func failuresEnd() throws {
        let lab = try Laboratory(
            specification: specification("random"),
            runner: ScriptedRunner { assignment, attempt in
                if assignment.trial < 20 { return Self.noisy(assignment, attempt) }
                attempt.end(.failed(Failure(kind: .reported, message: "no")))
            })
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 26 && lab.driver.state == .completed)
        try auditPasses(lab)
    }

    @Test func aReplicateOfAnotherTrialIsFound() throws {
        let lab = try Laboratory(specification: specification("random"), cores: 1, runner: ScriptedRunner(Self.noisy))
        lab.start()
        #expect(lab.waitForRest())
        var audit = try SuggestionAudit(declaration: try lab.declared, numericEnvironment: lab.surroundings.host.numericEnvironment)
        #expect(throws: AuditError.self) {
            for var event in lab.events {
                if case .trialAsked(var asked) = event.payload, case .replicate(let trial) = asked.origin {
                    asked.origin = .replicate(of: (trial + 1) % 20)
                    event.payload = .trialAsked(asked)
                }
                try audit.check(event)
            }
        }
    }

    /// The mean, its error, and less optimism than the luckiest trial has.
    @Test func theWinnerIsCorrected() throws {
        let lab = try Laboratory(specification: specification("random"), runner: ScriptedRunner(Self.noisy))
        lab.start()
        #expect(lab.waitForRest())
        let declaration = lab.on { $0.declaration }
        let winner = try #require(WinnerReport.value(of: declaration, lab.trials))
        let trial = Int(try #require(winner["trial"]?.integerValue))
        let values = lab.trials.filter { $0.number == trial || $0.origin == .replicate(of: trial) }.map { $0.values[0] }
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs(try #require(winner["mean"]?.doubleValue) - mean) < 1e-12)
        #expect(winner["replicates"]?.integerValue == Int64(values.count))
        if values.count > 1 {
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            #expect(abs(try #require(winner["standard_error"]?.doubleValue) - (variance / Double(values.count)).squareRoot()) < 1e-12)
        }
        let luckiest = lab.trials.filter { !$0.isReplicate }.map { $0.values[0] }.min() ?? 0
        #expect(try #require(winner["corrected"]?.doubleValue) > luckiest)
        // Maximised, all of it is the other way round.
        var maximised = declaration
        maximised.objectives[0].goal = .maximize
        let rows = lab.trials.map { row in
            var row = row
            row.values = row.values.map { -$0 }
            return row
        }
        let other = try #require(WinnerReport.value(of: maximised, rows))
        #expect(other["mean"]?.doubleValue == winner["mean"]?.doubleValue.map { -$0 } && other["trial"] == winner["trial"])
        #expect(other["standard_error"] == winner["standard_error"])
        // Nothing was measured twice: nothing tells the noise.
        var plain = declaration
        plain.specification.replicate = nil
        #expect(WinnerReport.value(of: plain, lab.trials.filter { !$0.isReplicate }) == nil)
    }

    @Test(arguments: ["1", "0", "{}", "1001", "[3]", #"{"times": 3, "candidates": 0}"#, #"{"times": 3, "often": 1}"#])
    func whatIsNoRuleIsRefused(text: String) throws {
        #expect(throws: SpecificationError.self) {
            try StudySpecification(json: try JSONValue(parsing: #"{"plugin": "toy", "replicate": \#(text)}"#))
        }
    }

    @Test func theRuleComesBack() throws {
        let specification = try StudySpecification(json: ["plugin": "toy", "replicate": 5])
        #expect(specification.replicate == ReplicationRule(candidates: 3, times: 5))
        #expect(try StudySpecification(json: specification.json) == specification)
    }
}
