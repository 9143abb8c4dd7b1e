import Dispatch
import Synchronization
public import TunedRecords

/// An event store that keeps nothing on disk: the same rules for state, for tests and simulations of what is built on a store.
///
/// Commits happen at once, or where it was made with `commitsAtOnce: false` when ``commit()`` is called, so that a test
/// decides what is durable.
public final class MemoryEventStore: EventStore {
    private struct State {
        var tables = MemoryTables()
        var pending: [Event] = []
        var last: EventSequence = 0
        var durable: EventSequence = 0
        var lastStudy: Int64 = 0
        var trouble: StoreError?
        var isClosed = false
        var waiters: [(sequence: EventSequence, body: @Sendable (StoreError?) -> Void)] = []
        var observer: (@Sendable ([Event]) -> Void)?
    }

    private let state = Mutex(State())
    private let commitsAtOnce: Bool
    private let delivery = DispatchQueue(label: "tuned.storage.memory")

    public let wasClosed: Bool

    public init(commitsAtOnce: Bool = true, wasClosed: Bool = true) {
        self.commitsAtOnce = commitsAtOnce
        self.wasClosed = wasClosed
    }

    public func allocateStudy() -> StudyID {
        state.withLock { state in
            state.lastStudy += 1
            return StudyID(rawValue: state.lastStudy)
        }
    }

    @discardableResult
    public func append(_ payloads: [EventPayload], study: StudyID, time: Int64) -> EventSequence {
        state.withLock { state in
            let first = state.last + 1
            guard !state.isClosed else { return first }
            for payload in payloads {
                state.last += 1
                state.pending.append(Event(sequence: state.last, study: study, time: time, payload: payload))
            }
            if commitsAtOnce { commit(&state) }
            return first
        }
    }

    public func whenDurable(_ sequence: EventSequence, _ body: @escaping @Sendable (StoreError?) -> Void) {
        state.withLock { state in
            if sequence <= state.durable {
                delivery.async { body(nil) }
            } else if let trouble = state.trouble {
                delivery.async { body(trouble) }
            } else {
                state.waiters.append((sequence, body))
            }
        }
    }

    public func observeCommits(_ body: @escaping @Sendable ([Event]) -> Void) { state.withLock { $0.observer = body } }

    public var trouble: StoreError? { state.withLock { $0.trouble } }

    public var lastSequence: EventSequence { state.withLock { $0.last } }

    public var pendingCount: Int { state.withLock { $0.pending.count } }

    /// Makes what is pending durable, and returns after everybody was called who waits for it. Not to be called by them.
    public func commit() {
        state.withLock { commit(&$0) }
        delivery.sync {}
    }

    /// Makes commits fail with an error, or succeed again with nil; what could not be written is then written.
    public func fail(with error: StoreError?) {
        state.withLock { state in
            state.trouble = error
            if commitsAtOnce || error != nil { commit(&state) }
        }
    }

    public func close() {
        state.withLock { state in
            commit(&state)
            state.isClosed = true
        }
        delivery.sync {}
    }

    private func commit(_ state: inout State) {
        let error = state.trouble
        let group = error == nil ? state.pending : []
        if error == nil {
            state.pending = []
            state.durable = state.last
            state.tables.commit(group)
        }
        let waiters = state.waiters.filter { $0.sequence <= state.last }
        state.waiters.removeAll { $0.sequence <= state.last }
        let observer = state.observer
        delivery.async {
            if !group.isEmpty { observer?(group) }
            for waiter in waiters { waiter.body(error) }
        }
    }

    // MARK: Reads

    public func studies() -> [StudyRow] { state.withLock { $0.tables.studyRows() } }

    public func study(slug: String) -> StudyRow? { studies().last { $0.slug == slug } }

    public func trials(of study: StudyID, matching query: TrialQuery) -> [TrialRow] {
        state.withLock { $0.tables.trials(of: study, matching: query) }
    }

    public func trial(_ number: Int, of study: StudyID) -> TrialRow? {
        guard let key = TrialKey(study: study, number: number) else { return nil }
        return state.withLock { $0.tables.trial(key) }
    }

    public func attempts(of study: StudyID, trial: Int) -> [AttemptRow] {
        guard let key = TrialKey(study: study, number: trial) else { return [] }
        return state.withLock { $0.tables.attemptRows(of: key) }
    }

    public func events(of study: StudyID?, after sequence: EventSequence, limit: Int) -> [Event] {
        state.withLock { $0.tables.events(of: study, after: sequence, limit: limit) }
    }
}
