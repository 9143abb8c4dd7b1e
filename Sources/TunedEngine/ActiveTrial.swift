import TunedRecords
import TunedSpace

/// A trial under way: which of its runs are still to be made, and what the others brought.
struct ActiveTrial {
    let number: Int
    let configuration: Configuration
    /// The last event that the sampler had seen: it says which space the configuration is in.
    let askedAfter: EventSequence
    let isExternal: Bool
    /// In the order in which they are made.
    let runs: [RunKey]
    /// The trial whose configuration this one measures again.
    let replicateOf: Int?
    /// What each run brought that succeeded.
    private(set) var results: [TrialResult.Run?]
    /// Attempts made at each run so far.
    private(set) var attempts: [Int]
    /// Attempts lost to the machine, of the whole trial.
    private(set) var lost = 0
    /// Nonces of the attempts under way.
    var underWay: Set<UInt64> = []
    /// The furthest report of the first objective.
    var lastReport: (step: Int64, value: Double)?
    /// The furthest step that any metric was reported at.
    private(set) var lastStep: Int64?
    /// Set once one of its runs has decided how it ends; the others are then only waited for.
    var verdict: TrialEnded?

    init(number: Int, configuration: Configuration, askedAfter: EventSequence, isExternal: Bool, runs: [RunKey], replicateOf: Int? = nil) {
        self.number = number
        self.configuration = configuration
        self.askedAfter = askedAfter
        self.isExternal = isExternal
        self.runs = runs
        self.replicateOf = replicateOf
        results = Array(repeating: nil, count: runs.count)
        attempts = Array(repeating: 0, count: runs.count)
    }

    /// Keeps how far the trial has come, and the furthest report of the objective.
    mutating func note(_ report: MetricReport, objective: Objective?) {
        lastStep = max(lastStep ?? report.step, report.step)
        guard report.metric == objective?.metric, report.value.isFinite else { return }
        if lastReport.map({ report.step >= $0.step }) ?? true { lastReport = (report.step, report.value) }
    }

    mutating func beginAttempt(at run: Int) -> Int {
        defer { attempts[run] += 1 }
        return attempts[run]
    }

    mutating func setAttempts(_ count: Int, at run: Int) { attempts[run] = max(attempts[run], count) }

    /// How often attempts that were lost to their machine are made again before the trial fails.
    private static let lossesAllowed = 5

    /// Takes the end of an attempt at a run, live or from the log, and decides the trial's end where that follows from it.
    ///
    /// - Returns: whether the run is to be made again.
    mutating func take(_ outcome: AttemptOutcome, of run: Int, objectives: [Objective], bounds: [BoundMetric] = []) -> Bool {
        switch outcome {
        case .succeeded:
            results[run] = TrialResult.Run(outcome)
            if isComplete && verdict == nil {
                let result = TrialResult(of: results.compactMap { $0 }, objectives: objectives, bounds: bounds)
                verdict = TrialEnded(trial: number, result, step: lastStep)
            }
        case .failed(let failure) where failure.isInfrastructure && lost < Self.lossesAllowed:
            lost += 1
            return verdict == nil
        case .failed(let failure):
            verdict = verdict ?? TrialEnded(trial: number, state: .failed, values: [], step: lastStep, failure: failure)
        case .stopped(.pruned):
            verdict =
                verdict
                ?? TrialEnded(
                    trial: number, state: .pruned, values: lastReport.map { [$0.value] } ?? [], step: lastReport?.step)
        case .stopped(.cancelled):
            verdict = verdict ?? TrialEnded(trial: number, state: .cancelled, values: [])
        case .stopped(.shutdown):
            // The trial stays under way in the log; the next daemon makes this attempt again.
            break
        }
        return false
    }

    func isDone(_ run: Int) -> Bool { results[run] != nil }

    var isComplete: Bool { results.allSatisfy { $0 != nil } }
}
