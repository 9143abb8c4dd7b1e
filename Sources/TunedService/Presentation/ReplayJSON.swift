import TunedRecords
import TunedSpace

/// Replays of trials for programs outside. Times are milliseconds since 1970.
enum ReplayJSON {
    static func value(of replay: Replay, _ schema: Schema?) -> JSONValue {
        var fields = begun(replay.begun)
        fields["at"] = .integer(replay.at)
        fields["ended_at"] = replay.endedAt.map(JSONValue.integer)
        fields["state"] = .string(replay.result == nil ? "running" : "ended")
        if let result = replay.result { fields.merge(self.result(result, schema)) { _, new in new } }
        return .object(fields)
    }

    static func begun(_ begun: ReplayBegun) -> [String: JSONValue] {
        ["replay": .integer(Int64(begun.number)), "trial": .integer(Int64(begun.trial)), "plugin_hash": .string(begun.plugin)]
    }

    static func result(_ result: ReplayEnded, _ schema: Schema?) -> [String: JSONValue] {
        [
            "replay": .integer(Int64(result.number)), "equal": .boolean(!result.runs.isEmpty && result.isEqual),
            "differences": .array(result.differences.map(JSONValue.string)),
            "runs": .array(result.runs.map { run($0, schema) }),
        ]
    }

    private static func run(_ run: ReplayedRun, _ schema: Schema?) -> JSONValue {
        var fields: [String: JSONValue] = [
            "fold": .integer(Int64(run.run.fold)), "repeat": .integer(Int64(run.run.repeat)), "equal": .boolean(run.isEqual),
            "before": AttemptJSON.outcome(run.before, schema: schema), "now": AttemptJSON.outcome(run.now, schema: schema),
        ]
        fields["differences"] = differences(run, schema)
        return .object(fields)
    }

    /// By how much each metric differs that does; nil where there is nothing to subtract.
    private static func differences(_ run: ReplayedRun, _ schema: Schema?) -> JSONValue? {
        guard let schema, case .succeeded(let old, _) = run.before, case .succeeded(let new, _) = run.now else { return nil }
        var differences: [String: JSONValue] = [:]
        for (index, metric) in schema.metrics.enumerated() where index < old.count && index < new.count {
            if old[index].bitPattern != new[index].bitPattern { differences[metric.name] = .number(new[index] - old[index]) }
        }
        return .object(differences)
    }
}
