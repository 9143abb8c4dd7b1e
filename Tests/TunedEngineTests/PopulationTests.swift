import Glibc
import Synchronization
import Testing
import TunedRecords
import TunedSpace
import TunedStorage
@testable import TunedEngine

/// Population-based training in the course of a study: what a checkpoint carries is written and read as a worker would.
@Suite struct PopulationTests {
    private static let schema = """
        {"id": "toy", "parameters": [
            {"name": "rate", "type": "float", "low": 0.001, "high": 1, "log": true, "mutable": true},
            {"name": "width", "type": "int", "low": 1, "high": 8}],
         "metrics": [{"name": "value", "goal": "minimize"}], "fidelity": {"name": "epochs", "low": 1, "high": 10}}
        """

    /// A checkpoint holds the epochs that it stands for and the sum of what each of them gained.
    private static let train: ScriptedRunner.Script = { assignment, attempt in
        guard let folder = assignment.folder else { return attempt.end(.failed(Failure(kind: .load, message: "no folder"))) }
        var (epoch, gained) = (0.0, 0.0)
        if let text = read("\(folder)/checkpoint") {
            let parts = text.split(separator: " ").compactMap { Double($0) }
            (epoch, gained) = (parts[0], parts[1])
        }
        let end = assignment.budget > 0 ? assignment.budget : 10
        guard case .float(let rate)? = assignment.configuration[0] else { return }
        while epoch < end {
            gained += 1 - abs(log10(rate) + 1.5) / 2
            epoch += 1
        }
        _ = mkdir(String(folder[..<(folder.lastIndex(of: "/") ?? folder.endIndex)]), 0o700)
        _ = mkdir(folder, 0o700)
        write("\(epoch) \(gained)", "\(folder)/part")
        rename("\(folder)/part", "\(folder)/checkpoint")
        attempt.end(.succeeded(metrics: [-gained]))
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func write(_ text: String, _ path: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    private static func specification(_ more: String = "") -> String {
        #"{"plugin": "toy", "seed": 5, "pruner": {"name": "pbt", "population": 8, "interval": 2\#(more)}}"#
    }

    @Test(arguments: ["", #", "explore": "pb2""#]) func theWorstGoOnFromTheBest(more: String) throws {
        let runner = ScriptedRunner(Self.train)
        let lab = try Laboratory(specification: Self.specification(more), schema: Self.schema, cores: 3, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed && lab.driver.reason.contains("population"), "\(lab.driver.reason)")
        let trials = lab.trials
        let continued = trials.compactMap { row -> (TrialRow, Int, Double)? in
            if case .continued(let parent, let budget) = row.origin { (row, parent, budget) } else { nil }
        }
        #expect(trials.count - continued.count == 8 && continued.count >= 3)
        #expect(trials.filter { $0.state == .complete }.count == 8)
        for (row, parent, budget) in continued {
            // What may not change during training is the parent's, and what it had learned is carried on.
            #expect(row.configuration[1] == trials[parent].configuration[1])
            let first = try #require(runner.started.withLock { $0.first { $0.trial == row.number } })
            #expect(first.budget == budget + 2 || first.budget == 0 && budget == 8)
        }
        // The best ended with more than any of the first members' rates can bring alone.
        let best = try #require(trials.filter { $0.state == .complete }.compactMap { $0.values.first }.min())
        let alone = trials.filter { $0.origin == .sampler }.map { row -> Double in
            guard case .float(let rate)? = row.configuration[0] else { return 0 }
            return -10 * (1 - abs(log10(rate) + 1.5) / 2)
        }.min()
        #expect(best <= (alone ?? 0) + 1e-9)
        try auditPasses(lab)
    }

    @Test func aFailedMemberIsReplacedAndAStragglerIsNotWaitedFor() throws {
        let stuck = Mutex<ScriptedRunner.ScriptedAttempt?>(nil)
        let runner = ScriptedRunner { assignment, attempt in
            if assignment.trial == 3, assignment.run.segment == 1 {
                return attempt.end(.failed(Failure(kind: .crashed, message: "crashed")))
            }
            if assignment.trial == 5, assignment.run.segment == 0 { return stuck.withLock { $0 = attempt } }
            Self.train(assignment, attempt)
        }
        let lab = try Laboratory(
            specification: Self.specification(#", "quorum": 1, "straggler": "60s""#), schema: Self.schema, cores: 3, runner: runner)
        lab.start()
        #expect(lab.wait { $0.underWay.count == 1 && $0.active[5] != nil && $0.standing.count == 7 })
        lab.clock.advance(by: 61)
        #expect(lab.wait { $0.counts.complete >= 6 })
        stuck.withLock { $0 }?.end(.failed(Failure(kind: .crashed, message: "gone")))
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .completed, "\(lab.driver.reason)")
        #expect(lab.trials.filter { $0.state == .failed }.count <= 2)
        #expect(lab.trials.filter { $0.state == .complete }.count == 8)
        try auditPasses(lab)
    }

    @Test func withoutCheckpointsItIsSaidThatMembersBeginWithNothing() throws {
        let runner = ScriptedRunner { assignment, attempt in attempt.end(.succeeded(metrics: [ScriptedRunner.total(assignment.configuration)])) }
        let lab = try Laboratory(specification: Self.specification(), schema: Self.schema, cores: 2, runner: runner)
        lab.start()
        #expect(lab.waitForRest())
        let continued = lab.trials.filter { if case .continued = $0.origin { true } else { false } }
        let notes = lab.events.filter { if case .noted(let text) = $0.payload { text.contains("left no checkpoint") } else { false } }
        #expect(!continued.isEmpty && notes.count == continued.count)
    }

    /// A daemon that is killed before the end of a trial is on the disk makes its run again, and is to have it from the checkpoint.
    @Test(arguments: ["pbt", "asha", "none"]) func checkpointsStayUntilTheEndIsOnTheDisk(pruner: String) throws {
        let store = MemoryEventStore(commitsAtOnce: false)
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "seed": 5, "stop": {"trials": 3}, "pruner": {"name": "\#(pruner)"}}"#, schema: Self.schema, cores: 1,
            store: store, runner: ScriptedRunner(Self.train))
        func files() -> Int {
            let folders = (0..<3).map { lab.surroundings.folders.path(study: lab.driver.id, trial: $0, run: 0) }
            return folders.flatMap { Files.names(in: $0) ?? [] }.count
        }
        lab.start()
        #expect(lab.wait { $0.state == .completed })
        #expect(files() >= 3)
        store.commit()
        #expect(lab.wait { _ in files() == 0 })
    }

    /// A daemon that was killed had begun trials that did not come to the log. What they left in their folders is another configuration's.
    @Test(arguments: ["pbt", "asha"]) func whatAnUnrecordedTrialLeftIsNotGoneOnFrom(pruner: String) throws {
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "seed": 5, "stop": {"trials": 12}, "pruner": {"name": "\#(pruner)"}}"#, schema: Self.schema, cores: 2,
            runner: ScriptedRunner(Self.train))
        for trial in 0..<40 {
            let folder = lab.surroundings.folders.path(study: lab.driver.id, trial: trial, run: 0)
            mkdir(String(folder[..<(folder.lastIndex(of: "/") ?? folder.endIndex)]), 0o700)
            mkdir(folder, 0o700)
            Self.write("1 1000", "\(folder)/checkpoint")
        }
        lab.start()
        #expect(lab.waitForRest())
        #expect(lab.trials.contains { $0.state == .complete } && lab.trials.count >= 12)
        // A trial gains at most one at each of ten epochs.
        for row in lab.trials { #expect(row.values.allSatisfy { $0 >= -10 }, "trial \(row.number)") }
    }

    /// A daemon that ends anywhere in an exchange leaves a study that goes on to the same end.
    @Test func itIsTakenUpFromAnyPlaceOfItsLog() throws {
        let whole = try Laboratory(specification: Self.specification(), schema: Self.schema, cores: 1, runner: ScriptedRunner(Self.train))
        whole.start()
        #expect(whole.waitForRest())
        let events = whole.events
        for cut in stride(from: 5, to: events.count - 10, by: 4) {
            let store = MemoryEventStore()
            let id = store.allocateStudy()
            for event in events[...cut] { store.append([event.payload], study: id, time: event.time) }
            let lab = try Laboratory(
                specification: Self.specification(), schema: Self.schema, cores: 1, store: store, resuming: true,
                runner: ScriptedRunner(Self.train))
            lab.takeUp()
            #expect(lab.waitForRest(), "cut after \(cut)")
            #expect(lab.driver.state == .completed && lab.trials.filter { $0.state == .complete }.count == 8, "cut after \(cut): \(lab.driver.reason)")
            try auditPasses(lab)
        }
    }
}
