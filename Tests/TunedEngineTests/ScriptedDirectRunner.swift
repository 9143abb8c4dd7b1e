import Dispatch
import Glibc
import Synchronization
import TunedRecords
import TunedSpace

/// Makes attempts within the call as a test says, without a plugin.
final class ScriptedDirectRunner: DirectRunner {
    typealias Script = @Sendable (_ trial: Int, _ configuration: Configuration) -> AttemptOutcome

    /// 0 takes one trial at a time.
    let batchLimit: Int
    private let script: Script
    /// How many trials each call was given, in the order in which the calls ended.
    let calls = Mutex<[Int]>([])
    /// Trials in the order in which they were begun.
    let begun = Mutex<[Int]>([])
    let opened = Atomic(0)
    let released = Atomic(0)
    let failsToOpen: Bool

    init(batchLimit: Int = 0, failsToOpen: Bool = false, _ script: @escaping Script = ScriptedDirectRunner.sum) {
        self.batchLimit = batchLimit
        self.failsToOpen = failsToOpen
        self.script = script
    }

    /// Complete, with the sum of its numbers.
    static let sum: Script = { _, configuration in .succeeded(metrics: [ScriptedRunner.total(configuration)]) }

    func host(for blueprint: WorkerBlueprint, in slot: SlotGrant) throws(Failure) -> any DirectHost {
        dispatchPrecondition(condition: .onQueue(slot.queue))
        if failsToOpen { throw Failure(kind: .load, message: "create failed") }
        opened.add(1, ordering: .relaxed)
        return Host(self)
    }

    func shutDown() {}

    private final class Host: DirectHost {
        private let runner: ScriptedDirectRunner
        private let stopped = Mutex<[UInt64: StopReason]>([:])

        init(_ runner: ScriptedDirectRunner) { self.runner = runner }

        var batchLimit: Int { runner.batchLimit }

        func run(_ assignment: AttemptAssignment, _ report: @escaping @Sendable ([MetricReport]) -> Void) -> DirectResult {
            runner.begun.withLock { $0.append(assignment.trial) }
            if let reason = stopped.withLock({ $0[assignment.nonce] }) { return DirectResult(outcome: .stopped(reason: reason)) }
            report([MetricReport(metric: 0, step: 1, value: 2)])
            let outcome = runner.script(assignment.trial, assignment.configuration)
            runner.calls.withLock { $0.append(1) }
            if let reason = stopped.withLock({ $0[assignment.nonce] }) { return DirectResult(outcome: .stopped(reason: reason)) }
            return DirectResult(outcome: outcome, log: "made \(assignment.trial)\n")
        }

        func run(_ batch: BatchAssignment) -> BatchResult {
            var result = BatchResult(metrics: [[]])
            for (index, configuration) in batch.configurations.enumerated() {
                runner.begun.withLock { $0.append(batch.first + index) }
                let outcome = runner.script(batch.first + index, configuration)
                if case .succeeded(let metrics, let constraints) = outcome {
                    result.metrics[0].append(metrics[0])
                    for constraint in constraints {
                        let place = result.constraints.firstIndex { $0.name == constraint.name } ?? result.constraints.count
                        if place == result.constraints.count {
                            let values = [Double](repeating: .nan, count: batch.configurations.count)
                            result.constraints.append(BatchRun.Constraint(name: constraint.name, values: values))
                        }
                        result.constraints[place].values[index] = constraint.value
                    }
                } else {
                    result.metrics[0].append(.nan)
                    result.failures.append((index, outcome))
                }
                if case .stopped(.pruned) = outcome {
                    result.reports.append((index, MetricReport(metric: 0, step: 6, value: 1.5)))
                }
            }
            runner.calls.withLock { $0.append(batch.configurations.count) }
            return result
        }

        func stop(_ reason: StopReason, nonce: UInt64) { stopped.withLock { $0[nonce] = reason } }

        func release() { runner.released.add(1, ordering: .relaxed) }
    }
}
