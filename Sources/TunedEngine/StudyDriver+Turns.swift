import Dispatch
import TunedRecords
import TunedSearch
import TunedSlots
import TunedSpace

/// A study whose code runs in this process: a slot's queue takes runs from the study, makes them one after another, and comes
/// back with what they brought. Each way is one call on the study's queue, so that no thread has to be woken for a trial.
extension StudyDriver {
    var isInProcess: Bool { declaration.specification.isolation == .inprocess }

    /// Attempts and trials of batches under way.
    var runningCount: Int { underWay.count + batches.reduce(0) { $0 + ($1.outcome == nil ? $1.count : 0) } }

    /// Whether a new trial may be given a number now. Batches that have ended and wait for one before them are not piled up.
    var mayNumber: Bool { numberWaiters.isEmpty && !waitsForBatches && batches.count < 4 * max(1, busySlots) }

    /// Makes this study's runs in a slot until none is left or others want the slot.
    func workInTurns(in grant: SlotGrant) {
        guard hasWork, let direct = surroundings.direct, mayUseData() else {
            surroundings.slots.release(grant)
            return settle()
        }
        busySlots += 1
        grant.queue.async { [self] in work(in: grant, with: direct) }
    }

    // MARK: On the slot's queue

    private func work(in grant: SlotGrant, with direct: any DirectRunner) {
        var open: (blueprint: WorkerBlueprint, host: any DirectHost)?
        var done: DoneTurn?
        while let turn = queue.sync(execute: { exchange(done, open?.blueprint, open?.host, in: grant) }) {
            done = nil
            switch turn {
            case .open(let blueprint):
                open?.host.release()
                open = nil
                do throws(Failure) {
                    open = (blueprint, try direct.host(for: blueprint, in: grant))
                } catch {
                    queue.sync { fail(error, blueprint, in: grant) }
                }
            case .runs(let runs):
                guard let host = open?.host else { continue }
                letStoreCatchUp(to: Self.runsAhead)
                done = DoneTurn(began: surroundings.clock.monotonicSeconds(), .runs(make(runs, with: host)))
            case .batch(let batch):
                guard let host = open?.host else { continue }
                letStoreCatchUp(to: Self.batchesAhead)
                done = DoneTurn(began: surroundings.clock.monotonicSeconds(), .batch(batch, host.run(batch.assignment)))
            }
        }
        open?.host.release()
    }

    /// Events of single runs that may be on their way to the disk: trials in this process can be faster than it.
    private static let runsAhead = 8192
    /// A batch is one event, and a large one.
    private static let batchesAhead = 64

    /// Waits until no more than so many events are not durable, or the store says what is wrong.
    private func letStoreCatchUp(to limit: Int) {
        let store = surroundings.store
        guard store.pendingCount > limit else { return }
        let room = DispatchSemaphore(value: 0)
        store.whenDurable(store.lastSequence - EventSequence(limit / 2)) { _ in room.signal() }
        room.wait()
    }

    private func make(_ runs: [DirectRun], with host: any DirectHost) -> [(RunningRun, DirectResult)] {
        var failed: Int?
        return runs.map { run in
            let nonce = run.running.nonce
            // Other folds of a trial that has failed are not worth their time.
            if run.assignment.trial == failed { return (run.running, DirectResult(outcome: .stopped(reason: .cancelled))) }
            let thinning = ReportThinning()
            let pass = { @Sendable [weak self] (reports: [MetricReport]) in
                guard let self, !reports.isEmpty else { return }
                self.queue.async { self.receive(.reports(reports), of: nonce) }
            }
            let result = host.run(run.assignment) { pass(thinning.kept(of: $0)) }
            pass(thinning.withheld())
            if case .failed = result.outcome { failed = run.assignment.trial }
            return (run.running, result)
        }
    }

    // MARK: On the study's queue

    /// Takes what a turn brought and gives the slot its next; nil where it has none, and gives the slot back.
    private func exchange(
        _ done: DoneTurn?, _ known: WorkerBlueprint?, _ host: (any DirectHost)?, in grant: SlotGrant
    ) -> Turn? {
        let isFirst = done == nil
        if let done { take(done, limit: host?.batchLimit ?? 0) }
        let mayStay = isFirst || (mayKeepSlot && busySlots <= surroundings.parallelism(of: declaration))
        if hasWork, mayStay, let blueprint {
            guard let host, known === blueprint else { return .open(blueprint) }
            if let turn = next(blueprint, host, in: grant) { return turn }
        }
        busySlots -= 1
        surroundings.slots.release(grant)
        fill()
        return nil
    }

    private func take(_ done: DoneTurn, limit: Int) {
        let seconds = surroundings.clock.monotonicSeconds() - done.began
        switch done.content {
        case .runs(let results):
            turnSize.note(results.count, seconds: seconds, limit: limit > 0 ? min(limit, BatchRun.limit) : Self.runsAtOnce)
            record(results.flatMap { conclude($0.0, outcome: $0.1.outcome, log: $0.1.log) })
        case .batch(let batch, let result):
            turnSize.note(batch.count, seconds: seconds + batch.secondsOfAsking, limit: min(limit, BatchRun.limit))
            batch.end(with: result, objectives: declaration.objectives, bounds: bounds)
            recordBatches()
        }
        checkRules()
    }

    /// Most runs of a turn that is no batch: each has events of its own.
    private static let runsAtOnce = 64

    private func next(_ blueprint: WorkerBlueprint, _ host: any DirectHost, in grant: SlotGrant) -> Turn? {
        let environment = noteEnvironment(of: grant, blueprint: blueprint)
        // A first trial alone tells how long they take; and where one of them takes long, each is shown as it begins.
        let isAlone = turnSize.trials < 2 && batches.isEmpty
        if mayAsk, ready.isEmpty, host.batchLimit > 0, runKeys.count == 1, !isAlone {
            return nextBatch(blueprint, host, in: grant, environment: environment)
        }
        guard batches.isEmpty || !ready.isEmpty else {
            waitsForBatches = true
            return nil
        }
        let learns = feed.sampler.learnsFromResults
        let limit = min(turnSize.trials, Self.runsAtOnce)
        var runs: [DirectRun] = []
        var asked = 0
        while runs.count < limit {
            var events: [EventPayload] = []
            var run = ready.removeFirst()
            if run == nil, batches.isEmpty, !mayAsk || asked < (learns ? 1 : limit) && asked < untilPatienceEnds,
                let trial = takeNext(isExternal: false)
            {
                events.append(.trialAsked(trial))
                asked += 1
                run = firstRun(of: trial.trial)
            }
            guard let run, let opened = open(run, in: grant, with: blueprint, environment: environment) else { break }
            events.append(.attemptStarted(opened.started))
            record(events)
            opened.running.handle = DirectHandle(host: host, nonce: opened.running.nonce)
            runs.append(DirectRun(running: opened.running, assignment: opened.assignment))
        }
        guard let first = runs.first else { return nil }
        surroundings.slots.note(grant, trial: first.assignment.trial)
        return .runs(runs)
    }

    private func nextBatch(
        _ blueprint: WorkerBlueprint, _ host: any DirectHost, in grant: SlotGrant, environment: EventSequence
    ) -> Turn? {
        let began = surroundings.clock.monotonicSeconds()
        let first = nextTrial
        let askedAfter = position
        let ended = counts.complete + counts.pruned + counts.failed
        let limit = min(
            turnSize.trials, host.batchLimit, BatchRun.limit, untilPatienceEnds,
            TurnSize.foresight(learns: feed.sampler.learnsFromResults, ended: ended))
        var configurations: [Configuration] = []
        configurations.reserveCapacity(limit)
        var wishes: [Int: EventSequence] = [:]
        while configurations.count < limit, mayAsk, let (configuration, wish) = suggest() {
            let trial = first + configurations.count
            feed.showAhead(trial, configuration, ofBatch: first)
            wishes[trial] = wish
            configurations.append(configuration)
        }
        guard !configurations.isEmpty else { return nil }
        surroundings.slots.note(grant, trial: first)
        let assignment = BatchAssignment(
            blueprint: blueprint, first: first, configurations: configurations, studySeed: declaration.specification.seed,
            nonce: surroundings.nextNonce())
        let batch = PendingBatch(
            assignment, askedAfter: askedAfter, startedAt: surroundings.clock.wallMilliseconds(), wishes: wishes,
            cpus: grant.cpus, environment: environment, host: host,
            secondsOfAsking: surroundings.clock.monotonicSeconds() - began)
        batches.append(batch)
        return .batch(batch)
    }

    /// Complete trials that may still come before the study's patience ends.
    private var untilPatienceEnds: Int {
        guard let patience = rules.patience, stopping.best != nil else { return .max }
        return max(1, patience - stopping.completeSinceBest)
    }

    /// Writes the batches that have ended, up to the first that has not: the log has the trials in the order of their numbers.
    private func recordBatches() {
        while let batch = batches.first, let events = batch.outcome {
            batches.removeFirst()
            record(events)
            guard case .batchRun(let run)? = events.first else { continue }
            close(run)
        }
        guard batches.isEmpty else { return }
        waitsForBatches = false
        guard !numberWaiters.isEmpty else { return }
        let waiters = numberWaiters
        numberWaiters = []
        for body in waiters { body() }
    }

    /// Takes the ends of a batch's trials into the books.
    func close(_ batch: BatchRun) {
        for trial in batch.trials {
            let end = batch.end(trial)
            counts.running -= 1
            counts[end.state] += 1
            let hasPlace = declaration.formerSpaces.isEmpty || hasPlace(batch.configurations[trial - batch.first], askedAfter: batch.askedAfter)
            stopping.count(end, objective: declaration.objectives.first, hasPlace: hasPlace)
            if end.state == .cancelled { isExhausted = false }
        }
        pace.count(batch.count, at: surroundings.clock.monotonicSeconds())
    }

    /// Nothing can run in the slot: a run ends with why.
    private func fail(_ failure: Failure, _ blueprint: WorkerBlueprint, in grant: SlotGrant) {
        let environment = noteEnvironment(of: grant, blueprint: blueprint)
        guard hasWork else { return }
        guard batches.isEmpty || !ready.isEmpty else {
            waitsForBatches = true
            return
        }
        var events: [EventPayload] = []
        var run = ready.removeFirst()
        if run == nil, let trial = takeNext(isExternal: false) {
            events.append(.trialAsked(trial))
            run = firstRun(of: trial.trial)
        }
        guard let run, let opened = open(run, in: grant, with: blueprint, environment: environment) else { return }
        record(events + [.attemptStarted(opened.started)])
        record(conclude(opened.running, outcome: .failed(failure), log: ""))
        checkRules()
    }
}

/// What a slot is to do next.
private enum Turn {
    /// Have an instance of this made: there is none, or the plugin was rebuilt.
    case open(WorkerBlueprint)
    /// One after another.
    case runs([DirectRun])
    case batch(PendingBatch)
}

private struct DirectRun {
    let running: RunningRun
    let assignment: AttemptAssignment
}

/// What a turn brought.
private struct DoneTurn {
    enum Content {
        case runs([(RunningRun, DirectResult)])
        case batch(PendingBatch, BatchResult)
    }
    /// In monotonic seconds.
    let began: Double
    let content: Content

    init(began: Double, _ content: Content) {
        self.began = began
        self.content = content
    }
}

/// Stops one of a host's attempts.
private final class DirectHandle: RunningAttempt {
    private let host: any DirectHost
    private let nonce: UInt64

    init(host: any DirectHost, nonce: UInt64) {
        self.host = host
        self.nonce = nonce
    }

    func stop(_ reason: StopReason) { host.stop(reason, nonce: nonce) }
}
