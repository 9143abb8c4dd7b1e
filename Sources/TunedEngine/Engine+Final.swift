import Dispatch
public import TunedRecords
import TunedSpace

/// Using a study's test rows: what can be refused is refused first, then the use is written and durable, and only then a worker is given them.
extension Engine {
    /// Replies once the use has begun; the study's row tells how it goes on.
    public func finalize(_ slug: String, _ request: FinalRequest, reply: @escaping Reply<StudyRow>) {
        withDriver(slug, reply) { [self] driver in
            do throws(EngineError) {
                try driver.checkFinal(request)
                let trial: Int = if let named = request.trial { named } else { try driver.finalCandidate }
                let declaration = driver.declaration
                driver.outside.isPreparing = true
                planner.queue.async { [self] in
                    do throws(EngineError) {
                        let measured: Int? = if request.trial == nil { try replicated(driver.id, declaration) } else { nil }
                        prepare(driver, declaration, try finalTrial(measured ?? trial, driver.id, slug, declaration), request, reply)
                    } catch {
                        driver.queue.async { driver.outside.isPreparing = false }
                        reply(.failure(error))
                    }
                }
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// Where candidates were measured again, the one with the best mean.
    private func replicated(_ study: StudyID, _ declaration: StudyDeclaration) throws(EngineError) -> Int? {
        guard declaration.specification.replicate != nil else { return nil }
        let rows: [TrialRow]
        do { rows = try store.trials(of: study, matching: TrialQuery(states: [.complete])) } catch { throw EngineError(error) }
        guard case .integer(let trial)? = WinnerReport.value(of: declaration, rows)?["trial"] else { return nil }
        return Int(trial)
    }

    private struct FinalTrial {
        var row: TrialRow
        /// Hash of the plugin that ran it.
        var plugin: String
    }

    /// The trial whose configuration is to be trained.
    private func finalTrial(
        _ number: Int, _ study: StudyID, _ slug: String, _ declaration: StudyDeclaration
    ) throws(EngineError) -> FinalTrial {
        let found: (TrialRow, [AttemptRow])?
        do throws(StoreError) {
            found = if let row = try store.trial(number, of: study) { (row, try store.attempts(of: study, trial: number)) } else { nil }
        } catch {
            throw EngineError(error)
        }
        guard let (row, attempts) = found else { throw EngineError(.notFound, "study \(slug) has no trial \(number)", path: "trial") }
        guard row.state == .complete else {
            throw EngineError(.conflict, "trial \(slug)/\(number) is \(row.isInfeasible ? "infeasible" : row.state.name); only a complete trial can be finalized", path: "trial")
        }
        let plugin = attempts.last { $0.started.run.purpose == .search && $0.outcome?.isSuccess == true }?.record?.pluginHash
        return FinalTrial(row: row, plugin: plugin ?? declaration.plugin?.hash ?? "")
    }

    /// What a person should know of a trial's refit.
    private static func remarks(on row: TrialRow) -> [String] {
        guard case .continued(let parent, _) = row.origin else { return [] }
        return ["trial \(row.number) went on from a checkpoint of trial \(parent); the refit is trained in full with its own values alone"]
    }

    private func prepare(
        _ driver: StudyDriver, _ declaration: StudyDeclaration, _ trial: FinalTrial, _ request: FinalRequest, _ reply: @escaping Reply<StudyRow>
    ) {
        planner.prepareFinal(of: declaration, slug: driver.slug, plugin: trial.plugin, allowsChangedData: request.allowsChangedData) { [self] result in
            driver.queue.async { [self] in
                driver.outside.isPreparing = false
                do throws(EngineError) {
                    let preparation = try result.get()
                    // The study may have been resumed or deleted meanwhile.
                    try driver.checkFinal(request)
                    let begun = FinalizeBegun(
                        use: driver.outside.uses.count + 1, trial: trial.row.number, configuration: trial.row.configuration,
                        askedAfter: trial.row.askedAfter, plugin: trial.plugin, reason: request.reason, remarks: preparation.remarks + Self.remarks(on: trial.row),
                        trainRows: preparation.trainRows, testRows: preparation.testRows)
                    let sequence = driver.recordOutside([.finalizeBegun(begun)])
                    answer(driver.slug, after: sequence, reply)
                    store.whenDurable(sequence) { [self] error in
                        // A use that could not be kept is taken up again once it is: nobody has seen anything.
                        guard error == nil else { return whenKept(sequence, driver, begun) }
                        run(begun, of: driver)
                    }
                } catch {
                    reply(.failure(error))
                }
            }
        }
    }

    /// Waits for a disk that has become full: the event stays queued, and the worker stays without the test rows.
    private func whenKept(_ sequence: EventSequence, _ driver: StudyDriver, _ begun: FinalizeBegun) {
        _ = clock.schedule(after: 0.5) { [self] in
            store.whenDurable(sequence) { [self] error in
                if error == nil { run(begun, of: driver) } else { whenKept(sequence, driver, begun) }
            }
        }
    }

    /// Makes the final run of a use that is durable.
    private func run(_ begun: FinalizeBegun, of driver: StudyDriver) {
        driver.queue.async { [self] in
            let (planner, declaration) = (planner, driver.declaration)
            planner.makeFinal(
                of: declaration, slug: driver.slug, plugin: begun.plugin, name: "final-\(driver.id.rawValue)-\(begun.use)"
            ) { result in
                driver.queue.async {
                    switch result {
                    case .success(let blueprint): driver.begin(driver.finalJob(begun, blueprint) { planner.removeFinal(blueprint) })
                    case .failure(let error): driver.failFinal(begun, because: error.message)
                    }
                }
            }
        }
    }

    /// Goes on with what ran beside a study's search when its daemon ended.
    func takeUpOutside(of driver: StudyDriver) {
        if let begun = driver.queue.sync(execute: { driver.outside.openUse }) { run(begun, of: driver) }
        for begun in driver.queue.sync(execute: { driver.outside.openReplays }) { run(begun, of: driver) }
    }
}

extension AttemptOutcome {
    var isSuccess: Bool { if case .succeeded = self { true } else { false } }
}

extension AttemptRow {
    /// What it ran on; nil where that is not known.
    var record: EnvironmentRecord? { (try? JSONValue(parsing: environment)).flatMap(EnvironmentRecord.init(json:)) }
}
