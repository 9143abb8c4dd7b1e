import TunedRecords
import TunedSpace

/// A batch from when it is asked for to when it enters the log. Confined to its study's queue, but for what is constant.
///
/// `@unchecked Sendable`: `outcome` is touched on that queue only.
final class PendingBatch: @unchecked Sendable {
    let assignment: BatchAssignment
    let askedAfter: EventSequence
    /// Milliseconds since 1970.
    let startedAt: Int64
    let wishes: [Int: EventSequence]
    let cpus: [Int]
    let environment: EventSequence
    /// How long the sampler took for its configurations.
    let secondsOfAsking: Double
    private let host: any DirectHost
    /// Set once it has ended: it may have to wait for those before it.
    private(set) var outcome: [EventPayload]?

    init(
        _ assignment: BatchAssignment, askedAfter: EventSequence, startedAt: Int64, wishes: [Int: EventSequence], cpus: [Int],
        environment: EventSequence, host: any DirectHost, secondsOfAsking: Double
    ) {
        self.assignment = assignment
        self.askedAfter = askedAfter
        self.startedAt = startedAt
        self.wishes = wishes
        self.cpus = cpus
        self.environment = environment
        self.host = host
        self.secondsOfAsking = secondsOfAsking
    }

    var count: Int { assignment.configurations.count }

    func stop(_ reason: StopReason) { host.stop(reason, nonce: assignment.nonce) }

    /// Takes what it brought.
    func end(with result: BatchResult, objectives: [Objective], bounds: [BoundMetric]) {
        var exceptions = result.failures.map { index, outcome in
            BatchRun.Exception(
                outcome: outcome, end: end(of: index, outcome, result.reports, objectives: objectives))
        }
        var batch = BatchRun(
            first: assignment.first, askedAfter: askedAfter, startedAt: startedAt, nonce: assignment.nonce, cpus: cpus,
            environment: environment, configurations: PackedConfigurations(assignment.configurations),
            metrics: result.metrics, objectives: objectives.map(\.metric), wishes: wishes, log: result.log,
            constraints: result.constraints, bounds: bounds)
        exceptions += broken(batch, besides: Set(exceptions.map(\.end.trial)), objectives)
        batch.exceptions = exceptions.sorted { $0.end.trial < $1.end.trial }
        let reports = result.reports.map { index, report in
            EventPayload.reported(trial: assignment.first + index, run: RunKey(), report)
        }
        outcome = [.batchRun(batch)] + reports
    }

    /// Trials that succeeded with a result that breaks a constraint.
    private func broken(_ batch: BatchRun, besides known: Set<Int>, _ objectives: [Objective]) -> [BatchRun.Exception] {
        if batch.bounds.isEmpty && batch.constraints.isEmpty { return [] }
        return batch.trials.compactMap { trial in
            let outcome = batch.outcome(trial)
            guard !known.contains(trial), let run = TrialResult.Run(outcome) else { return nil }
            let end = TrialEnded(trial: trial, TrialResult(of: [run], objectives: objectives, bounds: batch.bounds))
            return end.state == .complete ? nil : BatchRun.Exception(outcome: outcome, end: end)
        }
    }

    private func end(
        of index: Int, _ outcome: AttemptOutcome, _ reports: [(index: Int, report: MetricReport)], objectives: [Objective]
    ) -> TrialEnded {
        var trial = ActiveTrial(
            number: assignment.first + index, configuration: assignment.configurations[index], askedAfter: askedAfter, isExternal: false,
            runs: [RunKey()])
        for (of, report) in reports where of == index { trial.note(report, objective: objectives.first) }
        _ = trial.take(outcome, of: 0, objectives: objectives)
        return trial.verdict ?? TrialEnded(trial: trial.number, state: .cancelled, values: [])
    }
}
