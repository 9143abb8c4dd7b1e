public import TunedSpace

/// A change of a study's space, as its log has it.
public struct SpaceChange: Hashable, Sendable {
    /// Of its event: trials that were asked for after it, or later, have their configurations in the new space.
    public var sequence: EventSequence
    /// Milliseconds since 1970.
    public var time: Int64
    public var reason: String
    /// ``SpaceStatement`` as JSON text.
    public var statement: String

    public init(sequence: EventSequence, time: Int64, reason: String, statement: String) {
        self.sequence = sequence
        self.time = time
        self.reason = reason
        self.statement = statement
    }
}

extension [SpaceChange] {
    /// As one text, for a table of state.
    package var text: String {
        JSONValue.array(
            map { change in
                .object([
                    "sequence": .integer(change.sequence), "time": .integer(change.time), "reason": .string(change.reason),
                    "statement": .string(change.statement),
                ])
            }
        ).text()
    }

    /// nil for what ``text`` did not write.
    package init?(text: String) {
        guard let items = (try? JSONValue(parsing: text, limit: text.utf8.count))?.arrayValue else { return nil }
        self = []
        for item in items {
            guard let sequence = item["sequence"]?.integerValue, let time = item["time"]?.integerValue,
                let reason = item["reason"]?.stringValue, let statement = item["statement"]?.stringValue
            else { return nil }
            append(SpaceChange(sequence: sequence, time: time, reason: reason, statement: statement))
        }
    }
}

/// A space that a study searched before its space was changed.
public struct FormerSpace: Hashable, Sendable {
    public var space: SearchSpace
    /// The event that ended it.
    public var until: EventSequence
}

extension StudyDeclaration {
    /// What the study says of its space now.
    public var spaceStatement: SpaceStatement {
        plugin == nil
            ? SpaceStatement(declared: specification.space, space: narrowing, rules: specification.rules)
            : SpaceStatement(declared: nil, space: specification.space, rules: specification.rules)
    }

    /// The space that configurations are in which were asked for, or stated, when this was the last event of the study.
    public func space(at position: EventSequence) -> SearchSpace {
        formerSpaces.first { position < $0.until }?.space ?? space
    }

    /// Names of parameters that the study has no more, in the order in which it had them.
    public var formerParameters: [String] {
        var names: [String] = []
        for former in formerSpaces {
            for parameter in former.space.parameters where space.index(of: parameter.name) == nil && !names.contains(parameter.name) {
                names.append(parameter.name)
            }
        }
        return names
    }

    /// The declaration from the event of that number on, which says so of the space.
    ///
    /// - Throws: ``TunedSpace/SpaceError`` for what is no space, or goes past what the plugin declares.
    public func changed(to statement: SpaceStatement, since sequence: EventSequence) throws(SpaceError) -> StudyDeclaration {
        var next = self
        next.formerSpaces.append(FormerSpace(space: space, until: sequence))
        next.specification.rules = statement.rules
        if plugin == nil {
            let declared = statement.declared ?? specification.space
            guard !declared.isEmpty else { throw SpaceError(.value, path: "", "no parameter is left to search") }
            next.schema.space = try SearchSpace(declaring: declared, rules: statement.rules)
            next.space = try next.schema.space.narrowed(by: statement.space)
            next.specification.space = declared
            next.narrowing = statement.space
        } else {
            next.space = try schema.space.narrowed(by: statement.space, rules: statement.rules)
            next.specification.space = statement.space
        }
        return next
    }

    /// The study's declaration with the changes of its space since.
    public init(of row: StudyRow) throws(DeclarationError) {
        try self.init(parsing: row.declaration)
        for change in row.spaceChanges {
            let statement = try SpaceStatement(parsing: change.statement)
            do {
                self = try changed(to: statement, since: change.sequence)
            } catch {
                throw DeclarationError(message: "a stored change of the study's space is none: \(error.message)")
            }
        }
    }

    /// Values that a person gave after that event, in the space in force; nil where one of them has no place in it.
    public func values(_ values: [Int: ParameterValue], statedAt sequence: EventSequence) -> [Int: ParameterValue]? {
        guard let former = formerSpaces.first(where: { sequence < $0.until }) else { return values }
        return SpaceMapping(from: former.space, to: space).map(values)
    }
}
