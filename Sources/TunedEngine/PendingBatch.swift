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
        exceptions += broken(result, bounds, besides: Set(exceptions.map(\.end.trial)))
        exceptions.sort { $0.end.trial < $1.end.trial }
        let batch = BatchRun(
            first: assignment.first, askedAfter: askedAfter, startedAt: startedAt, nonce: assignment.nonce, cpus: cpus,
            environment: environment, configurations: PackedConfigurations(assignment.configurations),
            metrics: result.metrics, objectives: objectives.map(\.metric), exceptions: exceptions, wishes: wishes,
            log: result.log)
        let reports = result.reports.map { index, report in
            EventPayload.reported(trial: assignment.first + index, run: RunKey(), report)
        }
        outcome = [.batchRun(batch)] + reports
    }

    /// Trials that succeeded with a result that breaks a constraint.
    private func broken(_ result: BatchResult, _ bounds: [BoundMetric], besides known: Set<Int>) -> [BatchRun.Exception] {
        if bounds.isEmpty { return [] }
        return (0..<count).compactMap { index in
            let trial = assignment.first + index
            guard !known.contains(trial) else { return nil }
            let metrics = result.metrics.map { $0[index] }
            let failure = bounds.lazy.compactMap { $0.constraint.failure(of: metrics[$0.metric]) }.first
            return failure.map {
                BatchRun.Exception(
                    outcome: .succeeded(metrics: metrics), end: TrialEnded(trial: trial, state: .failed, values: [], failure: $0))
            }
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
