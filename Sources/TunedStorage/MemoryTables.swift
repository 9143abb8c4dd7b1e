import TunedRecords

/// The log and the state tables in memory, as reads want them.
struct MemoryTables: StateTables {
    typealias Failure = Never

    private var studies: [StudyID: (row: StudyRow, progress: StudyProgress)] = [:]
    private var trials: [StudyID: [Int: TrialRow]] = [:]
    private var attempts: [TrialKey: [(key: AttemptKey, startedBy: EventSequence, endedBy: EventSequence?)]] = [:]
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

    func state(of trial: TrialKey) -> TrialState? { trials[trial.study]?[trial.number]?.state }

    mutating func setTrial(_ key: TrialKey, _ progress: TrialProgress) {
        guard var row = trials[key.study]?[key.number] else { return }
        row.state = progress.state
        row.values = progress.values
        row.step = progress.step
        row.failure = progress.failure
        row.endedAt = progress.endedAt
        trials[key.study]?[key.number] = row
    }

    mutating func insertTrial(_ key: TrialKey, _ asked: TrialAsked, by event: EventSequence, at time: Int64) {
        trials[key.study, default: [:]][key.number] = TrialRow(
            number: asked.trial, state: .running, configuration: asked.configuration, origin: asked.origin,
            isExternal: asked.isExternal, askedAfter: asked.askedAfter, askedBy: event, values: [], step: nil, failure: nil,
            startedAt: time, endedAt: nil)
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

    func trial(_ key: TrialKey) -> TrialRow? { trials[key.study]?[key.number] }

    func trials(of study: StudyID, matching query: TrialQuery) -> [TrialRow] {
        let rows = trials[study, default: [:]].values.filter { query.states?.contains($0.state) ?? true }
            .sorted { query.puts($0, before: $1) }
        return Array(rows.dropFirst(query.offset).prefix(query.limit ?? rows.count))
    }

    func attemptRows(of trial: TrialKey) -> [AttemptRow] {
        attempts[trial, default: []].compactMap { entry in
            let start = log[Int(entry.startedBy) - 1]
            guard case .attemptStarted(let started) = start.payload else { return nil }
            var row = AttemptRow(started: started, startedAt: start.time, endedAt: nil, outcome: nil, log: "", environment: "")
            if started.environment > 0, started.environment <= log.count {
                let seen = log[Int(started.environment) - 1]
                if seen.study == start.study, case .environmentSeen(let record) = seen.payload { row.environment = record }
            }
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

extension TrialQuery {
    /// Equal keys, and trials without one, are in the order of their numbers.
    fileprivate func puts(_ left: TrialRow, before right: TrialRow) -> Bool {
        if order == .number { return descending ? left.number > right.number : left.number < right.number }
        switch (key(of: left), key(of: right)) {
        case (let first?, let second?) where first != second: return descending ? first > second : first < second
        case (_?, nil): return true
        case (nil, _?): return false
        default: return left.number < right.number
        }
    }

    private func key(of trial: TrialRow) -> Double? {
        switch order {
        case .number: return Double(trial.number)
        case .value(let objective):
            guard trial.values.indices.contains(objective), !trial.values[objective].isNaN else { return nil }
            return trial.values[objective]
        case .duration: return trial.endedAt.map { Double($0 &- trial.startedAt) }
        }
    }
}
