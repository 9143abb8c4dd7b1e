import TunedRecords

/// What the state tables must say after a log, by the plainest way to say it: one event after the other over dictionaries.
struct ReferenceFold {
    private struct RunAttempt: Hashable {
        var run: RunKey
        var attempt: Int
    }
    private(set) var studies: [StudyID: StudyRow] = [:]
    private var deleted: Set<StudyID> = []
    private(set) var trials: [StudyID: [Int: TrialRow]] = [:]
    private var attempts: [StudyID: [Int: [RunAttempt: AttemptRow]]] = [:]
    private var environments: [StudyID: [EventSequence: String]] = [:]

    var liveStudies: [StudyRow] {
        studies.values.filter { !deleted.contains($0.id) }.sorted { $0.id < $1.id }.map { row in
            var row = row
            row.counts = TrialCounts()
            for trial in trials[row.id, default: [:]].values { row.counts[trial.state] += 1 }
            return row
        }
    }

    func trialRows(_ study: StudyID) -> [TrialRow] {
        trials[study, default: [:]].values.sorted { $0.number < $1.number }
    }

    /// In no order.
    func attemptRows(_ study: StudyID, trial: Int) -> Set<AttemptRow> {
        Set(
            (attempts[study]?[trial] ?? [:]).values.map { row in
                var row = row
                row.environment = environments[study]?[row.started.environment] ?? ""
                return row
            })
    }

    init(_ events: [Event]) {
        for event in events { apply(event) }
    }

    private mutating func apply(_ event: Event) {
        let id = event.study
        if case .studyCreated(let slug, let declaration) = event.payload, studies[id] == nil {
            studies[id] = StudyRow(
                id: id, slug: slug, declaration: declaration, state: .running, reason: "", createdAt: event.time,
                changedAt: event.time, counts: TrialCounts(), createdBy: event.sequence)
        }
        if case .environmentSeen(let record) = event.payload { environments[id, default: [:]][event.sequence] = record }
        guard studies[id] != nil, !deleted.contains(id) else { return }
        studies[id]?.changedAt = event.time
        switch event.payload {
        case .studyStateChanged(let state, let reason):
            studies[id]?.state = state
            studies[id]?.reason = reason
        case .stopRulesChanged(let rules):
            studies[id]?.stopRules = rules
        case .spaceChanged(let statement, let reason):
            studies[id]?.spaceChanges.append(
                SpaceChange(sequence: event.sequence, time: event.time, reason: reason, statement: statement))
        case .finalizeBegun(let begun):
            studies[id]?.testUses.append(TestUse(at: event.time, begun: begun))
        case .finalized(let result):
            guard let index = studies[id]?.testUses.firstIndex(where: { $0.begun.use == result.use && $0.result == nil }) else { return }
            studies[id]?.testUses[index].result = result
            studies[id]?.testUses[index].endedAt = event.time
        case .replayBegun(let begun):
            studies[id]?.replays.append(Replay(at: event.time, begun: begun))
        case .replayed(let result):
            guard let index = studies[id]?.replays.firstIndex(where: { $0.begun.number == result.number && $0.result == nil }) else { return }
            studies[id]?.replays[index].result = result
            studies[id]?.replays[index].endedAt = event.time
        case .studyDeleted:
            deleted.insert(id)
        case .trialAsked(let asked):
            guard asked.trial >= 0, trials[id]?[asked.trial] == nil else { return }
            trials[id, default: [:]][asked.trial] = TrialRow(
                number: asked.trial, state: .running, configuration: asked.configuration, origin: asked.origin,
                isExternal: asked.isExternal, askedAfter: asked.askedAfter, askedBy: event.sequence, values: [], step: nil,
                failure: nil, startedAt: event.time, endedAt: nil)
        case .trialEnded(let ended):
            guard var row = trials[id]?[ended.trial], row.state.mayBecome(ended.state) else { return }
            (row.state, row.values, row.step, row.failure) = (ended.state, ended.values, ended.step, ended.failure)
            row.constraints = ended.constraints
            row.endedAt = event.time
            trials[id]?[ended.trial] = row
        case .budgetGiven(let given):
            guard given.segment > 0, var row = trials[id]?[given.trial], row.state.mayBecome(.running) else { return }
            (row.state, row.values, row.step, row.failure, row.endedAt) = (.running, [], nil, nil, nil)
            row.constraints = []
            trials[id]?[given.trial] = row
        case .attemptStarted(let started):
            guard var row = trials[id]?[started.trial] else { return }
            if started.run.purpose == .search, row.state.mayBecome(.running) {
                (row.state, row.values, row.step, row.failure, row.endedAt) = (.running, [], nil, nil, nil)
                row.constraints = []
                trials[id]?[started.trial] = row
            }
            let key = RunAttempt(run: started.run, attempt: started.attempt)
            guard attempts[id]?[started.trial]?[key] == nil else { return }
            attempts[id, default: [:]][started.trial, default: [:]][key] = AttemptRow(
                started: started, startedAt: event.time, endedAt: nil, outcome: nil, log: "",
                environment: "")
        case .attemptEnded(let ended):
            let key = RunAttempt(run: ended.run, attempt: ended.attempt)
            guard var row = attempts[id]?[ended.trial]?[key], row.outcome == nil else { return }
            row.endedAt = event.time
            row.outcome = ended.outcome
            row.log = ended.log
            attempts[id]?[ended.trial]?[key] = row
        case .batchRun(let batch):
            // Numbers rise: a batch that reaches back changes nothing.
            guard batch.first > trials[id]?.keys.max() ?? -1 else { return }
            for trial in batch.trials { take(trial, of: batch, event) }
        case .studyCreated, .samplerAdopted, .samplerSwitched, .enqueued, .environmentSeen, .reported, .noted, .pruningDecided, .trialOverdue,
            .askingEnded, .dataAllowed:
            break
        }
    }

    private mutating func take(_ number: Int, of batch: BatchRun, _ event: Event) {
        let (asked, started, ended, end) = (batch.asked(number), batch.started(number), batch.ended(number), batch.end(number))
        trials[event.study, default: [:]][number] = TrialRow(
            number: number, state: end.state, configuration: asked.configuration, origin: asked.origin,
            isExternal: asked.isExternal, askedAfter: asked.askedAfter, askedBy: event.sequence, values: end.values,
            step: end.step, failure: end.failure, constraints: end.constraints, startedAt: batch.startedAt, endedAt: event.time)
        let key = RunAttempt(run: started.run, attempt: started.attempt)
        attempts[event.study, default: [:]][number, default: [:]][key] = AttemptRow(
            started: started, startedAt: batch.startedAt, endedAt: event.time, outcome: ended.outcome, log: ended.log,
            environment: "")
    }
}
