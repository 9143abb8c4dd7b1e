import Dispatch
import TunedRecords
import TunedSlots
import TunedSpace

/// Making the runs that are no part of the search. All on `queue`.
extension StudyDriver {
    /// Records what ``OutsideRuns`` has to know of.
    @discardableResult
    func recordOutside(_ payloads: [EventPayload]) -> EventSequence {
        let time = surroundings.clock.wallMilliseconds()
        for payload in payloads { outside.take(payload, at: time) }
        return record(payloads)
    }

    func begin(_ job: OutsideJob) {
        guard !isShuttingDown, !isDeleted else { return job.onEnd() }
        outside.jobs.append(job)
        for _ in job.runs { requestSlot(for: job) }
    }

    private func requestSlot(for job: OutsideJob) {
        let slots = surroundings.slots
        let request = SlotRequest(study: id, trial: job.trial, resources: declaration.specification.resources)
        do {
            let identifier = try slots.request(request) { [weak self] grant in
                guard let self else { return slots.release(grant) }
                self.queue.async { self.take(grant, for: job) }
            }
            job.requests.insert(identifier)
        } catch {
            // The machine has become smaller than the study's runs are.
            for index in job.runs.indices where job.outcomes[index] == nil {
                job.outcomes[index] = .failed(Failure(kind: .lost, message: error.message))
            }
            finish(job, artifacts: [])
        }
    }

    private func take(_ grant: SlotGrant, for job: OutsideJob) {
        guard job.requests.remove(grant.id) != nil, !isShuttingDown, !isDeleted, !job.waiting.isEmpty else {
            return surroundings.slots.release(grant)
        }
        let index = job.waiting.removeFirst()
        let run = job.runs[index]
        let (environment, facts) = noteEnvironment(beside: grant, blueprint: job.blueprint)
        job.environments[index] = facts
        let attempt = OutsideAttempt(
            job: job, index: index, number: outside.attemptsMade(job.trial, run), nonce: surroundings.nextNonce(), grant: grant)
        outside.underWay[attempt.nonce] = attempt
        recordOutside([
            .attemptStarted(
                AttemptStarted(
                    trial: job.trial, run: run, attempt: attempt.number, nonce: attempt.nonce, cpus: grant.cpus, gpus: grant.gpus,
                    environment: environment))
        ])
        surroundings.slots.note(grant, trial: job.trial)
        start(attempt, run)
    }

    private func start(_ attempt: OutsideAttempt, _ run: RunKey) {
        let job = attempt.job
        let assignment = AttemptAssignment(
            blueprint: job.blueprint, configuration: job.configuration, trial: job.trial, run: run, runIndex: attempt.index,
            attempt: attempt.number, nonce: attempt.nonce, seed: run.seed(study: declaration.specification.seed, trial: job.trial),
            budget: job.budgets[attempt.index], fullBudget: declaration.specification.budget ?? 0, deadline: job.deadline, folder: folder(of: job, attempt.index))
        let (runner, nonce, grant) = (surroundings.runner, attempt.nonce, attempt.grant)
        grant.queue.async { [self] in
            let handle = runner.start(assignment, in: grant) { signal in
                guard case .ended(let outcome, let log) = signal else { return }
                self.queue.async { self.end(nonce, outcome, log) }
            }
            queue.async { self.outside.underWay[nonce]?.adopt(handle) }
        }
    }

    private func folder(of job: OutsideJob, _ index: Int) -> String {
        switch job.purpose {
        case .final(let begun): surroundings.folders.final(study: id, use: begun.use)
        case .replay(let begun, _): surroundings.folders.replay(study: id, number: begun.number, run: index)
        }
    }

    private func end(_ nonce: UInt64, _ outcome: AttemptOutcome, _ log: String) {
        guard let attempt = outside.underWay.removeValue(forKey: nonce) else { return }
        let (job, grant) = (attempt.job, attempt.grant)
        surroundings.plugins.note(outcome, of: job.blueprint.plugin.hash)
        // What a deleted study still brings is dropped.
        if isDeleted {
            surroundings.slots.release(grant)
            return job.onEnd()
        }
        recordOutside([
            .attemptEnded(
                AttemptEnded(
                    trial: job.trial, run: job.runs[attempt.index], attempt: attempt.number, nonce: nonce, outcome: outcome, log: log))
        ])
        switch outcome {
        case .stopped(.shutdown): return surroundings.slots.release(grant)
        case .failed(let failure) where failure.isInfrastructure && job.lost < OutsideJob.lossesAllowed && !isShuttingDown:
            job.lost += 1
            job.waiting.append(attempt.index)
            surroundings.slots.release(grant)
            return requestSlot(for: job)
        // A daemon that ends may take its workers along before they can say so.
        case .failed(let failure) where failure.isInfrastructure && isShuttingDown: return surroundings.slots.release(grant)
        default: job.outcomes[attempt.index] = outcome
        }
        guard job.isDone, case .final(let begun) = job.purpose else {
            surroundings.slots.release(grant)
            if job.isDone { finish(job, artifacts: []) }
            return
        }
        // Reading what the run kept takes as long as its files are large.
        let (folders, id) = (surroundings.folders, id)
        grant.queue.async { [self] in
            let artifacts = folders.finalArtifacts(study: id, use: begun.use)
            queue.async {
                self.surroundings.slots.release(grant)
                self.finish(job, artifacts: artifacts)
            }
        }
    }

    private func finish(_ job: OutsideJob, artifacts: [Finalized.Artifact]) {
        guard let place = outside.jobs.firstIndex(where: { $0 === job }) else { return }
        outside.jobs.remove(at: place)
        for identifier in job.requests { surroundings.slots.withdraw(identifier) }
        job.requests = []
        if isDeleted { return job.onEnd() }
        switch job.purpose {
        case .final(let begun):
            whenKept { [id] in $0.dropFinalCheckpoint(study: id, use: begun.use) }
            recordOutside([.finalized(result(of: job, begun, artifacts))])
        case .replay(let begun, let before):
            whenKept { [id, count = job.runs.count] in $0.removeReplay(study: id, number: begun.number, runs: count) }
            recordOutside([.replayed(result(of: job, begun, before))])
        }
        job.onEnd()
    }

    /// Ends what runs beside the search.
    ///
    /// - Returns: whether anything did.
    @discardableResult
    func stopOutside(_ reason: StopReason) -> Bool {
        let jobs = outside.jobs
        for attempt in outside.underWay.values { attempt.stop(reason) }
        for job in jobs {
            for identifier in job.requests { surroundings.slots.withdraw(identifier) }
            job.requests = []
            guard reason == .cancelled else { continue }
            for index in job.waiting { job.outcomes[index] = .stopped(reason: reason) }
            job.waiting = []
            if job.isDone { finish(job, artifacts: []) }
        }
        return !jobs.isEmpty
    }
}
