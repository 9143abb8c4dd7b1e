import Dispatch
import Synchronization
import TunedPlugins
public import TunedRecords
import TunedSearch
public import TunedSlots
public import TunedSpace
public import TunedWorkers

/// The daemon without its face: studies, and what makes their trials.
///
/// Answers come by callback on queues of the engine's own, and only once what they acknowledge is durable.
public final class Engine: Sendable {
    public typealias Reply<Value> = @Sendable (Result<Value, EngineError>) -> Void

    public let store: any EventStore
    public let plugins: PluginCatalog
    public let slots: SlotScheduler
    public let host: HostFacts

    let planner: StudyPlanner
    private let surroundings: StudySurroundings
    private let queue = DispatchQueue(label: "tuned.engine")
    private let registry: Mutex<Registry>

    private struct Registry {
        var drivers: [String: StudyDriver] = [:]
        /// Studies that had ended when the daemon started. They cost nothing until somebody asks something of them.
        var dormant: [String: StudyRow] = [:]
        /// Names that are being given to studies not yet in the log.
        var reserved: Set<String> = []
        var isShuttingDown = false
    }

    /// - Parameters:
    ///   - directory: of the data; made where it is absent.
    ///   - direct: runs plugins within this process; nil where that is not allowed.
    public init(
        directory: String, store: any EventStore, slots: SlotScheduler, runner: any AttemptRunner, plugins: PluginCatalog,
        datasets: DatasetProbe, clock: any TimeSource, host: HostFacts, version: String, direct: (any DirectRunner)? = nil
    ) throws(EngineError) {
        self.store = store
        self.plugins = plugins
        self.slots = slots
        self.host = host
        registry = Mutex(Registry())
        surroundings = StudySurroundings(
            store: store, slots: slots, runner: runner, direct: direct, clock: clock, plugins: plugins, host: host,
            folders: RunFolders(root: "\(directory)/runs"), firstNonce: UInt64(store.lastSequence))
        planner = StudyPlanner(
            plugins: plugins, datasets: datasets, data: try DataStore(directory: "\(directory)/data", held: "\(directory)/held"), slots: slots, clock: clock,
            version: version, allowsInProcess: direct != nil)
        plugins.onReplacement { [weak self] plugin in
            guard let self else { return }
            for driver in self.registry.withLock({ Array($0.drivers.values) }) {
                driver.queue.async { driver.replacePlugin(plugin) }
            }
        }
        plugins.onQuarantine { [weak self] plugin in
            guard let self else { return }
            for driver in self.registry.withLock({ Array($0.drivers.values) }) {
                driver.queue.async { driver.quarantine(plugin) }
            }
        }
    }

    /// Lets a plugin in quarantine run again as it is.
    public func release(_ plugin: String, reply: @escaping Reply<LoadedPlugin>) { plugins.release(plugin, reply: reply) }

    /// Takes up the studies of the log, and goes on with those that were running.
    public func recover() throws(EngineError) {
        let rows: [StudyRow]
        do {
            rows = try store.studies()
        } catch {
            throw EngineError(error)
        }
        for row in rows {
            guard row.state == .running || row.state == .paused || row.counts.running > 0 || row.hasOpenRuns else {
                // A daemon that was killed may not have come to it.
                surroundings.folders.dropCheckpoints(study: row.id)
                registry.withLock { $0.dormant[row.slug] = row }
                continue
            }
            let driver: StudyDriver
            do throws(EngineError) {
                driver = try restore(row)
            } catch {
                // One study that cannot go on must not keep the others from it.
                giveUp(row, because: error.message)
                registry.withLock { $0.dormant[row.slug] = row }
                continue
            }
            registry.withLock { $0.drivers[row.slug] = driver }
            driver.queue.async { driver.takeUp() }
            if row.hasOpenRuns { takeUpOutside(of: driver) }
        }
    }

    /// Writes the end of a study that cannot be restored, and of its trials, so that nothing stays as running.
    private func giveUp(_ row: StudyRow, because reason: String) {
        let open = (try? store.trials(of: row.id, matching: TrialQuery(states: [.running]))) ?? []
        var events: [EventPayload] = open.map { .trialEnded(TrialEnded(trial: $0.number, state: .cancelled, values: [])) }
        if row.state == .running { events.append(.studyStateChanged(.failed, reason: reason)) }
        if !events.isEmpty { store.append(events, study: row.id, time: surroundings.clock.wallMilliseconds()) }
    }

    /// Events that are read at once; one of them may hold a thousand trials.
    static let page = 1000

    private func restore(_ row: StudyRow) throws(EngineError) -> StudyDriver {
        var declaration: StudyDeclaration
        do {
            declaration = try StudyDeclaration(parsing: row.declaration)
        } catch {
            throw EngineError(.internalError, error.message)
        }
        if let copy = declaration.data?.copy { declaration.data?.copy = planner.data.place(of: copy) }
        var blueprint: WorkerBlueprint?
        do throws(EngineError) {
            blueprint = try planner.blueprint(of: declaration)
        } catch {
            if row.state == .running { throw error }
        }
        let driver = try StudyDriver(
            id: row.id, slug: row.slug, declaration: declaration, blueprint: blueprint, surroundings: surroundings)
        var position: EventSequence = 0
        while true {
            let events: [Event]
            do {
                events = try store.events(of: row.id, after: position, limit: Self.page)
            } catch {
                throw EngineError(error)
            }
            guard let last = events.last else { break }
            driver.replay(events)
            position = last.sequence
        }
        return driver
    }

    // MARK: Studies

    /// Resolves a specification and starts its study.
    public func create(_ specification: StudySpecification, reply: @escaping Reply<StudyRow>) {
        if let trouble = store.trouble { return reply(.failure(EngineError(trouble))) }
        let slug: String
        do throws(EngineError) {
            slug = try reserve(specification)
        } catch {
            return reply(.failure(error))
        }
        var named = specification
        named.slug = slug
        planner.plan(named) { [self] result in
            queue.async { [self] in
                do throws(EngineError) {
                    let plan = try warmed(try result.get())
                    let driver = try StudyDriver(
                        id: store.allocateStudy(), slug: slug, declaration: plan.declaration, blueprint: plan.blueprint,
                        surroundings: surroundings)
                    try register(driver)
                    driver.queue.async { [self] in
                        let created = driver.record([.studyCreated(slug: slug, declaration: plan.declaration.text)])
                        driver.adoptSampler()
                        driver.startTiming()
                        answer(slug, after: created, reply)
                        driver.fill()
                    }
                } catch {
                    registry.withLock { _ = $0.reserved.remove(slug) }
                    reply(.failure(error))
                }
            }
        }
    }

    /// The plan with the trials of the study that it is to begin with.
    private func warmed(_ plan: StudyPlanner.Plan) throws(EngineError) -> StudyPlanner.Plan {
        guard let slug = plan.declaration.specification.warmStart else { return plan }
        let found: (row: StudyRow, trials: [TrialRow])?
        do throws(StoreError) {
            if let row = try store.study(slug: slug) {
                found = (row, try store.trials(of: row.id, matching: TrialQuery()))
            } else {
                found = nil
            }
        } catch {
            throw EngineError(error)
        }
        guard let found, let other = try? StudyDeclaration(of: found.row) else {
            throw EngineError(.invalid, "there is no study \"\(slug)\" to begin with; `tuned studies` lists them", path: "warm_start")
        }
        var warmed = plan
        warmed.declaration.warmStart = try plan.declaration.warmStart(from: slug, other, found.trials)
        return warmed
    }

    /// Makes a driver known under its name, unless the daemon has begun to end meanwhile.
    private func register(_ driver: StudyDriver) throws(EngineError) {
        let isTooLate = registry.withLock { registry in
            if registry.isShuttingDown { return true }
            registry.reserved.remove(driver.slug)
            registry.dormant[driver.slug] = nil
            registry.drivers[driver.slug] = driver
            return false
        }
        if isTooLate { throw EngineError(.unavailable, "the daemon is shutting down") }
    }

    /// Takes the study's name, or the first free one after its plugin's.
    private func reserve(_ specification: StudySpecification) throws(EngineError) -> String {
        let result: Result<String, EngineError> = registry.withLock { registry in
            if registry.isShuttingDown { return .failure(EngineError(.unavailable, "the daemon is shutting down")) }
            func isTaken(_ slug: String) -> Bool {
                registry.drivers[slug] != nil || registry.dormant[slug] != nil || registry.reserved.contains(slug)
            }
            if let slug = specification.slug {
                if isTaken(slug) {
                    return .failure(
                        EngineError(
                            .exists, "there is a study named \"\(slug)\" already: choose another name, or `tuned delete \(slug)`",
                            path: "study"))
                }
                registry.reserved.insert(slug)
                return .success(slug)
            }
            let base = String((specification.plugin ?? "study").prefix(50))
            var number = 1
            while isTaken("\(base)-\(number)") { number += 1 }
            registry.reserved.insert("\(base)-\(number)")
            return .success("\(base)-\(number)")
        }
        return try result.get()
    }

    public func pause(_ slug: String, reply: @escaping Reply<StudyRow>) {
        change(slug, reply) { driver throws(EngineError) in try driver.pause() }
    }

    /// - Parameter allowsChangedData: whether it goes on where its data is not what it was.
    public func resume(_ slug: String, stop rules: StopRules?, allowsChangedData: Bool = false, reply: @escaping Reply<StudyRow>) {
        change(slug, reply) { driver throws(EngineError) in try driver.resume(rules, allowsChangedData: allowsChangedData) }
    }

    /// Ends a study; trials under way are cancelled.
    public func stop(_ slug: String, reply: @escaping Reply<StudyRow>) {
        change(slug, reply) { driver throws(EngineError) in try driver.stop() }
    }

    public func delete(_ slug: String, reply: @escaping Reply<Void>) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                let sequence = try driver.delete()
                registry.withLock { if $0.drivers[slug] === driver { $0.drivers[slug] = nil } }
                whenDurable(sequence, reply) { .success(()) }
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// Puts a configuration, whole or in part, before those that the sampler would choose.
    public func enqueue(_ slug: String, values: [String: JSONValue], reply: @escaping Reply<EventSequence>) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                let partial: [Int: ParameterValue]
                do throws(SpaceError) {
                    partial = try driver.declaration.space.partial(from: values)
                } catch {
                    throw EngineError(.invalid, error.message, path: error.path.isEmpty ? "values" : "values.\(error.path)")
                }
                let sequence = try driver.enqueue(partial)
                whenDurable(sequence, reply) { .success(sequence) }
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// Lets a study go on in another space. Trials under way end as they are.
    public func changeSpace(_ slug: String, _ request: SpaceRequest, reply: @escaping Reply<ChangedSpace>) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                let changed = try driver.changeSpace(request)
                whenDurable(driver.position, reply) { .success(changed) }
            } catch {
                reply(.failure(error))
            }
        }
    }

    public func ask(_ slug: String, reply: @escaping Reply<AskedTrial>) {
        withDriver(slug, reply) { [self] driver in
            driver.whenNumbered { [self] in
                do throws(EngineError) {
                    let (trial, sequence) = try driver.ask()
                    whenDurable(sequence, reply) { .success(trial) }
                } catch {
                    reply(.failure(error))
                }
            }
        }
    }

    public func tell(_ slug: String, trial: Int, _ result: ToldResult, reply: @escaping Reply<TrialRow>) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                let sequence = try driver.tell(trial, result)
                whenDurable(sequence, reply) { [self] in
                    Result { () throws(EngineError) in
                        do throws(StoreError) {
                            if let row = try store.trial(trial, of: driver.id) { return row }
                        } catch {
                            throw EngineError(error)
                        }
                        throw EngineError(.notFound, "study \(slug) has no trial \(trial)")
                    }
                }
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// Takes a report of a trial that an outside program runs, and says whether the trial should end.
    public func report(_ slug: String, trial: Int, _ report: MetricReport, reply: @escaping Reply<Bool>) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                let (sequence, shouldStop) = try driver.report(trial, report)
                whenDurable(sequence, reply) { .success(shouldStop) }
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// The files that a trial's runs kept. Reads the disk.
    package func artifacts(of study: StudyID, trial: Int) -> [RunFolders.Artifact] {
        surroundings.folders.artifacts(study: study, trial: trial)
    }

    /// Where the final run of a use of the test rows keeps its files.
    package func finalFolder(of study: StudyID, use: Int) -> String { surroundings.folders.final(study: study, use: use) }

    /// How a study stands now; nil where there is none, or where it had ended when the daemon started. Waits for the study's queue: not for an event loop.
    public func live(_ slug: String) -> LiveStudy? {
        guard let driver = registry.withLock({ $0.drivers[slug] }) else { return nil }
        return driver.queue.sync { driver.live }
    }

    /// Attempts under way and slots waited for, over all studies.
    public var load: (running: Int, waiting: Int) {
        registry.withLock { Array($0.drivers.values) }.reduce((0, 0)) { sum, driver in
            driver.queue.sync { (sum.0 + driver.runningCount, sum.1 + driver.requests.count) }
        }
    }

    /// Asks every attempt to end, waits up to `grace` seconds for that, ends the workers, and calls `done`. What was under way
    /// is made again by the next daemon.
    public func shutDown(grace: Double, done: @escaping @Sendable () -> Void) {
        let drivers = registry.withLock { registry in
            registry.isShuttingDown = true
            return Array(registry.drivers.values)
        }
        for driver in drivers { driver.queue.async { driver.shutDown() } }
        waitForEnd(of: drivers, until: surroundings.clock.monotonicSeconds() + grace, done: done)
    }

    private func waitForEnd(of drivers: [StudyDriver], until deadline: Double, done: @escaping @Sendable () -> Void) {
        let running = drivers.filter { driver in driver.queue.sync { driver.busySlots > 0 || !driver.outside.underWay.isEmpty } }
        if running.isEmpty || surroundings.clock.monotonicSeconds() >= deadline {
            surroundings.runner.shutDown()
            surroundings.direct?.shutDown()
            return done()
        }
        _ = surroundings.clock.schedule(after: 0.02) { [self] in waitForEnd(of: running, until: deadline, done: done) }
    }

    // MARK: The way to a driver and back

    var clock: any TimeSource { surroundings.clock }

    func withDriver<Value>(
        _ slug: String, _ reply: @escaping Reply<Value>, _ body: @escaping @Sendable (StudyDriver) -> Void
    ) {
        // What could not be kept is refused before it changes anything.
        if let trouble = store.trouble { return reply(.failure(EngineError(trouble))) }
        if let driver = registry.withLock({ $0.drivers[slug] }) { return driver.queue.async { body(driver) } }
        queue.async { [self] in
            do throws(EngineError) {
                let driver = try wake(slug)
                driver.queue.async { body(driver) }
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// The driver of a study, restored from its log where it was dormant. On `queue`, so that it is restored once.
    private func wake(_ slug: String) throws(EngineError) -> StudyDriver {
        let (driver, row, names) = registry.withLock { registry in
            (registry.drivers[slug], registry.dormant[slug], registry.drivers.keys.sorted() + registry.dormant.keys.sorted())
        }
        if let driver { return driver }
        guard let row else { throw EngineError.noStudy(slug, among: names) }
        let restored = try restore(row)
        try register(restored)
        restored.queue.sync { restored.takeUp() }
        return restored
    }

    private func change(
        _ slug: String, _ reply: @escaping Reply<StudyRow>,
        _ body: @escaping @Sendable (StudyDriver) throws(EngineError) -> EventSequence
    ) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                answer(slug, after: try body(driver), reply)
            } catch {
                reply(.failure(error))
            }
        }
    }

    func answer(_ slug: String, after sequence: EventSequence, _ reply: @escaping Reply<StudyRow>) {
        whenDurable(sequence, reply) { [self] in
            Result { () throws(EngineError) in
                do throws(StoreError) {
                    if let row = try store.study(slug: slug) { return row }
                } catch {
                    throw EngineError(error)
                }
                throw EngineError(.notFound, "there is no study \"\(slug)\"")
            }
        }
    }

    func whenDurable<Value>(
        _ sequence: EventSequence, _ reply: @escaping Reply<Value>, _ value: @escaping @Sendable () -> Result<Value, EngineError>
    ) {
        store.whenDurable(sequence) { error in
            if let error { return reply(.failure(EngineError(error))) }
            reply(value())
        }
    }
}

extension StudyDriver {
    /// On `queue`.
    var live: LiveStudy {
        let now = surroundings.clock.monotonicSeconds()
        let rate = pace.rate(at: now)
        let remaining = rules.trials.map { max(0, $0 - counts.total + counts.running + counts.cancelled) }
        var secondsLeft: Double?
        if state == .running {
            let byTrials = remaining.flatMap { remaining in rate.map { Double(remaining) / $0 } }
            let byTime = rules.time.map { max(0, $0 - pace.seconds(at: now)) }
            secondsLeft = [byTrials, byTime].compactMap { $0 }.min()
        }
        return LiveStudy(
            explanation: feed.sampler.explanation, running: runningCount, waiting: requests.count, enqueued: wishes.count,
            trialsPerSecond: rate, remaining: remaining, secondsLeft: secondsLeft, seconds: pace.seconds(at: now),
            best: stopping.best.flatMap { best in
                declaration.objectives.first.map { (best.trial, $0.goal == .minimize ? best.loss : -best.loss) }
            }, gridSize: feed.sampler.size, pruner: pruners?.pruner.explanation,
            budget: account.full.map { (account.spent, $0 * Double(stopping.tried * runKeys.count)) })
    }
}
