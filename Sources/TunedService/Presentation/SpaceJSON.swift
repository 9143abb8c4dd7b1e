package import TunedEngine
package import TunedRecords
package import TunedSpace

/// The space of a study for programs outside: what is searched now, what is declared, and how it came to be.
package enum SpaceJSON {
    package static func value(of declaration: StudyDeclaration, slug: String, changes: [SpaceChange]) -> JSONValue {
        .object(fields(of: declaration, slug: slug, changes: changes))
    }

    /// After a change, with what it came to.
    package static func value(of changed: ChangedSpace, slug: String, changes: [SpaceChange]) -> JSONValue {
        var fields = fields(of: changed.declaration, slug: slug, changes: changes)
        fields["sequence"] = .integer(changed.sequence)
        fields["state"] = .string(changed.state.name)
        fields["trials"] = .object([
            "kept": .integer(Int64(changed.trials.kept)), "filled": .integer(Int64(changed.trials.filled)),
            "outside": .object(changed.trials.outside.mapValues { .integer(Int64($0)) }),
            "illegal": .integer(Int64(changed.trials.illegal)),
        ])
        fields["summary"] = .string(changed.trials.text)
        fields["withdrawn"] = .array(changed.withdrawn.map(JSONValue.string))
        return .object(fields)
    }

    private static func fields(of declaration: StudyDeclaration, slug: String, changes: [SpaceChange]) -> [String: JSONValue] {
        let statement = declaration.spaceStatement
        return [
            "study": .string(slug), "parameters": .array(declaration.space.parametersJSON),
            "declared": .array(declaration.schema.space.parametersJSON), "space": .object(statement.space),
            "rules": .array(statement.rules), "changes": .array(changes.map(change)),
        ]
    }

    package static func change(_ change: SpaceChange) -> JSONValue {
        var fields = statement(change.statement)
        fields["sequence"] = .integer(change.sequence)
        fields["time"] = .integer(change.time)
        fields["reason"] = .string(change.reason)
        return .object(fields)
    }

    /// What a change says, as events have it too.
    static func statement(_ text: String) -> [String: JSONValue] {
        guard let statement = try? SpaceStatement(parsing: text) else { return [:] }
        var fields: [String: JSONValue] = ["space": .object(statement.space), "rules": .array(statement.rules)]
        fields["declared"] = statement.declared.map(JSONValue.object)
        return fields
    }
}
