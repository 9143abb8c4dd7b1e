import CTunedWorker
import Synchronization
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWire

/// A slot's hold on an instance: what is run there, and who wants it to end.
final class InProcessHost: DirectHost {
    private let instance: InProcessInstance
    private let runner: InProcessRunner
    let batchLimit: Int
    private let stops = Mutex(Stops())

    private struct Stops {
        /// The attempt that the plugin is making, and the page that its should_stop looks at.
        var current: (nonce: UInt64, page: Page)?
        var reasons: [UInt64: StopReason] = [:]
    }

    /// `@unchecked Sendable`: only its stop word is touched, which is atomic.
    private struct Page: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    init(_ instance: InProcessInstance, runner: InProcessRunner) {
        self.instance = instance
        self.runner = runner
        batchLimit = instance.batchLimit
        BusyInstances.shared.add(instance)
    }

    func run(_ assignment: AttemptAssignment, _ report: @escaping @Sendable ([MetricReport]) -> Void) -> DirectResult {
        let nonce = assignment.nonce
        let made = instance.run(RunRequest(assignment), begin: { begin(nonce, on: $0) }, report)
        let reason = end(nonce)
        guard let (result, log) = made else { return DirectResult(outcome: .stopped(reason: reason ?? .cancelled)) }
        let outcome = RunVerdict.outcome(of: result, assignment.blueprint, EndingReasons(stop: reason))
        return DirectResult(outcome: outcome, log: log)
    }

    func run(_ batch: BatchAssignment) -> BatchResult {
        let count = batch.configurations.count
        let request = BatchRequest(
            first: Int64(batch.first), configurations: batch.configurations,
            seeds: (0..<count).map { RunKey().seed(study: batch.studySeed, trial: batch.first + $0) },
            folds: batch.blueprint.folds == nil ? 0 : 1)
        let made = instance.run(request, begin: { begin(batch.nonce, on: $0) })
        let reasons = EndingReasons(stop: end(batch.nonce))
        let metrics = batch.blueprint.schema.metrics.count
        guard let (result, log) = made else {
            let outcome = AttemptOutcome.stopped(reason: reasons.stop ?? .cancelled)
            return BatchResult(
                metrics: Array(repeating: Array(repeating: .nan, count: count), count: metrics),
                failures: (0..<count).map { ($0, outcome) })
        }
        let failures = result.irregular.compactMap { index, result -> (index: Int, outcome: AttemptOutcome)? in
            let outcome = RunVerdict.outcome(of: result, batch.blueprint, reasons)
            if case .succeeded = outcome { return nil }
            return (index, outcome)
        }
        return BatchResult(
            metrics: result.metrics, failures: failures, reports: result.reports,
            constraints: Self.columns(result.constraints, besides: Set(failures.map(\.index)), count: count), log: log)
    }

    /// What trials that succeeded reported, constraint by constraint.
    private static func columns(
        _ reported: [(index: Int, constraint: RunResult.Constraint)], besides failed: Set<Int>, count: Int
    ) -> [BatchRun.Constraint] {
        var columns: [BatchRun.Constraint] = []
        var places: [String: Int] = [:]
        for (index, constraint) in reported where !failed.contains(index) {
            let place = places[constraint.name] ?? columns.count
            if place == columns.count {
                places[constraint.name] = place
                columns.append(BatchRun.Constraint(name: constraint.name, values: Array(repeating: .nan, count: count)))
            }
            columns[place].values[index] = constraint.value
        }
        return columns
    }

    func stop(_ reason: StopReason, nonce: UInt64) {
        stops.withLock { stops in
            guard stops.reasons[nonce] == nil else { return }
            stops.reasons[nonce] = reason
            guard let current = stops.current, current.nonce == nonce else { return }
            tuned_page_add_stop(current.page.pointer, UInt32(TUNED_STOP_ASKED))
        }
    }

    /// On the instance's queue.
    private func begin(_ nonce: UInt64, on page: OpaquePointer) -> Bool {
        let page = Page(pointer: page)
        return stops.withLock { stops in
            guard stops.reasons[nonce] == nil else { return false }
            tuned_page_clear_stop(page.pointer)
            stops.current = (nonce, page)
            return true
        }
    }

    private func end(_ nonce: UInt64) -> StopReason? {
        stops.withLock { stops in
            stops.current = nil
            return stops.reasons[nonce]
        }
    }

    func release() {
        BusyInstances.shared.remove(instance)
        runner.release(instance)
    }
}
