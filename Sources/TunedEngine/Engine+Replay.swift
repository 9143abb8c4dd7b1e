import Dispatch
public import TunedRecords
import TunedSpace

/// Running a trial again, beside its study's search.
extension Engine {
    /// Replies with the replay once its begin is durable.
    ///
    /// - Parameter usesCurrentPlugin: the plugin as it is loaded now; else the one that ran the trial.
    public func replay(_ slug: String, trial: Int, usesCurrentPlugin: Bool, reply: @escaping Reply<ReplayBegun>) {
        withDriver(slug, reply) { [self] driver in
            let declaration = driver.declaration
            guard let reference = declaration.plugin else {
                return reply(.failure(EngineError(.invalid, "study \(slug) is driven by an outside program, which alone can run its trials again")))
            }
            if driver.isDeleted { return reply(.failure(EngineError(.notFound, "study \(slug) was deleted"))) }
            planner.queue.async { [self] in
                do throws(EngineError) {
                    let past = try past(of: trial, driver.id, slug, declaration)
                    var hash = past.runs.last?.environment?.pluginHash ?? reference.hash
                    if usesCurrentPlugin {
                        guard let current = plugins.plugin(reference.name) else { throw plugins.unknown(reference.name) }
                        guard current.trainable(reference.trainable)?.schema == declaration.schema else {
                            throw EngineError(
                                .conflict, "plugin \(reference.name) as it is loaded now has another schema than study \(slug) was made with: its trials mean nothing to it")
                        }
                        hash = current.image.hash
                    }
                    _ = try planner.replayBlueprint(of: declaration, plugin: hash)
                    let plugin = hash
                    driver.queue.async { [self] in
                        let begun = ReplayBegun(number: driver.outside.replays.count + 1, trial: trial, plugin: plugin)
                        let sequence = driver.recordOutside([.replayBegun(begun)])
                        whenDurable(sequence, reply) { .success(begun) }
                        run(begun, of: driver)
                    }
                } catch {
                    reply(.failure(error))
                }
            }
        }
    }

    /// Makes the runs of a replay.
    func run(_ begun: ReplayBegun, of driver: StudyDriver) {
        planner.queue.async { [self] in
            let declaration = driver.queue.sync { driver.declaration }
            do throws(EngineError) {
                let past = try past(of: begun.trial, driver.id, driver.slug, declaration)
                let blueprint = try planner.replayBlueprint(of: declaration, plugin: begun.plugin)
                driver.queue.async { driver.begin(driver.replayJob(begun, past.runs, past.row.configuration, blueprint)) }
            } catch {
                driver.queue.async { driver.failReplay(begun, because: error.message) }
            }
        }
    }

    /// How the runs of a trial ended that ended by themselves.
    private func past(
        of number: Int, _ study: StudyID, _ slug: String, _ declaration: StudyDeclaration
    ) throws(EngineError) -> (row: TrialRow, runs: [PastRun]) {
        let found: (TrialRow, [AttemptRow])?
        do throws(StoreError) {
            found = if let row = try store.trial(number, of: study) { (row, try store.attempts(of: study, trial: number)) } else { nil }
        } catch {
            throw EngineError(error)
        }
        guard let (row, attempts) = found else { throw EngineError(.notFound, "study \(slug) has no trial \(number)") }
        guard !row.isExternal else {
            throw EngineError(.conflict, "trial \(slug)/\(number) was run by an outside program, which alone can run it again")
        }
        if case .continued(let parent, let budget) = row.origin {
            throw EngineError(
                .conflict, "trial \(slug)/\(number) went on from the checkpoint that trial \(parent) had at \(budget), which is not kept: it cannot be made again alone")
        }
        guard row.state != .running, row.state != .cancelled else {
            throw EngineError(.conflict, "trial \(slug)/\(number) is \(row.state.name); only a trial whose runs have ended by themselves can be run again and compared")
        }
        var runs: [PastRun] = []
        for attempt in attempts.sorted(by: { Self.order($0.started) < Self.order($1.started) }) where attempt.started.run.purpose == .search {
            guard let outcome = attempt.outcome else { continue }
            switch outcome {
            case .stopped: continue
            case .failed(let failure) where failure.isInfrastructure: continue
            case .succeeded, .failed: break
            }
            let past = PastRun(run: attempt.started.run, budget: 0, outcome: outcome, environment: attempt.record)
            // A later segment of a fold goes further than the one before.
            if let last = runs.last, last.run.fold == past.run.fold, last.run.repeat == past.run.repeat { runs.removeLast() }
            runs.append(past)
        }
        guard !runs.isEmpty else {
            throw EngineError(.conflict, "trial \(slug)/\(number) is \(row.state.name) and has no run that came to its end: there is nothing to compare with")
        }
        let budgets = try budgets(of: row, study, upTo: runs.map(\.run.segment).max() ?? 0, declaration)
        for index in runs.indices { runs[index].budget = budgets[runs[index].run.segment] ?? 0 }
        return (row, runs)
    }

    /// What a trial was given to spend, by segment; nothing where it was all. Its runs begin when they have been given something, so that
    /// the log is read up to the first of the last segment's.
    private func budgets(
        of row: TrialRow, _ study: StudyID, upTo segment: Int, _ declaration: StudyDeclaration
    ) throws(EngineError) -> [Int: Double] {
        guard declaration.pruner != nil else { return [:] }
        var budgets: [Int: Double] = [:]
        var position = row.askedBy
        while true {
            let events: [Event]
            do { events = try store.events(of: study, after: position, limit: Self.page) } catch { throw EngineError(error) }
            for event in events {
                switch event.payload {
                case .budgetGiven(let given) where given.trial == row.number: budgets[given.segment] = given.budget
                case .attemptStarted(let started) where started.trial == row.number && started.run.purpose == .search && started.run.segment == segment:
                    return budgets
                default: break
                }
            }
            guard let last = events.last else { return budgets }
            position = last.sequence
        }
    }

    private static func order(_ started: AttemptStarted) -> (Int, Int, Int, Int) {
        (started.run.repeat, started.run.fold, started.run.segment, started.attempt)
    }
}

extension StudyPlanner {
    /// The rows and the data of the search, with a plugin of one's choice.
    func replayBlueprint(of declaration: StudyDeclaration, plugin hash: String) throws(EngineError) -> WorkerBlueprint {
        let image = try image(hash, of: declaration)
        try data.check(declaration.data)
        let folds: FoldPlan? = if let digest = declaration.data?.plan { try data.plan(digest) } else { nil }
        return Self.blueprint(declaration, image: image, folds: folds)
    }
}
