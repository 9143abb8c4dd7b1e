import Foundation
import Synchronization
import TunedRecords
import TunedSpace
import TunedStorage

/// A directory of a test's own, removed with the object.
final class ScratchDirectory: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "tuned-storage-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/tuned.sqlite" }

    func open(clock: any TimeSource = SystemClock()) throws -> SQLiteEventStore {
        try SQLiteEventStore(directory: path, clock: clock)
    }

    /// What opening the store says.
    func refusal() -> StoreError? {
        do {
            let store = try SQLiteEventStore(directory: path, clock: SystemClock())
            store.close()
            return nil
        } catch {
            return error
        }
    }

    func mode(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: name.isEmpty ? path : "\(path)/\(name)")
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

/// A clock that stands still, and whose planned calls a test makes by itself.
final class StandingClock: TimeSource {
    private struct Cancellation: ScheduledAction {
        func cancel() {}
    }
    private let planned = Mutex<[@Sendable () -> Void]>([])

    func monotonicSeconds() -> Double { 0 }
    func wallMilliseconds() -> Int64 { 0 }

    func schedule(after seconds: Double, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        planned.withLock { $0.append(action) }
        return Cancellation()
    }

    /// Makes the calls planned so far; returns how many there were.
    @discardableResult
    func fire() -> Int {
        let actions = planned.withLock { planned in
            defer { planned = [] }
            return planned
        }
        for action in actions { action() }
        return actions.count
    }
}

/// What a waiter was told; nil before it was.
final class Outcome: Sendable {
    private let state = Mutex<StoreError??>(nil)

    var value: StoreError?? { state.withLock { $0 } }

    func set(_ error: StoreError?) { state.withLock { $0 = .some(error) } }
}

extension EventStore {
    /// Waits for the outcome of the commit that holds an event.
    func outcome(of sequence: EventSequence) async -> StoreError? {
        await withCheckedContinuation { continuation in
            whenDurable(sequence) { continuation.resume(returning: $0) }
        }
    }

    /// The same, making the planned calls of a clock that stands still until then.
    func outcome(of sequence: EventSequence, firing clock: StandingClock) async -> StoreError? {
        let outcome = Outcome()
        whenDurable(sequence) { outcome.set($0) }
        while true {
            if let known = outcome.value { return known }
            clock.fire()
            await Task.yield()
        }
    }

    /// Waits until everything appended so far is durable.
    func settle() async throws {
        if let error = await outcome(of: lastSequence) { throw error }
    }

    /// A study with nothing in it.
    func createStudy(_ slug: String, time: Int64 = 0) -> StudyID {
        let study = allocateStudy()
        append([.studyCreated(slug: slug, declaration: "{\"slug\": \"\(slug)\"}")], study: study, time: time)
        return study
    }
}

/// The four events of a trial that one run finishes.
func wholeTrial(_ number: Int, value: Double = 1) -> [EventPayload] {
    [
        asked(number), started(number),
        .attemptEnded(
            AttemptEnded(
                trial: number, run: RunKey(), attempt: 0, nonce: UInt64(number), outcome: .succeeded(metrics: [value]), log: "")),
        .trialEnded(TrialEnded(trial: number, state: .complete, values: [value])),
    ]
}

func asked(_ number: Int) -> EventPayload {
    .trialAsked(
        TrialAsked(
            trial: number, configuration: Configuration([.integer(Int64(number)), nil]), origin: .sampler, askedAfter: 0,
            isExternal: false))
}

func started(_ number: Int, environment: EventSequence = 0) -> EventPayload {
    .attemptStarted(
        AttemptStarted(
            trial: number, run: RunKey(), attempt: 0, nonce: UInt64(number), cpus: [0], gpus: [], environment: environment))
}
