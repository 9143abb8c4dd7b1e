import TunedRecords
import TunedSearch
import TunedSlots
import TunedSpace

/// What attempts bring, and how a trial and its study end by it.
extension StudyDriver {
    func receive(_ signal: AttemptSignal, of nonce: UInt64) {
        // A late signal of an attempt that is no longer counted carries an old nonce and is dropped here.
        guard let running = underWay[nonce] else { return }
        switch signal {
        case .reports(let reports): take(reports, from: running)
        case .ended(let outcome, let log):
            busySlots -= 1
            let quarantined = surroundings.plugins.note(outcome, of: running.plugin)
            record(conclude(running, outcome: outcome, log: log))
            judge(running.next.trial)
            if let quarantined { quarantine(quarantined) }
            checkRules()
            release(running.grant)
        }
    }

    func take(_ reports: [MetricReport], from running: RunningRun) {
        guard var trial = active[running.next.trial] else { return }
        let run = trial.runs[running.next.run]
        record(reports.map { .reported(trial: trial.number, run: run, $0) })
        for report in reports { trial.note(report, objective: declaration.objectives.first) }
        active[trial.number] = trial
        judge(trial.number)
    }

    /// Takes the end of an attempt into the books. The caller records what it returns.
    func conclude(_ running: RunningRun, outcome: AttemptOutcome, log: String) -> [EventPayload] {
        underWay[running.nonce] = nil
        guard var trial = active[running.next.trial] else { return [] }
        let run = running.next.run
        trial.underWay.remove(running.nonce)
        var events: [EventPayload] = [
            .attemptEnded(
                AttemptEnded(
                    trial: trial.number, run: trial.runs[run], attempt: running.attempt, nonce: running.nonce, outcome: outcome,
                    log: log))
        ]
        note(outcome, of: run, in: &trial)
        let isAgain = trial.take(outcome, of: run, objectives: declaration.objectives, bounds: bounds)
        if state == .running || state == .paused {
            if isAgain { ready.append(running.next) }
        } else if trial.verdict == nil {
            // The study ended meanwhile: what is left of the trial is not made any more.
            trial.verdict = TrialEnded(trial: trial.number, state: .cancelled, values: [])
        }
        active[trial.number] = trial
        if let verdict = trial.verdict {
            // Other folds of a trial whose end is decided are not worth their slots.
            ready.removeAll(of: trial.number)
            for nonce in trial.underWay { underWay[nonce]?.stop(.cancelled) }
            if trial.underWay.isEmpty {
                keepCheckpoints(of: trial, verdict)
                events.append(.trialEnded(verdict))
                close(verdict)
                if verdict.state != .paused { pace.count(at: surroundings.clock.monotonicSeconds()) }
            }
        }
        return events
    }

    /// Hands a slot on to the next run of this study where nobody else waits for it, which saves a round through the scheduler.
    private func release(_ grant: SlotGrant) {
        if busySlots < surroundings.parallelism(of: declaration), mayKeepSlot {
            begin(in: grant)
        } else {
            surroundings.slots.release(grant)
        }
        fill()
    }

    /// Whether a slot may be used again without giving it back first.
    var mayKeepSlot: Bool {
        requests.isEmpty && surroundings.store.trouble == nil && !surroundings.slots.isAnyoneWaiting
    }

    /// Takes a trial's end into the books. Its event is appended by the caller.
    func close(_ verdict: TrialEnded) {
        if active[verdict.trial] == nil, let former = standing[verdict.trial]?.verdict {
            standing[verdict.trial]?.verdict = verdict
            counts[former.state] -= 1
            counts[verdict.state] += 1
            return
        }
        var trial = active.removeValue(forKey: verdict.trial)
        let runs = trial?.runs.count ?? 0
        if pruners != nil, verdict.state == .paused || verdict.state == .pruned, trial?.replicateOf == nil {
            trial?.verdict = verdict
            standing[verdict.trial] = trial
        } else {
            dropCheckpoints(of: verdict, runs: runs)
        }
        counts.running -= 1
        counts[verdict.state] += 1
        if let candidate = trial?.replicateOf {
            if verdict.state == .cancelled { replicates[candidate, default: 1] -= 1 }
            return
        }
        let hasPlace = trial.map { self.hasPlace($0.configuration, askedAfter: $0.askedAfter) } ?? true
        stopping.count(verdict, objective: declaration.objectives.first, hasPlace: hasPlace)
        // A configuration that was given up may be tried again.
        if verdict.state == .cancelled { isExhausted = false }
    }

    /// Sees whether a stopping rule is met by now.
    func checkRules() {
        guard state == .running, ending == nil else { return }
        reconsiderSampler()
        estimateRegret()
        stopping.seconds = pace.seconds(at: surroundings.clock.monotonicSeconds())
        if let met = rules.met(stopping, objective: declaration.objectives.first) {
            ending = met
            if rules.isTargetReached(stopping, objective: declaration.objectives.first) {
                cancelRuns()
                ready.removeAll()
            }
        } else if counts.failed - stopping.infeasible - failedBeforeResume >= StopRules.hopelessAfter, counts.complete + counts.pruned + counts.paused == 0 {
            end(
                as: .failed,
                because: "its first \(counts.failed) trials all failed; `tuned trials \(slug) --state failed` says why")
        }
    }

    /// Estimates what can still be gained, where a rule asks for it: at a tenth more complete trials each time, since a model of all of
    /// them costs more than most suggestions do.
    private func estimateRegret() {
        guard rules.regret != nil, stopping.complete >= stopping.regretDue else { return }
        stopping.regretDue = stopping.complete + max(1, stopping.complete / 10)
        guard let rows = try? surroundings.store.trials(of: id, matching: TrialQuery(states: [.complete])),
            let posterior = try? GaussianPosterior(space: declaration.space, observations: declaration.observations(of: rows)),
            posterior.observed.count >= RegretStoppingRule(threshold: 0).leastTrials,
            let bound = try? RegretBound.evaluate(posterior: posterior, space: declaration.space, observed: posterior.observed)
        else { return }
        stopping.regret = bound.regret
    }

    /// Ends the study once nothing is left to do.
    func settle() {
        guard state == .running, !isShuttingDown, busySlots == 0, batches.isEmpty, ready.isEmpty, !mayAsk, !mayReplicate, promotion == nil else { return }
        // A trial that an outside program asked for is part of the study until it is told, unless a rule has ended the study.
        if ending == nil && active.values.contains(where: \.isExternal) { return }
        if let ending {
            end(as: .completed, because: ending)
        } else if pruners?.pruner.isOver ?? false {
            end(as: .completed, because: "its population is trained in full")
        } else if isExhausted {
            end(as: .completed, because: "every configuration of its space was tried")
        } else if let trials = rules.trials, stopping.tried >= trials {
            end(as: .completed, because: "its \(trials) trials are done")
        }
    }

    /// Takes the study to a state in which nothing of it runs.
    func end(as next: StudyState, because why: String) {
        guard state.mayBecome(next) else { return }
        var events: [EventPayload] = []
        cancelRuns()
        ready.removeAll()
        for identifier in requests { surroundings.slots.withdraw(identifier) }
        requests = []
        // Trials without an attempt under way end here; the others when their attempt does.
        for number in active.keys.sorted() where active[number]?.underWay.isEmpty ?? false {
            let verdict = active[number]?.verdict ?? TrialEnded(trial: number, state: .cancelled, values: [])
            events.append(.trialEnded(verdict))
            close(verdict)
        }
        events += pruneStanding()
        state = next
        reason = why
        events.append(.studyStateChanged(next, reason: why))
        stopTiming()
        if next != .paused { whenKept { [id] in $0.dropCheckpoints(study: id) } }
        record(events)
    }

    func cancelRuns() {
        for running in underWay.values { running.stop(.cancelled) }
        for batch in batches { batch.stop(.cancelled) }
    }
}
