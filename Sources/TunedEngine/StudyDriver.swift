import Dispatch
import TunedRecords
import TunedSearch
import TunedSlots
import TunedSpace

/// Drives one study: asks the sampler, places runs in slots, takes their results, and decides when it is over.
///
/// `@unchecked Sendable`: every mutable property is touched on `queue` only. Events are appended there too, so that the
/// study's events have one order, and `asked_after` means what it says.
final class StudyDriver: @unchecked Sendable {
    let id: StudyID
    let slug: String
    /// The study's as it is now: its space may have been changed.
    var declaration: StudyDeclaration
    let bounds: [BoundMetric]
    let queue: DispatchQueue
    let surroundings: StudySurroundings

    /// What new attempts run with; nil for a study that only outside programs run trials of.
    var blueprint: WorkerBlueprint?
    var feed: SamplerFeed
    /// nil where every trial is trained in full.
    var pruners: PrunerFeed?
    /// What suggestions cost beside all else.
    var effort = SearchEffort()
    var rules: StopRules
    var state: StudyState
    var reason = ""

    var active: [Int: ActiveTrial] = [:]
    /// Trials that stand at a rung or were pruned, with their verdicts: they can be taken up again.
    var standing: [Int: ActiveTrial] = [:]
    var account: BudgetAccount
    /// Whether the pruner was told that no new trial will begin.
    var hasEndedAsking = false
    var nextTrial = 0
    /// Runs to be made: further folds of trials under way, and attempts to be made again. They go before new trials.
    var ready = ReadyRuns()
    /// Configurations of a person's own, in the order they came.
    var wishes: [(id: EventSequence, values: [Int: ParameterValue])] = []
    /// Slots asked for and not yet granted.
    var requests: Set<UInt64> = []
    var underWay: [UInt64: RunningRun] = [:]
    /// Slots that work for this study.
    var busySlots = 0
    /// Batches that were asked for and are not in the log yet, in the order of their numbers.
    var batches: [PendingBatch] = []
    /// Callers who want the next trial's number, for when all batches before it are in the log.
    var numberWaiters: [() -> Void] = []
    /// Whether what comes next has to wait for them: it is no batch itself.
    var waitsForBatches = false
    /// How much a slot is given to do at once, where the study runs in process.
    var turnSize = TurnSize()
    var stopping = StoppingState()
    var counts = TrialCounts()
    /// How often trials of the search were measured again, whatever came of it.
    var replicates: [Int: Int] = [:]
    /// The candidates for that, as of so many ends and spaces.
    var leading: (ended: Int, spaces: Int, candidates: [FeedHistory.Candidate])?
    var isExhausted = false
    /// The rule that ends the study; set once it is met, while the last trials still run.
    var ending: String?
    var isShuttingDown = false
    var isDeleted = false
    /// Failures that a person knew of when they said to go on.
    var failedBeforeResume = 0
    /// Set by a failed commit: nothing new begins until the store writes again.
    var isWaitingForStore = false
    var pace: Pace
    var environments = EnvironmentLog()
    /// nil where the study has no data file.
    var dataGuard: DataGuard?
    /// What runs beside the search.
    var outside = OutsideRuns()
    /// What waits for the next event: see ``whenKept(_:)``.
    var housekeeping: [@Sendable (RunFolders) -> Void] = []
    /// While the log is replayed: attempts whose end it does not hold, and the time of its last event in seconds.
    var openAttempts: [UInt64: AttemptStarted] = [:]
    var backlog = EventBacklog()
    var lastTime = 0.0
    private var timeLimit: (any ScheduledAction)?

    init(
        id: StudyID, slug: String, declaration: StudyDeclaration, blueprint: WorkerBlueprint?, surroundings: StudySurroundings
    ) throws(EngineError) {
        self.id = id
        self.slug = slug
        self.declaration = declaration
        dataGuard = DataGuard(declaration.data)
        bounds = declaration.boundMetrics
        self.blueprint = blueprint
        self.surroundings = surroundings
        queue = DispatchQueue(label: "tuned.study.\(slug)")
        feed = try SamplerFeed(declaration: declaration)
        pruners = try PrunerFeed(declaration: declaration)
        account = BudgetAccount(full: declaration.fidelity?.high)
        rules = declaration.specification.stop
        state = .running
        pace = Pace()
    }

    // MARK: The log

    /// Appends events of this study, and shows them to the sampler in their order.
    @discardableResult
    func record(_ payloads: [EventPayload]) -> EventSequence {
        if payloads.isEmpty { return position }
        let first = surroundings.store.append(payloads, study: id, time: surroundings.clock.wallMilliseconds())
        for (offset, payload) in payloads.enumerated() {
            feed.observe(payload, at: first + EventSequence(offset))
            pruners?.observe(payload)
        }
        keepHouse(until: first + EventSequence(payloads.count - 1))
        return first
    }

    /// The last event of this study.
    var position: EventSequence { feed.position }

    // MARK: Filling slots

    /// Whether another run could begin now.
    var hasWork: Bool {
        guard state == .running, !isShuttingDown, blueprint != nil else { return false }
        return !ready.isEmpty || promotion != nil || ((mayAsk || mayReplicate) && mayNumber)
    }

    /// Whether a new trial may begin.
    var mayAsk: Bool { wantsTrials && prunerAllowsTrials }

    /// Whether the study is to have more trials than it has.
    var wantsTrials: Bool {
        state == .running && ending == nil && !isExhausted && !(pruners?.pruner.isOver ?? false)
            && rules.allowAsking(stopping, objective: declaration.objectives.first)
    }

    /// Asks for as many slots as there is work for. Called whenever something has changed.
    func fill() {
        if surroundings.store.trouble != nil { return waitForStore() }
        endAsking()
        while hasWork, requests.count + busySlots < surroundings.parallelism(of: declaration), requests.count < workAhead {
            let request = SlotRequest(study: id, trial: nextTrial, resources: declaration.specification.resources)
            let slots = surroundings.slots
            do {
                let identifier = try slots.request(request) { [weak self] grant in
                    guard let self else { return slots.release(grant) }
                    self.queue.async { self.take(grant) }
                }
                requests.insert(identifier)
            } catch {
                return end(as: .failed, because: error.message)
            }
        }
        settle()
    }

    /// How many more runs could begin: no more slots are asked for than that.
    private var workAhead: Int {
        let known = ready.count + (promotion == nil ? 0 : 1)
        guard mayAsk else { return known + replicatesAhead * runKeys.count }
        guard let trials = rules.trials else { return Int.max }
        return known + (trials - stopping.tried) * runKeys.count
    }

    private func take(_ grant: SlotGrant) {
        // A request that was withdrawn too late, by a pause or a stop, is not wanted any more.
        guard requests.remove(grant.id) != nil else { return surroundings.slots.release(grant) }
        if isInProcess { return workInTurns(in: grant) }
        begin(in: grant)
        // Of trials that are worth going on with, one is known at a time.
        if pruners != nil { fill() }
    }

    /// Starts the next run in a slot, or gives the slot back.
    func begin(in grant: SlotGrant) {
        guard hasWork, let blueprint, mayUseData(), let next = nextRun() else {
            surroundings.slots.release(grant)
            return settle()
        }
        start(next, in: grant, with: blueprint)
    }

    private func nextRun() -> ReadyRun? {
        if let run = ready.removeFirst() { return run }
        if let trial = takeUpTrial() { return firstRun(of: trial) }
        guard let asked = takeNext(isExternal: false) else { return nil }
        surroundings.folders.clear(study: id, trial: asked.trial, runs: runKeys.count, continuing: active[asked.trial]?.continues)
        record([.trialAsked(asked)] + firstBudget(of: asked))
        return firstRun(of: asked.trial)
    }

    /// The first of a new trial's runs; the others are made after it.
    func firstRun(of trial: Int) -> ReadyRun {
        for run in active[trial]?.runs.indices.dropFirst() ?? 0..<0 { ready.append(ReadyRun(trial: trial, run: run)) }
        return ReadyRun(trial: trial, run: 0)
    }

    /// The runs of each trial: one a fold.
    var runKeys: [RunKey] {
        (0..<max(1, declaration.data?.folds ?? 1)).map { RunKey(fold: $0) }
    }

    /// Asks the sampler for the next configuration; nil once the space is exhausted.
    ///
    /// - Returns: with the configuration, the wish that it comes from; the wish is taken off the list.
    func suggest() -> (configuration: Configuration, wish: EventSequence?)? {
        let wish = wishes.first
        let suggestion: Suggestion
        let began = surroundings.clock.monotonicSeconds()
        defer { effort.note(from: began, to: surroundings.clock.monotonicSeconds()) }
        do {
            let fixed = wish.flatMap { declaration.values($0.values, statedAt: $0.id) } ?? [:]
            suggestion = try feed.suggest(trial: nextTrial, fixed: fixed, budget: pruners?.firstBudget(of: nextTrial))
        } catch {
            end(as: .failed, because: error.message)
            return nil
        }
        guard case .configuration(let configuration) = suggestion else {
            isExhausted = true
            return nil
        }
        if wish != nil { wishes.removeFirst() }
        countNewTrial()
        return (configuration, wish?.id)
    }

    /// Makes a trial of the sampler's next configuration. The caller records what it returns.
    func takeTrial(isExternal: Bool) -> TrialAsked? {
        let number = nextTrial
        let askedAfter = position
        let origin: TrialOrigin
        let configuration: Configuration
        if wishes.isEmpty, !isExternal, let continued = pruners?.continuation(of: number) {
            (origin, configuration) = continued
            countNewTrial()
        } else {
            guard let suggested = suggest() else { return nil }
            configuration = suggested.configuration
            origin = suggested.wish.map { .enqueued($0) } ?? .sampler
        }
        active[number] = ActiveTrial(
            number: number, configuration: configuration, askedAfter: askedAfter, isExternal: isExternal,
            runs: isExternal ? [] : runKeys, origin: origin)
        return TrialAsked(
            trial: number, configuration: configuration, origin: origin, askedAfter: askedAfter, isExternal: isExternal)
    }

    private func countNewTrial() {
        nextTrial += 1
        hasEndedAsking = false
        stopping.tried += 1
        counts.running += 1
    }

    /// Enters an attempt at a run into the books. The caller records what it returns.
    func open(
        _ next: ReadyRun, in grant: SlotGrant, with blueprint: WorkerBlueprint, environment: EventSequence
    ) -> (running: RunningRun, started: AttemptStarted, assignment: AttemptAssignment)? {
        guard var trial = active[next.trial] else { return nil }
        let run = trial.runs[next.run]
        let attempt = trial.beginAttempt(at: next.run)
        let nonce = surroundings.nextNonce()
        trial.underWay.insert(nonce)
        active[next.trial] = trial
        let started = AttemptStarted(
            trial: next.trial, run: run, attempt: attempt, nonce: nonce, cpus: grant.cpus, gpus: grant.gpus,
            environment: environment)
        let assignment = AttemptAssignment(
            blueprint: blueprint, configuration: trial.configuration, trial: next.trial, run: run, runIndex: next.run,
            attempt: attempt, nonce: nonce, seed: run.seed(study: declaration.specification.seed, trial: next.trial),
            budget: trial.budget > 0 ? trial.budget : declaration.specification.budget ?? 0,
            fullBudget: declaration.specification.budget ?? 0, deadline: declaration.specification.timeout,
            folder: surroundings.folders.path(study: id, trial: next.trial, run: next.run))
        let running = RunningRun(next: next, attempt: attempt, nonce: nonce, grant: grant, plugin: blueprint.plugin.hash)
        underWay[nonce] = running
        return (running, started, assignment)
    }

    private func start(_ next: ReadyRun, in grant: SlotGrant, with blueprint: WorkerBlueprint) {
        let environment = noteEnvironment(of: grant, blueprint: blueprint)
        guard let (running, started, assignment) = open(next, in: grant, with: blueprint, environment: environment) else {
            return surroundings.slots.release(grant)
        }
        record([.attemptStarted(started)])
        watchForStraggling(next.trial, segment: started.run.segment)
        surroundings.slots.note(grant, trial: next.trial)
        busySlots += 1
        let nonce = running.nonce
        let runner = surroundings.runner
        let continues = started.run.segment == 0 ? active[next.trial]?.continues : nil
        grant.queue.async { [self] in
            if let continues, !surroundings.folders.lend(continues, of: id, to: next) {
                queue.async { self.missCheckpoint(next.trial, continues) }
            }
            let thinning = ReportThinning()
            let handle = runner.start(assignment, in: grant) { signal in
                for signal in thinning.pass(signal) { self.queue.async { self.receive(signal, of: nonce) } }
            }
            queue.async { self.adopt(handle, for: nonce) }
        }
    }

    private func adopt(_ handle: any RunningAttempt, for nonce: UInt64) {
        guard let running = underWay[nonce] else { return }
        running.handle = handle
        if let reason = running.stopWanted { handle.stop(reason) }
    }

    // MARK: Time

    /// Begins to count the study's running time.
    func startTiming() {
        pace.start(at: surroundings.clock.monotonicSeconds())
        timeLimit?.cancel()
        timeLimit = nil
        guard let time = rules.time else { return }
        timeLimit = surroundings.clock.schedule(after: max(0.01, time - pace.seconds(at: surroundings.clock.monotonicSeconds()))) {
            [weak self] in
            guard let self else { return }
            self.queue.async {
                self.timeLimit = nil
                self.checkRules()
                self.fill()
            }
        }
    }

    func stopTiming() {
        pace.stop(at: surroundings.clock.monotonicSeconds())
        timeLimit?.cancel()
        timeLimit = nil
    }

    private func waitForStore() {
        guard !isWaitingForStore else { return }
        isWaitingForStore = true
        _ = surroundings.clock.schedule(after: 0.5) { [weak self] in
            guard let self else { return }
            self.queue.async {
                self.isWaitingForStore = false
                self.fill()
            }
        }
    }
}
