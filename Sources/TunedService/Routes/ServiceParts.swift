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
        // Who follows a running study asks often.
        let winner = includesSchema && row.state != .running ? try await winner(of: row, declaration) : nil
        return StudyJSON.value(
            of: row, declaration: declaration, live: live, best: best, winner: winner, finalFolder: { engine.finalFolder(of: row.id, use: $0) },
            includesSchema: includesSchema)
    }

    /// What the best configuration is worth, where its metric is seen to be noisy; nil for a study of so many trials that looking through them
    /// takes long, unless it asked for it.
    func winner(of row: StudyRow, _ declaration: StudyDeclaration) async throws -> JSONValue? {
        guard declaration.specification.replicate != nil || row.counts.complete <= Self.winnerLimit else { return nil }
        let rows = try await bridge.read { store throws(StoreError) in
            try store.trials(of: row.id, matching: TrialQuery(states: [.complete]))
        }
        return try await bridge.readers.run { () throws(Never) in WinnerReport.value(of: declaration, rows) }
    }

    private static let winnerLimit = 10_000

    /// The engine knows the best trial of a study that it has; only the store's answer takes time that grows with the study.
    private func best(of row: StudyRow, _ declaration: StudyDeclaration, _ live: LiveStudy?) async throws -> TrialRow? {
        if let live, live.best == nil { return nil }
        if let best = live?.best {
            let trial = try await bridge.read { store throws(StoreError) in try store.trial(best.trial, of: row.id) }
            if let trial, trial.state == .complete { return trial }
        }
        return try await self.best(of: row, declaration, count: 1).first
    }

    /// The best complete trials by the first objective, best first; of the search, and with a place in the space in force.
    func best(of row: StudyRow, _ declaration: StudyDeclaration, count: Int) async throws -> [TrialRow] {
        let query = TrialQuery(
            states: [.complete], order: .value(objective: 0),
            descending: declaration.objectives.first?.goal == .maximize,
            limit: count)
        return try await bridge.read { store throws(StoreError) in
            if declaration.formerSpaces.isEmpty, declaration.specification.replicate == nil { return try store.trials(of: row.id, matching: query) }
            var best: [TrialRow] = []
            var page = query
            page.limit = Self.bestPage
            while best.count < count {
                let rows = try store.trials(of: row.id, matching: page)
                best += rows.filter { !$0.isReplicate && declaration.configuration(of: $0) != nil }.prefix(count - best.count)
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
