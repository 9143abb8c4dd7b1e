package import TunedEngine
package import TunedRecords
package import TunedSpace

/// A trial for programs outside. Times are milliseconds since 1970, durations seconds.
package enum TrialJSON {
    package static func value(of trial: TrialRow, in declaration: StudyDeclaration) -> JSONValue {
        .object(fields(of: trial, in: declaration))
    }

    /// With everything that is known of the attempts at its runs.
    package static func value(
        of trial: TrialRow, attempts: [AttemptRow], artifacts: [RunFolders.Artifact] = [], replays: [Replay] = [],
        in declaration: StudyDeclaration
    ) -> JSONValue {
        var fields = fields(of: trial, in: declaration)
        fields["artifacts"] = .array(
            artifacts.map { artifact in
                .object([
                    "run": .integer(Int64(artifact.run)), "name": .string(artifact.name), "bytes": .integer(artifact.size),
                    "path": .string(artifact.path),
                ])
            })
        if !replays.isEmpty { fields["replays"] = .array(replays.map { ReplayJSON.value(of: $0, declaration.schema) }) }
        fields["attempts"] = .array(attempts.map { AttemptJSON.value(of: $0, schema: declaration.schema) })
        return .object(fields)
    }

    /// What an outside program that asked is given to try.
    package static func value(of asked: AskedTrial) -> JSONValue {
        .object([
            "number": .integer(Int64(asked.number)),
            "configuration": ConfigurationJSON.value(of: asked.configuration, in: asked.space),
            "asked_after": .integer(asked.askedAfter),
        ])
    }

    /// A trial among the best of its study.
    package static func best(_ trial: TrialRow, in declaration: StudyDeclaration) -> JSONValue {
        .object([
            "trial": .integer(Int64(trial.number)),
            "values": .array(trial.values.map(JSONValue.number)),
            "configuration": ConfigurationJSON.value(of: trial.configuration, in: declaration.space(at: trial.askedAfter)),
        ])
    }

    static func origin(_ origin: TrialOrigin) -> [String: JSONValue] {
        switch origin {
        case .sampler: ["origin": .string("sampler")]
        case .enqueued(let sequence): ["origin": .string("enqueued"), "enqueued_by": .integer(sequence)]
        case .continued(let trial, let budget):
            ["origin": .string("continued"), "continues": .integer(Int64(trial)), "continues_at": .number(budget)]
        case .replicate(let trial): ["origin": .string("replicate"), "replicate_of": .integer(Int64(trial))]
        }
    }

    private static func fields(of trial: TrialRow, in declaration: StudyDeclaration) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "number": .integer(Int64(trial.number)), "state": .string(trial.state.name),
            "configuration": ConfigurationJSON.value(of: trial.configuration, in: declaration.space(at: trial.askedAfter)),
            "values": .array(trial.values.map(JSONValue.number)), "external": .boolean(trial.isExternal),
            "asked_after": .integer(trial.askedAfter), "asked_by": .integer(trial.askedBy),
            "started_at": .integer(trial.startedAt),
        ]
        fields.merge(origin(trial.origin)) { _, origin in origin }
        fields["step"] = trial.step.map(JSONValue.integer)
        fields["failure"] = trial.failure.map(AttemptJSON.failure)
        fields["constraints"] = AttemptJSON.constraints(trial.constraints)
        if let endedAt = trial.endedAt {
            fields["ended_at"] = .integer(endedAt)
            fields["duration"] = .number(Double(endedAt - trial.startedAt) / 1000)
        }
        return fields
    }
}
