import Dispatch
import Synchronization
import Testing
import TunedRecords
import TunedSearch
import TunedSpace
import TunedStorage
@testable import TunedEngine

/// A space that is narrowed and extended while its study lives.
@Suite struct SpaceChangeTests {
    private static let narrower = SpaceRequest(
        entries: ["x": ["low": 0.25, "high": 0.5], "mode": "b"], reason: "closer")

    private func specification(_ sampler: String, trials: Int = 60, space: String = "{}") -> String {
        #"{"plugin": "toy", "stop": {"trials": \#(trials)}, "sampler": "\#(sampler)", "seed": 11, "space": \#(space)}"#
    }

    private func value(_ name: String, of trial: TrialRow, in lab: Laboratory) throws -> JSONValue? {
        let space = try StudyDeclaration(of: #require(lab.store.study(slug: "toy"))).space(at: trial.askedAfter)
        return space.json(trial.configuration).first { $0.name == name }?.value
    }

    /// Changed twice with trials under way, in an order of ends of its own: each suggestion is of the space in force, and all follow
    /// from the log.
    @Test(arguments: SamplerRegistry.names)
    func suggestionsComeFromTheSpaceInForce(sampler: String) throws {
        let held = HeldAttempts()
        let lab = try Laboratory(specification: specification(sampler), cores: 4, runner: ScriptedRunner { _, attempt in held.add(attempt) })
        lab.start()
        func end(to count: Int) {
            for done in lab.on({ $0.counts.complete })..<count {
                // Trials of the space before end long after the change.
                held.end(1, value: Double(done % 7))
                #expect(lab.wait { $0.counts.complete == done + 1 && $0.underWay.count == min(4, 59 - done) })
            }
        }
        end(to: 14)
        let first = try lab.on { try $0.changeSpace(Self.narrower) }
        #expect(first.trials.kept + first.trials.filled + first.trials.outside.values.reduce(0, +) >= 14)
        end(to: 28)
        let second = try lab.on { try $0.changeSpace(SpaceRequest(entries: ["x": .null, "mode": .null, "y": 0.5])) }
        #expect(second.declaration.formerSpaces.count == 2)
        end(to: 60)
        #expect(lab.waitForRest())
        let (trials, changes) = (lab.trials, [first.sequence, second.sequence])
        #expect(trials.count == 60)
        for trial in trials {
            let (x, y) = (try #require(value("x", of: trial, in: lab)?.doubleValue), try value("y", of: trial, in: lab)?.doubleValue)
            if trial.askedAfter >= changes[1] {
                #expect(y == 0.5)
            } else if trial.askedAfter >= changes[0] {
                #expect((0.25...0.5).contains(x))
                #expect(try value("mode", of: trial, in: lab) == "b")
            }
        }
        #expect(trials.contains { $0.askedAfter >= changes[1] && $0.state == .complete })
        try auditPasses(lab)
    }

    /// The daemon ends at any place around the change; the next one goes on in the same space with the same suggestion.
    @Test(arguments: ["random", "tpe", "gp"], [0, 3, 9])
    func aChangeSurvivesAKill(sampler: String, endsAfter: Int) throws {
        let store = MemoryEventStore()
        let held = HeldAttempts()
        let before = try Laboratory(
            specification: specification(sampler, trials: 30), store: store, runner: ScriptedRunner { _, attempt in held.add(attempt) })
        before.start()
        func end(_ count: Int) {
            for _ in 0..<count {
                let done = before.on { $0.counts.complete }
                held.end(1, value: Double(done % 5))
                #expect(before.wait { $0.counts.complete == done + 1 && $0.underWay.count == 2 })
            }
        }
        end(8)
        let wish = try before.on { try $0.enqueue([0: .float(0.9)]) }
        _ = try before.on { try $0.changeSpace(Self.narrower) }
        end(endsAfter)
        let next = try before.on { try $0.feed.suggest(trial: 29) }
        let best = before.on { $0.stopping.best?.trial }

        let after = try Laboratory(
            specification: specification(sampler, trials: 30), store: store, resuming: true,
            runner: ScriptedRunner(ScriptedRunner.sum))
        after.on { driver in
            driver.backlog.showAll(to: &driver.feed)
            #expect(driver.declaration == before.on { $0.declaration })
            #expect(driver.wishes.isEmpty && wish > 0)
        }
        #expect(try after.on { try $0.feed.suggest(trial: 29) } == next)
        after.takeUp()
        #expect(after.waitForRest())
        #expect(after.trials.count == 30 && after.trials.allSatisfy { $0.state == .complete })
        if let best { #expect(after.trials[best].state == .complete) }
        try auditPasses(after)
    }

    @Test func aWaitingConfigurationThatIsOutsideIsWithdrawn() throws {
        let lab = try Laboratory(specification: specification("random"), runner: ScriptedRunner { _, _ in })
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 })
        _ = try lab.on { try $0.enqueue([0: .float(0.9), 1: .float(0.1)]) }
        _ = try lab.on { try $0.enqueue([0: .float(0.3)]) }
        let changed = try lab.on { try $0.changeSpace(Self.narrower) }
        #expect(changed.withdrawn.count == 1 && changed.withdrawn[0].contains("x=0.9 y=0.1"))
        #expect(lab.on { $0.wishes.count } == 1)
        #expect(lab.events.contains { if case .noted(let text) = $0.payload { text.contains("x=0.9") } else { false } })
        let asked = try lab.on { try $0.ask() }
        #expect(asked.0.configuration[0] == .float(0.3))
        try auditPasses(lab)
    }

    /// What is refused leaves the study as it was.
    @Test(arguments: [
        (SpaceRequest(entries: ["x": ["low": -1]]), "outside of what is declared"),
        (SpaceRequest(entries: ["x": ["low": 0.9, "high": 0.1]]), "above"),
        (SpaceRequest(entries: ["mode": ["choices": []]]), "nothing to choose"),
        (SpaceRequest(entries: ["mode": ["choices": ["c"]]]), "no choice"),
        (SpaceRequest(entries: ["mode": "c"]), "not a value"),
        (SpaceRequest(entries: ["z": 1]), "no parameter"),
        (SpaceRequest(entries: ["z": .null]), "no parameter"),
        (SpaceRequest(removed: ["x"]), "plugin declares"),
        (SpaceRequest(rules: ["x + y <= -1"]), ""),
        (SpaceRequest(entries: ["x": ["low": 0.8], "y": ["low": 0.8]], rules: ["x + y <= 1"]), ""),
        (SpaceRequest(entries: ["x": .null]), "already"),
    ])
    func whatCannotBeSearchedIsRefused(request: SpaceRequest, why: String) throws {
        let lab = try Laboratory(specification: specification("tpe"), runner: ScriptedRunner { _, _ in })
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 })
        let before = lab.events.count
        do {
            _ = try lab.on { try $0.changeSpace(request) }
            Issue.record("\(request) was taken")
        } catch let error as EngineError {
            #expect(why.isEmpty || error.message.contains(why), "\(error.message)")
            #expect(error.code == .conflict || error.path?.isEmpty == false)
        }
        #expect(lab.events.count == before)
        #expect(lab.on { $0.declaration.formerSpaces.isEmpty })
    }

    /// An exhausted study has ended; a wider space, and it can go on. None of what it tried is tried again.
    @Test func anEndedStudyTakesTheChangeAndIsResumed() throws {
        let schema = #"{"id": "toy", "parameters": [{"name": "n", "type": "int", "low": 1, "high": 10}], "metrics": [{"name": "value"}]}"#
        let lab = try Laboratory(
            specification: specification("random", space: #"{"n": {"low": 2, "high": 4}}"#), schema: schema,
            runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed && lab.trials.count == 3)
        let events = lab.events.count
        let changed = try lab.on { try $0.changeSpace(SpaceRequest(entries: ["n": ["low": 3, "high": 7]])) }
        #expect(changed.state == .completed && changed.trials.kept == 2 && changed.trials.outside == ["n": 1])
        #expect(lab.events.count == events + 1)
        // The best is the best of the space in force.
        #expect(lab.on { $0.stopping.best?.loss } == 3)
        _ = try lab.on { try $0.resume(nil) }
        #expect(lab.waitForRest())
        #expect(lab.trials.map { $0.values[0] }.sorted() == [2, 3, 4, 5, 6, 7])
        try auditPasses(lab)
    }

    @Test func aPausedStudyGoesOnInTheNewSpace() throws {
        let lab = try Laboratory(specification: specification("tpe", trials: 20), runner: ScriptedRunner(ScriptedRunner.sum))
        _ = try lab.on { driver in
            driver.record([.studyCreated(slug: "toy", declaration: driver.declaration.text)])
            driver.adoptSampler()
            driver.startTiming()
            _ = try driver.pause()
            _ = try driver.changeSpace(Self.narrower)
            return try driver.resume(nil)
        }
        #expect(lab.waitForRest())
        for trial in lab.trials { #expect(try (0.25...0.5).contains(#require(value("x", of: trial, in: lab)?.doubleValue))) }
        try auditPasses(lab)
    }

    /// In a space that became finite `auto` takes the grid, another sampler than the log was begun with.
    @Test func autoTakesAnotherMethod() throws {
        let held = HeldAttempts()
        let lab = try Laboratory(specification: specification("auto", trials: 30), runner: ScriptedRunner { _, attempt in held.add(attempt) })
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 })
        _ = try lab.on { try $0.changeSpace(SpaceRequest(entries: ["x": 0.5, "y": 0.25])) }
        #expect(lab.on { $0.feed.sampler.size } == 6)
        for done in 0..<8 {
            held.end(1, value: 1)
            #expect(lab.wait { $0.counts.complete == done + 1 && $0.underWay.count == min(2, 7 - done) })
        }
        #expect(lab.waitForRest())
        #expect(lab.driver.reason.contains("every configuration") && lab.trials.count == 8)
        try auditPasses(lab)
    }

    /// What a study began with is read in its new space too.
    @Test func aWarmStartSurvivesTheChange() throws {
        let old = try Laboratory(specification: specification("random", trials: 40), runner: ScriptedRunner(ScriptedRunner.sum))
        old.start()
        #expect(old.waitForRest())
        let lab = try Laboratory(specification: specification("tpe", trials: 10), runner: ScriptedRunner(ScriptedRunner.sum))
        lab.driver.declaration.warmStart = try lab.driver.declaration.warmStart(from: "old", old.declared, old.trials)
        lab.driver.feed = try SamplerFeed(declaration: lab.driver.declaration)
        _ = try lab.on { driver in
            driver.record([.studyCreated(slug: "toy", declaration: driver.declaration.text)])
            driver.adoptSampler()
            driver.startTiming()
            let changed = try driver.changeSpace(SpaceRequest(entries: ["x": ["low": 0.5]]))
            let inside = old.trials.count { if case .float(let x)? = $0.configuration[0] { x >= 0.5 } else { false } }
            #expect(changed.trials.kept == inside && inside > 5)
            // None of this study's own.
            #expect(driver.stopping.best == nil)
        }
        #expect(lab.waitForRest())
        try auditPasses(lab)
    }

    /// Batches that were asked for before the change end after it.
    @Test(arguments: ["random", "tpe", "grid"])
    func batchesUnderWayEndAsTheyAre(sampler: String) throws {
        let changed = Mutex(0)
        let driver = Mutex<StudyDriver?>(nil)
        let direct = ScriptedDirectRunner(batchLimit: 32) { trial, configuration in
            // On a slot's queue, while the batch is under way.
            if trial == 100 || trial == 200, let driver = driver.withLock({ $0 }) {
                driver.queue.async {
                    let request = driver.declaration.formerSpaces.isEmpty ? Self.narrower : SpaceRequest(entries: ["x": .null])
                    if (try? driver.changeSpace(request)) != nil { changed.withLock { $0 += 1 } }
                }
            }
            return ScriptedDirectRunner.sum(trial, configuration)
        }
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "isolation": "inprocess", "stop": {"trials": 400}, "sampler": "\#(sampler)", "seed": 2}"#,
            cores: 3, runner: ScriptedRunner { _, _ in }, direct: direct)
        driver.withLock { $0 = lab.driver }
        lab.start()
        #expect(lab.waitForRest())
        #expect(changed.withLock { $0 } == 2)
        #expect(lab.trials.count == 400)
        try auditPasses(lab)
        let standing = lab.on { ($0.feed.history.standing.best?.loss, $0.stopping.best?.loss) }
        #expect(standing.0 == standing.1)
    }

    /// Importance, narrowing and a warm start read trials of all spaces in the one in force.
    @Test func analysesReadTheSpaceInForce() throws {
        let lab = try Laboratory(specification: specification("random", trials: 200), runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        _ = try lab.on { try $0.changeSpace(SpaceRequest(entries: ["x": ["low": 0.5]])) }
        let declaration = lab.on { $0.declaration }
        let observations = declaration.observations(of: lab.trials)
        let inside = lab.trials.count { if case .float(let x)? = $0.configuration[0] { x >= 0.5 } else { false } }
        #expect(inside > 50 && observations.count == 2 * inside)
        let proposal = try StudyAnalysis.narrowing(of: declaration, lab.trials)
        let low = try #require(proposal["space"]?["x"]?["low"]?.doubleValue)
        #expect(low <= 0.5)
        #expect(try StudyAnalysis.importance(of: declaration, lab.trials, method: nil, objective: nil)["importance"] != nil)
        let warm = try lab.declared.warmStart(from: "toy", declaration, lab.trials)
        #expect(warm.trials.count == 200)
    }

    @Test func aChangeThatWasTamperedWithIsFound() throws {
        let lab = try Laboratory(specification: specification("tpe", trials: 30), cores: 1, runner: ScriptedRunner { assignment, attempt in
            ScriptedRunner.sum(assignment, attempt)
        })
        _ = try lab.on { driver in
            driver.record([.studyCreated(slug: "toy", declaration: driver.declaration.text)])
            driver.adoptSampler()
            driver.startTiming()
            _ = try driver.changeSpace(Self.narrower)
            driver.fill()
        }
        #expect(lab.waitForRest())
        try auditPasses(lab)
        for (text, code) in [
            (#"{"rules": [], "space": {"x": {"low": 0.25, "high": 0.51}, "mode": "b"}}"#, AuditError.Code.suggestion),
            (#"{"rules": [], "space": {"x": {"low": 7}}}"#, .space), ("{", .space),
        ] {
            var audit = try SuggestionAudit(declaration: try lab.declared, numericEnvironment: lab.surroundings.host.numericEnvironment)
            do throws(AuditError) {
                for var event in lab.events {
                    if case .spaceChanged(_, let reason) = event.payload { event.payload = .spaceChanged(statement: text, reason: reason) }
                    try audit.check(event)
                }
                Issue.record("\(text) was believed")
            } catch {
                #expect(error.code == code)
            }
        }
    }
}
