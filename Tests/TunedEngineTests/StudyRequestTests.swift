import Glibc
import Synchronization
import Testing
import TunedRecords
import TunedSpace
import TunedStorage
@testable import TunedEngine

@Suite struct StudyRequestTests {
    private func heldLab(_ specification: String) throws -> (Laboratory, HeldAttempts) {
        let box = HeldAttempts()
        let runner = ScriptedRunner { _, attempt in box.add(attempt) }
        let lab = try Laboratory(specification: specification, runner: runner)
        lab.start()
        #expect(lab.wait { $0.underWay.count == 2 && $0.underWay.values.allSatisfy { $0.handle != nil } })
        return (lab, box)
    }

    @Test func pauseLetsRunningTrialsEndAndStartsNone() throws {
        let (lab, held) = try heldLab(#"{"plugin": "toy", "stop": {"trials": 50}, "sampler": "random"}"#)
        _ = try lab.on { try $0.pause() }
        held.end(2, value: 1)
        #expect(lab.wait { $0.underWay.isEmpty })
        #expect(lab.trials.count == 2)
        #expect(throws: EngineError.self) { try lab.on { try $0.pause() } }
        _ = try lab.on { try $0.resume(nil) }
        #expect(lab.wait { $0.underWay.count == 2 })
    }

    @Test func stopCancelsRunningTrials() throws {
        let (lab, _) = try heldLab(#"{"plugin": "toy", "stop": {"trials": 50}, "sampler": "random"}"#)
        _ = try lab.on { try $0.stop() }
        #expect(lab.waitForRest())
        #expect(lab.driver.state == .stopped)
        #expect(lab.trials.map(\.state) == [.cancelled, .cancelled])
        #expect(throws: EngineError.self) { try lab.on { try $0.stop() } }
    }

    @Test func completedStudyGoesOnWithMoreTrials() throws {
        let lab = try Laboratory(
            specification: #"{"plugin": "toy", "stop": {"trials": 5}, "sampler": "random"}"#, runner: ScriptedRunner(ScriptedRunner.sum))
        lab.start()
        #expect(lab.waitForRest())
        #expect(throws: EngineError.self) { try lab.on { try $0.resume(nil) } }
        _ = try lab.on { try $0.resume(StopRules(trials: 9)) }
        #expect(lab.waitForRest())
        #expect(lab.trials.count == 9)
    }

    @Test func enqueuedConfigurationComesNext() throws {
        let (lab, held) = try heldLab(#"{"plugin": "toy", "stop": {"trials": 5}, "sampler": "random"}"#)
        _ = try lab.on { driver in
            try driver.enqueue([0: .float(0.25), 1: .float(0.5), 2: .category(1), 3: .integer(4)])
        }
        _ = try lab.on { driver in try driver.enqueue([0: .float(0.125)]) }
        held.end(2, value: 1)
        #expect(lab.wait { $0.nextTrial == 4 })
        #expect(lab.trials[2].configuration == Configuration([.float(0.25), .float(0.5), .category(1), .integer(4)]))
        #expect(lab.trials[3].configuration[0] == .float(0.125))
        guard case .enqueued = lab.trials[2].origin else {
            Issue.record("trial 2 does not say that it was enqueued")
            return
        }
    }

    @Test func askAndTellBesideRunningTrials() throws {
        let (lab, held) = try heldLab(#"{"plugin": "toy", "stop": {"trials": 4}, "sampler": "random"}"#)
        let (asked, _) = try lab.on { try $0.ask() }
        #expect(asked.number == 2)
        _ = try lab.on { try $0.tell(2, .values([0.5])) }
        held.end(2, value: 1)
        #expect(lab.wait { $0.nextTrial == 4 })
        held.end(1, value: 1)
        #expect(lab.waitForRest())
        #expect(lab.trials.map(\.state) == Array(repeating: .complete, count: 4))
        #expect(lab.trials[2].isExternal)
    }

    @Test(arguments: [
        (2, ToldResult.values([.nan]), EngineError.Code.invalid),
        (2, .values([.infinity]), .invalid),
        (2, .values([]), .invalid),
        (2, .values([1, 2]), .invalid),
        (2, .values([1], constraints: [ConstraintValue(name: "mb", value: .nan)]), .invalid),
        (2, .values([1], constraints: [ConstraintValue(name: "", value: 1)]), .invalid),
        (2, .values([1], constraints: [ConstraintValue(name: String(repeating: "n", count: 129), value: 1)]), .invalid),
        (2, .values([1], constraints: (0..<257).map { ConstraintValue(name: "c\($0)", value: 1) }), .invalid),
        (0, .values([1]), .conflict),
        (99, .values([1]), .notFound),
        (-1, .values([1]), .notFound),
    ])
    func badTellIsRefused(trial: Int, result: ToldResult, code: EngineError.Code) throws {
        let (lab, _) = try heldLab(#"{"plugin": "toy", "stop": {"trials": 9}, "sampler": "random"}"#)
        _ = try lab.on { try $0.ask() }
        #expect {
            try lab.on { try $0.tell(trial, result) }
        } throws: { ($0 as? EngineError)?.code == code }
    }

    @Test func secondTellIsRefusedAndTheFirstStands() throws {
        let (lab, _) = try heldLab(#"{"plugin": "toy", "stop": {"trials": 9}, "sampler": "random"}"#)
        _ = try lab.on { try $0.ask() }
        _ = try lab.on { try $0.tell(2, .values([0.5])) }
        #expect {
            try lab.on { try $0.tell(2, .values([0.1])) }
        } throws: { ($0 as? EngineError)?.code == .conflict }
        #expect(lab.trials[2].values == [0.5])
    }
}

/// Attempts that wait for a test to end them.
final class HeldAttempts: Sendable {
    private let attempts = Mutex<[ScriptedRunner.ScriptedAttempt]>([])

    func add(_ attempt: ScriptedRunner.ScriptedAttempt) { attempts.withLock { $0.append(attempt) } }

    /// Ends so many, once they have all begun: a driver counts an attempt as under way before its runner knows of it.
    func end(_ count: Int, value: Double) {
        var held: [ScriptedRunner.ScriptedAttempt] = []
        for _ in 0..<15_000 {
            held = attempts.withLock { attempts in
                guard attempts.count >= count else { return [] }
                defer { attempts.removeFirst(count) }
                return Array(attempts.prefix(count))
            }
            if !held.isEmpty { break }
            usleep(2000)
        }
        for attempt in held { attempt.end(.succeeded(metrics: [value])) }
    }
}
