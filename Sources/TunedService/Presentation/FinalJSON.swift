import TunedEngine
import TunedRecords
import TunedSpace

/// The test score of a study and how often its test rows were used, for programs outside. Times are milliseconds since 1970.
enum FinalJSON {
    /// The last use with what it brought, and all uses; nil where the test rows are untouched.
    ///
    /// - Parameter folder: where the final run of a use keeps its files.
    static func value(of uses: [TestUse], in declaration: StudyDeclaration, folder: (Int) -> String) -> JSONValue? {
        guard let last = uses.last else { return nil }
        var fields = begun(last.begun, declaration)
        if let result = last.result { fields.merge(self.result(result, declaration, folder: folder(result.use))) { _, new in new } }
        fields["state"] = .string(state(of: last))
        fields["at"] = .integer(last.at)
        fields["ended_at"] = last.endedAt.map(JSONValue.integer)
        fields["uses"] = .array(uses.map(self.use))
        return .object(fields)
    }

    /// An entry of the ledger.
    private static func use(_ use: TestUse) -> JSONValue {
        var fields: [String: JSONValue] = [
            "at": .integer(use.at), "trial": .integer(Int64(use.begun.trial)), "reason": .string(use.begun.reason), "state": .string(state(of: use)),
            "values": .array((use.result?.values ?? []).map(JSONValue.number)),
        ]
        fields["failure"] = use.result?.failure.map(AttemptJSON.failure)
        return .object(fields)
    }

    private static func state(of use: TestUse) -> String {
        guard let result = use.result else { return "running" }
        return result.values.isEmpty ? "failed" : "complete"
    }

    static func begun(_ begun: FinalizeBegun, _ declaration: StudyDeclaration?) -> [String: JSONValue] {
        [
            "use": .integer(Int64(begun.use)), "trial": .integer(Int64(begun.trial)),
            "configuration": ConfigurationJSON.value(of: begun.configuration, in: declaration?.space(at: begun.askedAfter)),
            "plugin_hash": .string(begun.plugin), "reason": .string(begun.reason), "remarks": .array(begun.remarks.map(JSONValue.string)),
            "train_rows": .integer(Int64(begun.trainRows)), "test_rows": .integer(Int64(begun.testRows)),
        ]
    }

    static func result(_ result: Finalized, _ declaration: StudyDeclaration?, folder: String? = nil) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "use": .integer(Int64(result.use)), "values": .array(result.values.map(JSONValue.number)),
            "metrics": AttemptJSON.metrics(result.metrics, schema: declaration?.schema),
            "artifacts": .array(
                result.artifacts.map { artifact in
                    var item: [String: JSONValue] = [
                        "name": .string(artifact.name), "bytes": .integer(artifact.size), "sha256": .string(artifact.digest),
                    ]
                    item["path"] = folder.map { .string("\($0)/artifacts/\(artifact.name)") }
                    return .object(item)
                }),
        ]
        fields["constraints"] = AttemptJSON.constraints(result.constraints)
        fields["failure"] = result.failure.map(AttemptJSON.failure)
        fields["environment"] = try? JSONValue(parsing: result.environment)
        return fields
    }
}
