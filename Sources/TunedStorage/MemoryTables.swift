import TunedRecords

/// The log and the state tables in memory, as reads want them.
struct MemoryTables: StateTables {
    typealias Failure = Never

    private var studies: [StudyID: (row: StudyRow, progress: StudyProgress)] = [:]
    private var trials: [StudyID: [Int: TrialRow]] = [:]
    private var attempts: [TrialKey: [(key: AttemptKey, startedBy: EventSequence, endedBy: EventSequence?)]] = [:]
    /// The first trial and the event of each batch, in the order of their numbers.
    private var batches: [StudyID: [(first: Int, event: EventSequence)]] = [:]
    /// In order, without a gap, from 1.
    private var log: [Event] = []

    mutating func commit(_ events: [Event]) {
        log += events
        StateFold.apply(events, to: &self)
    }

    // MARK: What the fold changes

    func study(_ id: StudyID) -> StudyProgress? { studies[id]?.progress }

    mutating func setStudy(_ id: StudyID, _ progress: StudyProgress) {
        guard var row = studies[id]?.row else { return }
        row.state = progress.state
        row.reason = progress.reason
        row.changedAt = progress.changedAt
        row.counts = progress.counts
        row.stopRules = progress.stopRules
        row.spaceChanges = progress.spaceChanges
        row.testUses = progress.testUses
        row.replays = progress.replays
        studies[id] = (row, progress)
    }

    mutating func insertStudy(
        _ id: StudyID, slug: String, declaration: String, by event: EventSequence, _ progress: StudyProgress
    ) {
        let row = StudyRow(
            id: id, slug: slug, declaration: declaration, state: progress.state, reason: progress.reason,
            createdAt: progress.changedAt, changedAt: progress.changedAt, counts: progress.counts, createdBy: event)
        studies[id] = (row, progress)
    }

    func state(of trial: TrialKey) -> TrialState? {
        trials[trial.study]?[trial.number]?.state ?? batch(of: trial)?.batch.end(trial.number).state
    }

    mutating func setTrial(_ key: TrialKey, _ progress: TrialProgress) {
        guard var row = trial(key) else { return }
        row.state = progress.state
        row.values = progress.values
        row.step = progress.step
        row.failure = progress.failure
        row.constraints = progress.constraints
        row.endedAt = progress.endedAt
        trials[key.study, default: [:]][key.number] = row
    }

    mutating func insertTrial(_ key: TrialKey, _ asked: TrialAsked, by event: EventSequence, at time: Int64) {
        trials[key.study, default: [:]][key.number] = TrialRow(
            number: asked.trial, state: .running, configuration: asked.configuration, origin: asked.origin,
            isExternal: asked.isExternal, askedAfter: asked.askedAfter, askedBy: event, values: [], step: nil, failure: nil,
            startedAt: time, endedAt: nil)
    }

    mutating func insertBatch(_ first: TrialKey, _ batch: BatchRun, by event: EventSequence, at time: Int64) {
        batches[first.study, default: []].append((first.number, event))
    }

    mutating func insertAttempt(_ key: AttemptKey, by event: EventSequence) {
        guard attempts[key.trial]?.contains(where: { $0.key == key }) != true else { return }
        attempts[key.trial, default: []].append((key, event, nil))
    }

    mutating func endAttempt(_ key: AttemptKey, by event: EventSequence) {
        guard let index = attempts[key.trial]?.firstIndex(where: { $0.key == key && $0.endedBy == nil }) else { return }
        attempts[key.trial]?[index].endedBy = event
    }

    // MARK: Reads

    func studyRows() -> [StudyRow] {
        studies.values.filter { !$0.progress.isDeleted }.map(\.row).sorted { $0.id < $1.id }
    }

    func trial(_ key: TrialKey) -> TrialRow? {
        trials[key.study]?[key.number] ?? batch(of: key).map { $0.batch.row(key.number, by: $0.event, at: $0.time) }
    }

    func trials(of study: StudyID, matching query: TrialQuery) -> [TrialRow] {
        var all = Array(trials[study, default: [:]].values)
        for entry in batches[study, default: []] {
            guard let stored = stored(entry.event) else { continue }
            all += stored.batch.trials.lazy.filter { trials[study]?[$0] == nil }
                .map { stored.batch.row($0, by: stored.event, at: stored.time) }
        }
        let order = TrialOrder(query)
        let rows = all.filter { query.includes(rawState: $0.state.rawValue) }
            .sorted { order.puts(order.place(of: $0), before: order.place(of: $1)) }
        return Array(rows.dropFirst(query.offset).prefix(query.limit ?? rows.count))
    }

    /// The batch that a trial lies in; nil where it lies in none.
    private func batch(of trial: TrialKey) -> StoredBatch? {
        guard let entry = batches[trial.study]?.last(where: { $0.first <= trial.number }) else { return nil }
        return stored(entry.event).flatMap { $0.batch.trials.contains(trial.number) ? $0 : nil }
    }

    private func stored(_ event: EventSequence) -> StoredBatch? {
        guard case .batchRun(let batch) = log[Int(event) - 1].payload else { return nil }
        return StoredBatch(batch: batch, event: event, time: log[Int(event) - 1].time)
    }

    func attemptRows(of trial: TrialKey) -> [AttemptRow] {
        let rows = ownAttempts(of: trial)
        guard let packed = batch(of: trial) else { return rows }
        return packed.attempts(of: trial.number, environment(packed.batch.environment, of: trial.study), beside: rows)
    }

    private func environment(_ event: EventSequence, of study: StudyID) -> String {
        guard event > 0, event <= log.count, log[Int(event) - 1].study == study,
            case .environmentSeen(let record) = log[Int(event) - 1].payload
        else { return "" }
        return record
    }

    private func ownAttempts(of trial: TrialKey) -> [AttemptRow] {
        attempts[trial, default: []].compactMap { entry in
            let start = log[Int(entry.startedBy) - 1]
            guard case .attemptStarted(let started) = start.payload else { return nil }
            var row = AttemptRow(started: started, startedAt: start.time, endedAt: nil, outcome: nil, log: "", environment: "")
            row.environment = environment(started.environment, of: start.study)
            if let endedBy = entry.endedBy, case .attemptEnded(let ended) = log[Int(endedBy) - 1].payload {
                row.endedAt = log[Int(endedBy) - 1].time
                row.outcome = ended.outcome
                row.log = ended.log
            }
            return row
        }
    }

    func events(of study: StudyID?, after sequence: EventSequence, limit: Int) -> [Event] {
        let later = log.dropFirst(Int(clamping: max(0, sequence)))
        return Array(later.lazy.filter { study == nil || $0.study == study }.prefix(max(0, limit)))
    }
}
