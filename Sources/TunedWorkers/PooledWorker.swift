import CTunedWorker
import Dispatch
import Glibc
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWire

/// One worker of a pool through its life: starting, opening its plugin, then idle and running in turns.
///
/// `@unchecked Sendable`: guarded by the slot's queue, on which everything happens but `init` and ``launch()``.
final class PooledWorker: @unchecked Sendable {
    private enum State { case starting, opening, idle, running, ended }

    let key: WorkerKey
    /// When it last became idle. Guarded by the pool's lock.
    var idleSince = 0.0
    private let pool: WorkerPool
    private var state = State.starting
    private var attempt: PoolAttempt?
    private var link: WorkerLink?
    private var ladder: EndLadder
    private var isRetiring = false
    /// The reports that were read from the page so far.
    private var reportsRead: UInt64 = 0
    private var openedBefore = Double.infinity

    private let ticker: any DispatchSourceTimer
    private var isTicking = false
    private var idleTicks = 0

    /// How often a running attempt is looked at: its reports, its deadline.
    private static let tick = DispatchTimeInterval.milliseconds(20)
    /// An idle worker's timer goes on for so many ticks, since the next attempt mostly comes at once.
    private static let idleTickLimit = 25

    init(_ key: WorkerKey, pool: WorkerPool, first attempt: PoolAttempt) {
        self.key = key
        self.pool = pool
        self.attempt = attempt
        ladder = EndLadder(grace: pool.settings.grace)
        ticker = DispatchSource.makeTimerSource(queue: key.queue)
        attempt.onStop = { [unowned self] in stopCurrent() }
        ticker.setEventHandler { @Sendable [weak self] in self?.ticked() }
    }

    /// Starts the process; the first attempt follows once its plugin is open.
    func launch(environment: [String: String]) {
        openedBefore = pool.clock.monotonicSeconds() + pool.settings.openDeadline
        startTicking()
        let order = SpawnOrder(
            executable: pool.settings.executable, directory: pool.settings.temporaryDirectory,
            environment: environment, cpus: key.cpus, memory: key.memory, processes: pool.settings.processes, openFiles: pool.settings.openFiles,
            folds: pool.foldsSource(of: key.blueprint))
        let queue = key.queue
        Spawner.shared.spawn(order) { result in
            queue.async { self.started(result) }
        }
    }

    private func started(_ result: Result<WorkerProcess, PluginError>) {
        switch result {
        case .failure(let error):
            // A machine that is short of processes, memory or descriptors for a moment is not the plugin's fault.
            let kind: Failure.Kind = error.code == .spawn ? .lost : .load
            let failure = Failure(kind: kind, message: error.message, detail: error.detail)
            finishLife(attempt.map { ($0, .failed(failure), "") })
        case .success(let process):
            let link = WorkerLink(
                process, queue: key.queue, logBytes: pool.settings.logBytes, logBurst: pool.settings.logBurst,
                onMessage: { [unowned self] in received($0) }, onExit: { [self] in exited($0) })
            self.link = link
            guard !isRetiring else { return link.signal(SIGKILL) }
            state = .opening
            link.send(.open(key.openRequest))
        }
    }

    // MARK: Running

    /// Hands an attempt to this idle worker.
    func run(_ attempt: PoolAttempt) {
        self.attempt = attempt
        attempt.onStop = { [unowned self] in stopCurrent() }
        link?.resetLog()
        begin(attempt)
    }

    private func begin(_ attempt: PoolAttempt) {
        guard let link else { return }
        state = .running
        idleTicks = 0
        ladder.reset()
        tuned_page_clear_stop(link.process.page)
        attempt.startedAt = pool.clock.monotonicSeconds()
        link.send(.run(RunRequest(attempt.assignment)))
        if !isTicking { startTicking() }
    }

    private func received(_ message: FromWorker) {
        switch (message, state) {
        case (.done(let result), .running): done(result)
        case (.doorbell, .running): drainReports()
        case (.opened, .opening): opened()
        case (.failed(_, let message, let detail), .opening): failedToOpen(message, detail)
        case (.hello(let wire, _), .opening) where wire == wireVersion: break
        // An attempt that was ended in the meantime, or a pong.
        case (.doorbell, _), (.pong, _): break
        default: link?.violate("a message that does not belong here")
        }
    }

    private func opened() {
        openedBefore = .infinity
        guard let attempt else { return becomeIdle() }
        begin(attempt)
    }

    private func failedToOpen(_ message: String, _ detail: String) {
        link?.completeLog()
        finish(.failed(Failure(kind: .load, message: message, detail: detail)), log: link?.log.text ?? "")
        retireNow()
    }

    private func done(_ result: RunResult) {
        // A result of another attempt than the one under way is late, and too late.
        guard let attempt, result.nonce == attempt.assignment.nonce else { return }
        drainReports()
        link?.completeLog()
        let log = link?.log.text ?? ""
        self.attempt = nil
        becomeIdle()
        let outcome = RunVerdict.outcome(of: result, attempt.assignment.blueprint, attempt.reasons)
        attempt.end(outcome, log: log)
    }

    private func becomeIdle() {
        state = .idle
        ladder.reset()
        if isRetiring { retireNow() } else { pool.becameIdle(self) }
    }

    private func drainReports() {
        guard let link, let attempt else { return }
        let page = link.process.page
        let waiting = tuned_page_waiting(page, reportsRead)
        guard waiting > 0 else { return }
        guard waiting <= UInt64(TUNED_PAGE_REPORTS) else {
            return link.violate("\(waiting) reports in a page of \(TUNED_PAGE_REPORTS)")
        }
        var reports: [MetricReport] = []
        reports.reserveCapacity(Int(waiting))
        let metrics = attempt.assignment.blueprint.schema.metrics.count
        for position in reportsRead..<reportsRead + waiting {
            let report = tuned_page_report_at(page, position)
            guard report.metric < metrics else { return link.violate("a report of metric \(report.metric)") }
            reports.append(MetricReport(metric: Int(report.metric), step: report.step, value: report.value))
        }
        reportsRead += waiting
        tuned_page_set_tail(page, reportsRead)
        attempt.report(reports)
    }

    // MARK: Time

    private func startTicking() {
        ticker.schedule(deadline: .now() + Self.tick, repeating: Self.tick, leeway: .milliseconds(2))
        ticker.resume()
        isTicking = true
    }

    private func stopTicking() {
        guard isTicking else { return }
        ticker.suspend()
        isTicking = false
    }

    private func ticked() {
        let now = pool.clock.monotonicSeconds()
        switch state {
        case .idle:
            idleTicks += 1
            if idleTicks > Self.idleTickLimit { stopTicking() }
        case .starting, .opening:
            if now >= openedBefore { link?.signal(SIGKILL) }
        case .running: checkRun(now)
        case .ended: break
        }
    }

    private func checkRun(_ now: Double) {
        guard let attempt, let link else { return }
        drainReports()
        link.tick()
        if let deadline = attempt.assignment.deadline, attempt.reasons.deadline == nil, now - attempt.startedAt >= deadline {
            attempt.reasons.deadline = deadline
            tuned_page_add_stop(link.process.page, UInt32(TUNED_STOP_ASKED | TUNED_STOP_DEADLINE))
            ladder.start(at: now)
        }
        if let signal = ladder.step(at: now) { link.signal(signal) }
    }

    // MARK: Ending

    /// Tells the attempt under way to end. One that has not begun has nothing to save.
    private func stopCurrent() {
        switch state {
        case .running:
            guard let link else { return }
            tuned_page_add_stop(link.process.page, UInt32(TUNED_STOP_ASKED))
            ladder.start(at: pool.clock.monotonicSeconds())
        case .starting, .opening: retireNow()
        case .idle, .ended: break
        }
    }

    /// Ends this worker: now where it is idle, else after its attempt.
    func retire() {
        isRetiring = true
        if state == .idle { retireNow() }
    }

    /// Ends this worker whatever it does.
    func retireNow() {
        isRetiring = true
        // Not started yet: it is killed as soon as it is.
        guard let link else { return }
        if state == .idle { link.send(.exit) }
        link.signal(state == .idle ? SIGTERM : SIGKILL)
    }

    private func exited(_ exit: WorkerExit) {
        drainReports()
        if let attempt {
            let hasTimedOut = pool.clock.monotonicSeconds() >= openedBefore
            let outcome =
                pool.isShuttingDown
                ? .failed(Failure(kind: .lost, message: "the daemon was shut down"))
                : ExitVerdict.outcome(
                    of: exit, memory: key.memory, plugin: key.blueprint.plugin.path, attempt.reasons, isOpening: state == .opening,
                    openDeadline: hasTimedOut ? pool.settings.openDeadline : nil)
            finishLife((attempt, outcome, exit.log))
        } else {
            finishLife(nil)
        }
    }

    private func finish(_ outcome: AttemptOutcome, log: String) {
        let ended = attempt
        attempt = nil
        ended?.end(outcome, log: log)
    }

    private func finishLife(_ last: (attempt: PoolAttempt, outcome: AttemptOutcome, log: String)?) {
        guard state != .ended else { return }
        state = .ended
        attempt = nil
        ticker.cancel()
        // A suspended timer may not be let go of.
        if !isTicking { ticker.resume() }
        link = nil
        pool.ended(self)
        if let last { last.attempt.end(last.outcome, log: last.log) }
    }
}

extension RunRequest {
    init(_ assignment: AttemptAssignment) {
        self.init(
            nonce: assignment.nonce, trial: Int64(assignment.trial), run: Int32(clamping: assignment.runIndex),
            attempt: Int32(clamping: assignment.attempt), purpose: assignment.run.purpose.rawValue,
            seed: assignment.seed, budget: assignment.budget, deadline: assignment.deadline ?? 0,
            fold: Int32(clamping: assignment.run.fold),
            folds: Int32(clamping: assignment.blueprint.folds?.folds.count ?? 0),
            configuration: assignment.configuration, folder: assignment.folder, fullBudget: assignment.fullBudget)
    }
}
