import TunedRecords
import TunedSpace
import TunedWire

/// What a result that a worker sent says of its attempt.
enum RunVerdict {
    private static let ok: Int32 = 0
    private static let stopped: Int32 = 1
    private static let cancelled: Int32 = 2
    private static let infeasible: Int32 = 3

    static func outcome(
        of result: RunResult, _ blueprint: WorkerBlueprint, _ reasons: EndingReasons
    ) -> AttemptOutcome {
        // A run that had to be told of its deadline outlived it, whatever it then returned.
        if let deadline = reasons.deadline { return .failed(Failure(missed: deadline)) }
        switch result.code {
        case ok: return finished(result, blueprint)
        case stopped, cancelled: return .stopped(reason: reasons.stop ?? .pruned)
        case infeasible:
            let why = result.text.isEmpty ? "the plugin says that this configuration is infeasible" : result.text
            return .failed(Failure(kind: .infeasible, message: why))
        default:
            let function = result.endedInTrain ? "train" : "evaluate"
            let returned = "\(function) returned \(result.code)"
            guard !result.text.isEmpty else {
                return .failed(Failure(kind: .reported, message: "\(returned) without saying why (host->fail)"))
            }
            return .failed(Failure(kind: .reported, message: result.text, detail: returned))
        }
    }

    private static func finished(_ result: RunResult, _ blueprint: WorkerBlueprint) -> AttemptOutcome {
        let metrics = blueprint.schema.metrics
        guard result.metrics.count == metrics.count else {
            return .failed(
                Failure(kind: .protocol, message: "the worker sent \(result.metrics.count) of \(metrics.count) metrics"))
        }
        for index in blueprint.requiredMetrics where metrics.indices.contains(index) {
            let name = metrics[index].name
            guard let value = result.metrics[index] else {
                return .failed(
                    Failure(
                        kind: .missingObjective,
                        message: "the plugin returned success without a value for \"\(name)\" (host->objective)"))
            }
            guard value.isFinite else {
                return .failed(Failure(kind: .notFinite, message: "the value of \"\(name)\" is \(value)"))
            }
        }
        if let broken = result.constraints.first(where: { !$0.value.isFinite }) {
            return .failed(Failure(kind: .notFinite, message: "the value of the constraint \"\(broken.name)\" is \(broken.value)"))
        }
        return .succeeded(
            metrics: result.metrics.map { $0 ?? .nan },
            constraints: result.constraints.map { ConstraintValue(name: $0.name, value: $0.value) })
    }
}

extension Failure {
    init(missed deadline: Double) {
        self.init(kind: .deadline, message: "the run did not end within its \(deadline) s")
    }
}
