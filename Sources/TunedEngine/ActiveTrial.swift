import TunedRecords
import TunedSearch
import TunedSpace

/// A trial under way: which of its runs are still to be made, and what the others brought.
struct ActiveTrial {
    let number: Int
    let configuration: Configuration
    /// The last event that the sampler had seen: it says which space the configuration is in.
    let askedAfter: EventSequence
    let isExternal: Bool
    /// One a fold, in the order in which they are made.
    private(set) var runs: [RunKey]
    /// What its runs may spend, in units of the fidelity, what they have spent included; 0: all.
    private(set) var budget = 0.0
    /// How far each run has come, in units of the fidelity.
    var reached: [Double]
    /// Whether it has kept a rung waiting for too long.
    var isOverdue = false
    /// A pruner's decision to end it.
    var pruning: String?
    /// The trial whose configuration this one measures again.
    let replicateOf: Int?
    /// Whose checkpoint it begins with.
    let continues: Continuation?
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

    init(number: Int, configuration: Configuration, askedAfter: EventSequence, isExternal: Bool, runs: [RunKey], origin: TrialOrigin = .sampler) {
        self.number = number
        self.configuration = configuration
        self.askedAfter = askedAfter
        self.isExternal = isExternal
        self.runs = runs
        replicateOf = if case .replicate(let trial) = origin { trial } else { nil }
        continues = if case .continued(let trial, let budget) = origin { Continuation(trial: trial, budget: budget) } else { nil }
        results = Array(repeating: nil, count: runs.count)
        attempts = Array(repeating: 0, count: runs.count)
        reached = Array(repeating: continues?.budget ?? 0, count: runs.count)
    }

    /// Of its runs: training that goes on from a checkpoint is a new one.
    var segment: Int { runs.first?.segment ?? 0 }

    /// Runs with this budget are to be made from here on.
    mutating func give(_ given: BudgetGiven) {
        budget = given.budget
        for run in runs.indices {
            runs[run].segment = given.segment
            results[run] = nil
            attempts[run] = 0
        }
        lost = 0
        pruning = nil
        isOverdue = false
        verdict = nil
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
                verdict =
                    budget > 0
                    ? TrialEnded(trial: number, state: .paused, values: result.values, step: Int64(budget.rounded()))
                    : TrialEnded(trial: number, result, step: lastStep)
            }
        case .failed(let failure) where failure.isInfrastructure && lost < Self.lossesAllowed && pruning == nil:
            lost += 1
            return verdict == nil
        case .failed(let failure) where failure.isInfrastructure && pruning != nil:
            break
        case .failed(let failure):
            verdict = verdict ?? TrialEnded(trial: number, state: .failed, values: [], step: lastStep, failure: failure)
        case .stopped(.pruned):
            verdict = verdict ?? pruned
        case .stopped(.cancelled):
            verdict = verdict ?? TrialEnded(trial: number, state: .cancelled, values: [])
        case .stopped(.shutdown):
            // The trial stays under way in the log; the next daemon makes this attempt again.
            break
        }
        // A pruner's decision stands, unless the last run was done before it was heard of.
        if pruning != nil, outcome != .stopped(reason: .shutdown) { verdict = verdict ?? pruned }
        return false
    }

    /// Its end where it was pruned.
    var pruned: TrialEnded {
        TrialEnded(trial: number, state: .pruned, values: lastReport.map { [$0.value] } ?? [], step: lastReport?.step)
    }

    func isDone(_ run: Int) -> Bool { results[run] != nil }

    var isComplete: Bool { results.allSatisfy { $0 != nil } }
}
