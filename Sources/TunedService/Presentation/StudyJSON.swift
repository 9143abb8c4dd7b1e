package import TunedEngine
package import TunedRecords
package import TunedSpace

/// A study for programs outside: what was declared, where it stands, and its best trial. Times are milliseconds since 1970.
package enum StudyJSON {
    /// - Parameters:
    ///   - live: How it stands at this moment; nil where the engine does not have it.
    ///   - finalFolder: Where the final run of a use of its test rows keeps its files.
    ///   - best: Its best complete trial by the first objective.
    ///   - includesSchema: Whether parameters, metrics and the specification are told too.
    package static func value(
        of row: StudyRow, declaration: StudyDeclaration, live: LiveStudy?, best: TrialRow?, winner: JSONValue? = nil,
        finalFolder: (Int) -> String = { "final-\($0)" }, includesSchema: Bool
    ) -> JSONValue {
        var fields: [String: JSONValue] = [
            "study": .string(row.slug), "id": .integer(row.id.rawValue),
            "title": .string(declaration.specification.title),
            "state": .string(row.state.name), "reason": .string(row.reason), "created_at": .integer(row.createdAt),
            "changed_at": .integer(row.changedAt), "created_by": .integer(row.createdBy), "counts": counts(row.counts),
            "objectives": .array(
                declaration.objectives.map { objective in
                    .object(["name": .string(objective.name), "goal": .string(objective.goal.rawValue)])
                }),
            "sampler": .string(declaration.specification.sampler.name), "stop": stopRules(of: row, declaration),
        ]
        fields["plugin"] = declaration.plugin.map { plugin in
            .object([
                "name": .string(plugin.name), "trainable": .string(plugin.trainable), "hash": .string(plugin.hash),
            ])
        }
        fields["data"] = declaration.data.map(data)
        if let last = row.spaceChanges.last {
            fields["space_changes"] = .integer(Int64(row.spaceChanges.count))
            fields["space_changed"] = .object(["time": .integer(last.time), "reason": .string(last.reason)])
        }
        fields["live"] = live.map(self.live)
        fields["best"] = best.map { TrialJSON.best($0, in: declaration) }
        fields["winner"] = winner
        fields["final"] = FinalJSON.value(of: row.testUses, in: declaration, folder: finalFolder)
        if includesSchema {
            fields["schema"] = declaration.schema.json
            let former = declaration.formerParameters
            if !former.isEmpty { fields["former_parameters"] = .array(former.map(JSONValue.string)) }
            fields["specification"] = declaration.specification.json
        }
        return .object(fields)
    }

    private static func counts(_ counts: TrialCounts) -> JSONValue {
        var fields: [String: JSONValue] = ["total": .integer(Int64(counts.total))]
        for state in TrialState.allCases { fields[state.name] = .integer(Int64(counts[state])) }
        return .object(fields)
    }

    /// Those in force: as declared, or as changed since.
    private static func stopRules(of row: StudyRow, _ declaration: StudyDeclaration) -> JSONValue {
        row.stopRules.flatMap { try? JSONValue(parsing: $0) } ?? declaration.specification.stop.json
    }

    private static func data(_ data: DataReference) -> JSONValue {
        var fields: [String: JSONValue] = [
            "rows": .integer(Int64(data.rows)), "test_rows": .integer(Int64(data.testRows)), "folds": .integer(Int64(data.folds)),
            "stratified": .boolean(data.isStratified), "by": .string(data.method.rawValue),
        ]
        if data.testRows > 0 { fields["test_isolation"] = .string(data.testPlan == nil ? "file" : "indices") }
        if data.copy != nil {
            fields["path"] = .string(data.origin)
            fields["digest"] = .string(data.digest)
        }
        return .object(fields)
    }

    private static func live(_ live: LiveStudy) -> JSONValue {
        var fields: [String: JSONValue] = [
            "explanation": .string(live.explanation), "running": .integer(Int64(live.running)),
            "waiting": .integer(Int64(live.waiting)), "enqueued": .integer(Int64(live.enqueued)),
            "seconds": .number(live.seconds),
        ]
        fields["pruner"] = live.pruner.map(JSONValue.string)
        fields["budget"] = live.budget.map { .object(["spent": .number($0.spent), "full": .number($0.full)]) }
        fields["trials_per_second"] = live.trialsPerSecond.map(JSONValue.number)
        fields["remaining"] = live.remaining.map { .integer(Int64($0)) }
        fields["seconds_left"] = live.secondsLeft.map(JSONValue.number)
        fields["best"] = live.best.map { .object(["trial": .integer(Int64($0.trial)), "value": .number($0.value)]) }
        fields["grid_size"] = live.gridSize.map { .integer(Int64(clamping: $0)) }
        return .object(fields)
    }
}
