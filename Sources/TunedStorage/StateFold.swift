import TunedRecords

/// What events mean for the state tables: the one place that says so.
///
/// The state is a function of the log alone. An event that contradicts it (a trial that was never asked, or has ended for
/// good) stays in the log and changes no state, so that no order of events can stop the store.
enum StateFold {
    static func apply<Tables: StateTables>(
        _ events: some Sequence<Event>, to tables: inout Tables
    ) throws(Tables.Failure) {
        // Neighbours are mostly of one study, whose progress is looked up and put back once.
        var current: (id: StudyID, progress: StudyProgress)?
        for event in events {
            if let current, current.id != event.study { tables.setStudy(current.id, current.progress) }
            if current?.id != event.study {
                current = try tables.study(event.study).map { (event.study, $0) }
            }
            if var progress = current?.progress {
                guard !progress.isDeleted else { continue }
                current = nil
                try apply(event, to: &progress, in: &tables)
                current = (event.study, progress)
            } else if case .studyCreated(let slug, let declaration) = event.payload {
                let progress = StudyProgress(changedAt: event.time)
                tables.insertStudy(event.study, slug: slug, declaration: declaration, by: event.sequence, progress)
                current = (event.study, progress)
            }
        }
        if let current { tables.setStudy(current.id, current.progress) }
    }

    private static func apply<Tables: StateTables>(
        _ event: Event, to study: inout StudyProgress, in tables: inout Tables
    ) throws(Tables.Failure) {
        study.changedAt = event.time
        switch event.payload {
        case .studyStateChanged(let state, let reason):
            study.state = state
            study.reason = reason
        case .stopRulesChanged(let rules):
            study.stopRules = rules
        case .spaceChanged(let statement, let reason):
            study.spaceChanges.append(
                SpaceChange(sequence: event.sequence, time: event.time, reason: reason, statement: statement))
        case .finalizeBegun(let begun):
            study.testUses.append(TestUse(at: event.time, begun: begun))
        case .finalized(let result):
            study.testUses.end(result, at: event.time)
        case .replayBegun(let begun):
            study.replays.append(Replay(at: event.time, begun: begun))
        case .replayed(let result):
            study.replays.end(result, at: event.time)
        case .studyDeleted:
            study.isDeleted = true
        case .trialAsked(let asked):
            try ask(asked, event, of: &study, in: &tables)
        case .trialEnded(let ended):
            guard let key = TrialKey(study: event.study, number: ended.trial) else { return }
            try move(key, to: TrialProgress(ended, at: event.time), of: &study, in: &tables)
        case .attemptStarted(let started):
            try start(started, event, of: &study, in: &tables)
        case .attemptEnded(let ended):
            guard let key = TrialKey(study: event.study, number: ended.trial) else { return }
            tables.endAttempt(AttemptKey(trial: key, run: ended.run, attempt: ended.attempt), by: event.sequence)
        case .budgetGiven(let given):
            guard given.segment > 0, let key = TrialKey(study: event.study, number: given.trial) else { return }
            try move(key, to: TrialProgress(), of: &study, in: &tables)
        case .batchRun(let batch):
            take(batch, event, of: &study, in: &tables)
        case .studyCreated, .samplerAdopted, .samplerSwitched, .enqueued, .environmentSeen, .reported, .noted, .dataAllowed,
            .pruningDecided, .trialOverdue, .askingEnded:
            break
        }
    }

    private static func ask<Tables: StateTables>(
        _ asked: TrialAsked, _ event: Event, of study: inout StudyProgress, in tables: inout Tables
    ) throws(Tables.Failure) {
        guard let key = TrialKey(study: event.study, number: asked.trial) else { return }
        // Numbers rise, so a look-up is needed for one out of order only.
        if asked.trial < study.nextTrial, try tables.state(of: key) != nil { return }
        study.nextTrial = max(study.nextTrial, asked.trial + 1)
        study.counts.running += 1
        tables.insertTrial(key, asked, by: event.sequence, at: event.time)
    }

    private static func take<Tables: StateTables>(
        _ batch: BatchRun, _ event: Event, of study: inout StudyProgress, in tables: inout Tables
    ) {
        // Numbers rise: a batch that reaches back contradicts the log, and changes nothing.
        guard batch.count > 0, batch.first >= study.nextTrial,
            let first = TrialKey(study: event.study, number: batch.first),
            TrialKey(study: event.study, number: batch.trials.upperBound - 1) != nil
        else { return }
        study.nextTrial = batch.trials.upperBound
        let counts = batch.counts
        for state in TrialState.allCases { study.counts[state] += counts[state] }
        tables.insertBatch(first, batch, by: event.sequence, at: event.time)
    }

    private static func start<Tables: StateTables>(
        _ started: AttemptStarted, _ event: Event, of study: inout StudyProgress, in tables: inout Tables
    ) throws(Tables.Failure) {
        guard let key = TrialKey(study: event.study, number: started.trial), let state = try tables.state(of: key) else { return }
        tables.insertAttempt(AttemptKey(trial: key, run: started.run, attempt: started.attempt), by: event.sequence)
        // A pruned or paused trial that searches on is taken up again; a replay or a final run leaves it as it was.
        if started.run.purpose == .search, state != .running {
            try move(key, to: TrialProgress(), of: &study, in: &tables)
        }
    }

    private static func move<Tables: StateTables>(
        _ key: TrialKey, to next: TrialProgress, of study: inout StudyProgress, in tables: inout Tables
    ) throws(Tables.Failure) {
        guard let old = try tables.state(of: key), old.mayBecome(next.state) else { return }
        study.counts[old] -= 1
        study.counts[next.state] += 1
        tables.setTrial(key, next)
    }
}
