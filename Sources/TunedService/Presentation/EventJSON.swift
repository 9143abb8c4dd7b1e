package import TunedRecords
package import TunedSpace

extension EventPayload {
    /// The name of its kind, as events carry it in `type`.
    package var typeName: String {
        switch self {
        case .studyCreated: "study_created"
        case .studyStateChanged: "study_state_changed"
        case .samplerAdopted: "sampler_adopted"
        case .samplerSwitched: "sampler_switched"
        case .enqueued: "enqueued"
        case .trialAsked: "trial_asked"
        case .environmentSeen: "environment_seen"
        case .attemptStarted: "attempt_started"
        case .reported: "reported"
        case .attemptEnded: "attempt_ended"
        case .trialEnded: "trial_ended"
        case .budgetGiven: "budget_given"
        case .pruningDecided: "pruning_decided"
        case .trialOverdue: "trial_overdue"
        case .askingEnded: "asking_ended"
        case .stopRulesChanged: "stop_rules_changed"
        case .spaceChanged: "space_changed"
        case .finalizeBegun: "finalize_begun"
        case .finalized: "finalized"
        case .replayBegun: "replay_begun"
        case .replayed: "replayed"
        case .dataAllowed: "data_allowed"
        case .noted: "noted"
        case .studyDeleted: "study_deleted"
        // Shown as what it stands for, never under a name of its own.
        case .batchRun: "trial_ended"
        }
    }

    /// What programs outside are shown: a batch as the events of its trials, one by one.
    package var shown: [EventPayload] {
        if case .batchRun(let batch) = self { batch.payloads } else { [self] }
    }

    package static let typeNames: [String] = [
        "study_created", "study_state_changed", "sampler_adopted", "sampler_switched", "enqueued", "trial_asked", "environment_seen",
        "attempt_started", "reported", "attempt_ended", "trial_ended", "budget_given", "pruning_decided", "trial_overdue", "asking_ended",
        "stop_rules_changed", "space_changed", "finalize_begun", "finalized", "replay_begun", "replayed", "data_allowed", "noted",
        "study_deleted",
    ]
}

/// An event for programs outside: what the log has, with names in place of indices.
package enum EventJSON {
    /// - Parameters:
    ///   - slug: The study's name; nil where it is deleted.
    ///   - declaration: Gives parameters and metrics their names; without it values are left out.
    package static func value(of event: Event, slug: String?, declaration: StudyDeclaration?) -> JSONValue {
        var fields = details(event.payload, event.sequence, declaration)
        fields["sequence"] = .integer(event.sequence)
        fields["type"] = .string(event.payload.typeName)
        fields["time"] = .integer(event.time)
        fields["study_id"] = .integer(event.study.rawValue)
        if let slug { fields["study"] = .string(slug) }
        return .object(fields)
    }

    static func value(of event: Event, in entry: StudyDirectory.Entry?) -> JSONValue {
        value(of: event, slug: entry?.slug, declaration: entry?.declaration)
    }

    private static func details(_ payload: EventPayload, _ sequence: EventSequence, _ declaration: StudyDeclaration?) -> [String: JSONValue] {
        switch payload {
        case .studyCreated(let slug, let text):
            return ["study": .string(slug), "declaration": (try? JSONValue(parsing: text)) ?? .string(text)]
        case .studyStateChanged(let state, let reason):
            return ["state": .string(state.name), "reason": .string(reason)]
        case .samplerAdopted(let adoption):
            return [
                "name": .string(adoption.name), "revision": .integer(Int64(adoption.revision)),
                "explanation": .string(adoption.explanation),
                "numeric_environment": .string(adoption.numericEnvironment),
                "pruner": adoption.pruner.map { .object(["name": .string($0.name), "revision": .integer(Int64($0.revision))]) } ?? .null,
            ]
        case .samplerSwitched(let method, let reason):
            return ["method": .string(method), "reason": .string(reason)]
        case .enqueued(let values):
            return ["values": ConfigurationJSON.value(of: values, in: declaration?.space(at: sequence))]
        case .trialAsked(let asked):
            return trialAsked(asked, declaration)
        case .environmentSeen(let record):
            return ["environment": (try? JSONValue(parsing: record)) ?? .string(record)]
        case .attemptStarted(let started):
            var fields = AttemptJSON.run(started.run)
            fields["trial"] = .integer(Int64(started.trial))
            fields["attempt"] = .integer(Int64(started.attempt))
            fields["cpus"] = .array(started.cpus.map { .integer(Int64($0)) })
            fields["gpus"] = .array(started.gpus.map(JSONValue.string))
            fields["environment"] = .integer(started.environment)
            return fields
        case .reported(let trial, let run, let report):
            var fields = AttemptJSON.run(run)
            fields["trial"] = .integer(Int64(trial))
            fields["metric"] = MetricJSON.name(report.metric, in: declaration?.schema)
            fields["step"] = .integer(report.step)
            fields["value"] = .number(report.value)
            return fields
        case .attemptEnded(let ended):
            var fields = AttemptJSON.run(ended.run)
            fields["trial"] = .integer(Int64(ended.trial))
            fields["attempt"] = .integer(Int64(ended.attempt))
            fields["outcome"] = AttemptJSON.outcome(ended.outcome, schema: declaration?.schema)
            if !ended.log.isEmpty { fields["log"] = .string(ended.log) }
            return fields
        case .trialEnded(let ended):
            var fields: [String: JSONValue] = [
                "trial": .integer(Int64(ended.trial)), "state": .string(ended.state.name),
                "values": .array(ended.values.map(JSONValue.number)),
            ]
            fields["step"] = ended.step.map(JSONValue.integer)
            fields["failure"] = ended.failure.map(AttemptJSON.failure)
            fields["constraints"] = AttemptJSON.constraints(ended.constraints)
            return fields
        case .budgetGiven(let given):
            return [
                "trial": .integer(Int64(given.trial)), "segment": .integer(Int64(given.segment)),
                "budget": given.budget > 0 ? .number(given.budget) : .null, "reason": .string(given.reason),
            ]
        case .pruningDecided(let trial, let reason):
            return ["trial": .integer(Int64(trial)), "reason": .string(reason)]
        case .trialOverdue(let trial):
            return ["trial": .integer(Int64(trial))]
        case .stopRulesChanged(let rules):
            return ["stop": (try? JSONValue(parsing: rules)) ?? .string(rules)]
        case .spaceChanged(let statement, let reason):
            return SpaceJSON.statement(statement).merging(["reason": .string(reason)]) { _, reason in reason }
        case .finalizeBegun(let begun):
            return FinalJSON.begun(begun, declaration)
        case .finalized(let result):
            return FinalJSON.result(result, declaration)
        case .replayBegun(let begun):
            return ReplayJSON.begun(begun)
        case .replayed(let result):
            return ReplayJSON.result(result, declaration?.schema)
        case .dataAllowed(let digest, let reason):
            return ["digest": .string(digest), "reason": .string(reason)]
        case .noted(let text):
            return ["text": .string(text)]
        case .studyDeleted, .batchRun, .askingEnded:
            return [:]
        }
    }

    private static func trialAsked(_ asked: TrialAsked, _ declaration: StudyDeclaration?) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "trial": .integer(Int64(asked.trial)),
            "configuration": ConfigurationJSON.value(of: asked.configuration, in: declaration?.space(at: asked.askedAfter)),
            "asked_after": .integer(asked.askedAfter), "external": .boolean(asked.isExternal),
        ]
        fields.merge(TrialJSON.origin(asked.origin)) { _, origin in origin }
        return fields
    }
}
