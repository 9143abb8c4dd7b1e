import TunedRecords
import TunedSearch
import TunedSpace

/// Taking a study up from its log after the daemon was ended, however that came.
extension StudyDriver {
    /// Replays the study's events, in order. Call before anything else, on no particular queue: nobody else knows the driver yet.
    func replay(_ events: [Event]) {
        for event in events {
            restore(event)
            pruners?.observe(event.payload)
            backlog.take(event, showing: &feed)
        }
    }

    private func restore(_ event: Event) {
        outside.take(event.payload, at: event.time)
        switch event.payload {
        case .studyCreated:
            pace.start(at: Double(event.time) / 1000)
        case .studyStateChanged(let next, let why):
            if state == .running { pace.stop(at: max(lastTime, Double(event.time) / 1000)) }
            state = next
            reason = why
            if next == .running { pace.start(at: Double(event.time) / 1000) }
        case .stopRulesChanged(let text):
            if let json = try? JSONValue(parsing: text), let changed = try? StopRules(json: json) { rules = changed }
        case .enqueued(let values):
            wishes.append((event.sequence, values))
        case .trialAsked(let asked):
            if case .enqueued(let wish) = asked.origin { wishes.removeAll { $0.id == wish } }
            nextTrial = max(nextTrial, asked.trial + 1)
            if case .replicate(let trial) = asked.origin {
                replicates[trial, default: 0] += 1
            } else {
                stopping.tried += 1
                hasEndedAsking = false
            }
            counts.running += 1
            active[asked.trial] = ActiveTrial(
                number: asked.trial, configuration: asked.configuration, askedAfter: asked.askedAfter, isExternal: asked.isExternal,
                runs: asked.isExternal ? [] : runKeys, origin: asked.origin)
        case .budgetGiven(let given):
            takeUp(given)
        case .pruningDecided(let trial, let reason):
            active[trial]?.pruning = reason
        case .trialOverdue(let trial):
            active[trial]?.isOverdue = true
        case .askingEnded:
            hasEndedAsking = true
        case .environmentSeen(let text):
            if let json = try? JSONValue(parsing: text), let record = EnvironmentRecord(json: json) {
                environments.recorded[record] = event.sequence
                environments.latest = record
            }
        case .attemptStarted(let started):
            guard var trial = active[started.trial], let run = trial.runs.firstIndex(of: started.run) else { break }
            trial.setAttempts(started.attempt + 1, at: run)
            trial.underWay.insert(started.nonce)
            active[started.trial] = trial
            openAttempts[started.nonce] = started
        case .reported(let number, _, let report):
            active[number]?.note(report, objective: declaration.objectives.first)
        case .attemptEnded(let ended):
            openAttempts[ended.nonce] = nil
            guard var trial = active[ended.trial], let run = trial.runs.firstIndex(of: ended.run) else { break }
            trial.underWay.remove(ended.nonce)
            note(ended.outcome, of: run, in: &trial)
            _ = trial.take(ended.outcome, of: run, objectives: declaration.objectives, bounds: bounds)
            active[ended.trial] = trial
        case .trialEnded(let ended):
            close(ended)
        case .batchRun(let batch):
            nextTrial = max(nextTrial, batch.trials.upperBound)
            stopping.tried += batch.count
            counts.running += batch.count
            for wish in batch.wishes.values { wishes.removeAll { $0.id == wish } }
            close(batch)
        case .spaceChanged(let text, _):
            if let statement = try? SpaceStatement(parsing: text) { takeChange(statement, at: event.sequence) }
        case .samplerAdopted, .samplerSwitched:
            // Every daemon that takes the study up begins with this event: the time before it, since the last, nobody ran.
            guard state == .running else { break }
            pace.stop(at: lastTime)
            pace.start(at: Double(event.time) / 1000)
        case .dataAllowed(let digest, _):
            dataGuard?.allow(digest)
        case .noted, .studyDeleted, .finalizeBegun, .finalized, .replayBegun, .replayed:
            break
        }
        lastTime = max(lastTime, Double(event.time) / 1000)
    }

    /// Writes the end of what the former daemon left open and goes on with what was running. On `queue`.
    func takeUp() {
        backlog.showAll(to: &feed)
        if !declaration.formerSpaces.isEmpty { (stopping.best, stopping.completeSinceBest) = feed.history.standing }
        // Replay counted in the log's own time; from here on it is this daemon's.
        pace.stop(at: lastTime)
        giveUnspokenBudgets()
        let interrupted = openAttempts.values.map(\.trial).sorted()
        var events: [EventPayload] = []
        for started in openAttempts.values.sorted(by: { $0.nonce < $1.nonce }) {
            events.append(
                .attemptEnded(
                    AttemptEnded(
                        trial: started.trial, run: started.run, attempt: started.attempt, nonce: started.nonce,
                        outcome: .failed(Failure(kind: .lost, message: "the daemon ended while it ran; it is made again")), log: "")))
            active[started.trial]?.underWay.remove(started.nonce)
        }
        openAttempts = [:]
        for number in active.keys.sorted() {
            guard let trial = active[number] else { continue }
            if let verdict = trial.verdict ?? (trial.pruning == nil || trial.isExternal ? nil : trial.pruned) {
                events.append(.trialEnded(verdict))
                close(verdict)
            } else if state == .running || state == .paused {
                for run in trial.runs.indices where !trial.isDone(run) { ready.append(ReadyRun(trial: number, run: run)) }
            } else {
                let verdict = TrialEnded(trial: number, state: .cancelled, values: [])
                events.append(.trialEnded(verdict))
                close(verdict)
            }
        }
        if !events.isEmpty { record(events) }
        recordOutside(outside.lost())
        guard state == .running else { return }
        if let why = whyNotToGoOn(after: interrupted) {
            state = .paused
            reason = why
            record([.studyStateChanged(.paused, reason: why)])
            return
        }
        adoptSampler()
        startTiming()
        checkRules()
        fill()
    }

    /// Notes which sampler suggests from here on, with which mathematics library and CPU, and which pruner decides.
    func adoptSampler() {
        let identity = feed.sampler.identity
        record([
            .samplerAdopted(
                SamplerAdoption(
                    name: identity.name, revision: identity.revision, explanation: feed.sampler.explanation,
                    numericEnvironment: surroundings.host.numericEnvironment,
                    pruner: (pruners?.pruner.identity).map { .init(name: $0.name, revision: $0.revision) }))
        ])
    }

    /// Lets the sampler go on by another of its methods. What it was told of the time that suggestions take is in the log by its
    /// answer alone, so that suggestions can be derived again.
    func reconsiderSampler() {
        guard let change = feed.sampler.reconsidered(effort) else { return }
        effort = SearchEffort()
        record([.samplerSwitched(method: change.method, reason: change.reason)])
    }

    /// Why a study that was running is not to go on by itself: its code runs within the daemon, and may be what ended it.
    private func whyNotToGoOn(after interrupted: [Int]) -> String? {
        guard isInProcess else { return nil }
        if surroundings.direct == nil { return Self.notAllowed }
        guard !interrupted.isEmpty || !surroundings.store.wasClosed else { return nil }
        let what = interrupted.isEmpty ? "it was running" : "its trials \(interrupted.map(String.init).joined(separator: ", ")) were running"
        return "the daemon ended unexpectedly while \(what) inside it, and their code may be why; `tuned resume \(slug)` goes on"
    }

    static let notAllowed = "config.yaml does not allow plugins to run inside the daemon (inprocess: true)"

    /// Refuses to go on where the administrator does not allow what the study needs any more.
    func checkInProcess() throws(EngineError) {
        guard isInProcess, surroundings.direct == nil else { return }
        throw EngineError(.conflict, "study \(slug) cannot go on: \(Self.notAllowed)")
    }
}
