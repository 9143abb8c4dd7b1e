import TunedRecords
import TunedSpace

/// What a person asks of a study's test rows.
public struct FinalRequest: Hashable, Sendable {
    /// nil: the best.
    public var trial: Int?
    /// Whether the test rows may be used once more.
    public var isAgain: Bool
    /// Why, where they are.
    public var reason: String
    /// Whether it goes on where the data file is not what it was.
    public var allowsChangedData: Bool

    public init(trial: Int? = nil, isAgain: Bool = false, reason: String = "", allowsChangedData: Bool = false) {
        self.trial = trial
        self.isAgain = isAgain
        self.reason = reason
        self.allowsChangedData = allowsChangedData
    }
}

/// Using the test rows, once.
extension StudyDriver {
    /// Whether a use may begin; says why not.
    func checkFinal(_ request: FinalRequest) throws(EngineError) {
        if isDeleted { throw EngineError(.notFound, "study \(slug) was deleted") }
        guard declaration.plugin != nil else {
            throw EngineError(
                .invalid, "study \(slug) is driven by an outside program, which has its own data: score its test rows there, with the configuration that `tuned best \(slug)` shows")
        }
        guard let data = declaration.data, data.testRows > 0 else { throw StudyPlanner.noTestRows(slug) }
        switch state {
        case .running: throw EngineError(.conflict, "study \(slug) is running: wait for its end (`tuned show \(slug) --follow`), or end it with `tuned stop \(slug)`")
        case .paused: throw EngineError(.conflict, "study \(slug) is paused: let it end with `tuned resume \(slug)`, or end it with `tuned stop \(slug)`")
        case .completed, .stopped, .failed: break
        }
        guard !outside.isPreparing, outside.openUse == nil else {
            throw EngineError(.conflict, "study \(slug) is being finalized: see how with `tuned show \(slug)`")
        }
        guard let last = outside.uses.last else { return }
        guard request.isAgain else { throw used(last) }
        guard !request.reason.isEmpty else {
            throw EngineError(.invalid, "say why the test rows are used again: --again --reason TEXT", path: "reason")
        }
    }

    private func used(_ last: TestUse) -> EngineError {
        let count = outside.uses.count
        let times = count == 1 ? "used already" : "used \(count) times already, the last time"
        let result = last.result.map { result in
            result.values.isEmpty
                ? "which failed: \(result.failure?.message ?? "")"
                : "which scored " + zip(declaration.objectives, result.values).map { "\($0.name) \($1)" }.joined(separator: ", ")
        }
        return EngineError(
            .testUsed,
            "the test rows of study \(slug) were \(times), on \(WallTime.text(last.at)) for trial \(last.begun.trial), \(result ?? "which is under way"). A choice made by looking at them again is not scored honestly by them any more; `tuned finalize \(slug) --again --reason TEXT` does it all the same, and it is counted")
    }

    /// The trial that a study is finalized with where none is named.
    var finalCandidate: Int {
        get throws(EngineError) {
            guard declaration.objectives.count == 1 else {
                throw EngineError(
                    .invalid, "study \(slug) has several objectives, of which no trial is the best: name one with --trial NUMBER (`tuned best \(slug) --count 10` shows some)",
                    path: "trial")
            }
            guard let best = stopping.best else {
                throw EngineError(.conflict, "study \(slug) has no complete trial to finalize")
            }
            return best.trial
        }
    }

    /// Seconds that a final run may take: it trains on more rows than the runs of the search, for which the study's limit is meant.
    private static let patience = 4.0

    /// The job of a use that the log has. It is the same whenever it is made, so that a use that was interrupted is made again.
    func finalJob(_ begun: FinalizeBegun, _ blueprint: WorkerBlueprint, onEnd: @escaping @Sendable () -> Void) -> OutsideJob {
        OutsideJob(
            .final(begun), trial: begun.trial, configuration: begun.configuration,
            // The seed is that of the trial's first run in every use; the segment keeps the uses apart.
            runs: [RunKey(purpose: .final, segment: begun.use - 1)], budgets: [declaration.specification.budget ?? 0],
            blueprint: blueprint, deadline: declaration.specification.timeout.map { $0 * Self.patience }, onEnd: onEnd)
    }

    /// The final run could not be begun.
    func failFinal(_ begun: FinalizeBegun, because why: String) {
        guard !isDeleted, !isShuttingDown, outside.openUse == begun else { return }
        recordOutside([.finalized(Finalized(use: begun.use, values: [], failure: Failure(kind: .data, message: why)))])
    }

    func result(of job: OutsideJob, _ begun: FinalizeBegun, _ artifacts: [Finalized.Artifact]) -> Finalized {
        var final = Finalized(
            use: begun.use, values: [], artifacts: artifacts, environment: job.environments[0].map { $0.json.text() } ?? "")
        switch job.outcomes[0] {
        case .succeeded(let metrics, let constraints)?:
            let result = TrialResult(of: [.init(metrics: metrics, constraints: constraints)], objectives: declaration.objectives, bounds: bounds)
            final.values = result.values
            final.metrics = metrics
            final.constraints = result.constraints
            final.failure = result.failure
        case .failed(let failure)?: final.failure = failure
        case .stopped(let reason)?:
            final.failure = Failure(kind: .told, message: reason == .cancelled ? "ended by a person" : "the plugin ended the run early")
        case nil: final.failure = Failure(kind: .lost, message: "it never ran")
        }
        return final
    }
}
