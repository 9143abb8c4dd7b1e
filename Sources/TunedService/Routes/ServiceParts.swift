import TunedEngine
import TunedRecords
import TunedSpace

/// What handlers of all resources share.
struct ServiceParts: Sendable {
    let bridge: EngineBridge
    let directory: StudyDirectory
    let feed: EventFeed
    let limits: ServiceLimits
    let facts: DaemonFacts

    /// Trials that are read at once where not all of them count.
    private static let bestPage = 1_000

    /// A study as clients see it, whole.
    func json(of row: StudyRow, includesSchema: Bool = true) async throws -> JSONValue {
        let declaration = try directory.entry(of: row).declaration
        let engine = bridge.engine
        // The engine answers from the study's own queue, which may be busy with the sampler.
        let live = try await bridge.readers.run { engine.live(row.slug) }
        let best = try await best(of: row, declaration, live)
        return StudyJSON.value(
            of: row, declaration: declaration, live: live, best: best, includesSchema: includesSchema)
    }

    /// The engine knows the best trial of a study that it has; only the store's answer takes time that grows with the study.
    private func best(of row: StudyRow, _ declaration: StudyDeclaration, _ live: LiveStudy?) async throws -> TrialRow? {
        if let live, live.best == nil { return nil }
        if let best = live?.best {
            let trial = try await bridge.read { store throws(StoreError) in try store.trial(best.trial, of: row.id) }
            if let trial, trial.state == .complete { return trial }
        }
        return try await self.best(of: row, declaration, count: 1).first
    }

    /// The best complete trials by the first objective, best first; once the space was changed, among those with a place in it.
    func best(of row: StudyRow, _ declaration: StudyDeclaration, count: Int) async throws -> [TrialRow] {
        let query = TrialQuery(
            states: [.complete], order: .value(objective: 0),
            descending: declaration.objectives.first?.goal == .maximize,
            limit: count)
        return try await bridge.read { store throws(StoreError) in
            if declaration.formerSpaces.isEmpty { return try store.trials(of: row.id, matching: query) }
            var best: [TrialRow] = []
            var page = query
            page.limit = Self.bestPage
            while best.count < count {
                let rows = try store.trials(of: row.id, matching: page)
                best += rows.filter { declaration.configuration(of: $0) != nil }.prefix(count - best.count)
                if rows.count < Self.bestPage { break }
                page.offset += rows.count
            }
            return best
        }
    }
}

/// What the daemon says of itself.
struct DaemonFacts: Sendable {
    let version: String
    /// Milliseconds since 1970.
    let startedAt: Int64
    let processID: Int32
    let directory: String
}
