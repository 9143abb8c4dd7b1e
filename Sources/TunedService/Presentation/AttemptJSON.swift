package import TunedRecords
package import TunedSpace

/// An attempt at a run for programs outside.
package enum AttemptJSON {
    package static func value(of attempt: AttemptRow, schema: Schema?) -> JSONValue {
        var fields = run(attempt.started.run)
        fields["attempt"] = .integer(Int64(attempt.started.attempt))
        fields["cpus"] = .array(attempt.started.cpus.map { .integer(Int64($0)) })
        fields["gpus"] = .array(attempt.started.gpus.map(JSONValue.string))
        fields["started_at"] = .integer(attempt.startedAt)
        fields["ended_at"] = attempt.endedAt.map(JSONValue.integer)
        fields["outcome"] = attempt.outcome.map { outcome($0, schema: schema) }
        fields["log"] = .string(attempt.log)
        fields["environment"] = (try? JSONValue(parsing: attempt.environment)) ?? .null
        return .object(fields)
    }

    /// `{"result": "succeeded", "metrics": {name: value}, "constraints": {name: value}}`, `{"result": "stopped", "reason"}` or
    /// `{"result": "failed", "failure"}`. Metrics that the plugin gave no value of are left out.
    package static func outcome(_ outcome: AttemptOutcome, schema: Schema?) -> JSONValue {
        switch outcome {
        case .succeeded(let metrics, let constraints):
            var fields: [String: JSONValue] = ["result": .string("succeeded"), "metrics": self.metrics(metrics, schema: schema)]
            fields["constraints"] = self.constraints(constraints)
            return .object(fields)
        case .stopped(let reason):
            return .object(["result": .string("stopped"), "reason": .string(name(of: reason))])
        case .failed(let failure):
            return .object(["result": .string("failed"), "failure": self.failure(failure)])
        }
    }

    /// `{name: value}`, without those that have none.
    static func metrics(_ metrics: [Double], schema: Schema?) -> JSONValue {
        var named: [String: JSONValue] = [:]
        for (index, value) in metrics.enumerated() where value.isFinite {
            guard let schema, schema.metrics.indices.contains(index) else { continue }
            named[schema.metrics[index].name] = .number(value)
        }
        return .object(named)
    }

    /// `{name: value}`; nil where there are none.
    static func constraints(_ constraints: [ConstraintValue]) -> JSONValue? {
        if constraints.isEmpty { return nil }
        return .object(Dictionary(constraints.map { ($0.name, .number($0.value)) }, uniquingKeysWith: { $1 }))
    }

    package static func failure(_ failure: Failure) -> JSONValue {
        var fields: [String: JSONValue] = ["kind": .string(failure.kind.name), "message": .string(failure.message)]
        if !failure.detail.isEmpty { fields["detail"] = .string(failure.detail) }
        return .object(fields)
    }

    static func run(_ run: RunKey) -> [String: JSONValue] {
        [
            "purpose": .string(name(of: run.purpose)), "fold": .integer(Int64(run.fold)),
            "repeat": .integer(Int64(run.repeat)), "segment": .integer(Int64(run.segment)),
        ]
    }

    private static func name(of purpose: RunPurpose) -> String {
        switch purpose {
        case .search: "search"
        case .final: "final"
        case .replay: "replay"
        }
    }

    private static func name(of reason: StopReason) -> String {
        switch reason {
        case .pruned: "pruned"
        case .cancelled: "cancelled"
        case .shutdown: "shutdown"
        }
    }
}
