import TunedRecords
import TunedSpace

/// The `trials` table as reads select it.
enum TrialColumns {
    static let list = """
        id, state, configuration, enqueued_by, is_external, asked_after, asked_by, started_at, ended_at, objectives, step, failure,
        constraints, replicate_of, continues, continues_at
        """

    /// Parameters: the first and the last row of the study, limit (-1: none), offset.
    static func select(_ query: TrialQuery) -> String {
        var filter = "id BETWEEN ?1 AND ?2"
        if let states = query.states {
            filter += " AND state IN (\(states.map { String($0.rawValue) }.sorted().joined(separator: ", ")))"
        }
        let direction = query.descending ? "DESC" : "ASC"
        let order: String
        switch query.order {
        case .number: order = "id \(direction)"
        case .value(objective: 0): order = "value \(direction) NULLS LAST, id"
        case .value(let objective): 
            order = "iif(state = \(TrialState.failed.rawValue), NULL, objective(objectives, \(objective))) \(direction) NULLS LAST, id"
        case .duration: order = "ended_at - started_at \(direction) NULLS LAST, id"
        }
        return "SELECT \(list) FROM trials WHERE \(filter) ORDER BY \(order) LIMIT ?3 OFFSET ?4"
    }

    static func row(_ statement: PreparedStatement) throws(BinaryCodingError) -> TrialRow {
        var configuration = BinaryReader(statement.blob(2))
        let failure: Failure?
        if statement.isNull(11) {
            failure = nil
        } else {
            var reader = BinaryReader(statement.blob(11))
            failure = try Failure(from: &reader)
        }
        var constraints: [ConstraintValue] = []
        if !statement.isNull(12) {
            var reader = BinaryReader(statement.blob(12))
            constraints = try reader.readConstraints()
        }
        let state = UInt8(truncatingIfNeeded: statement.integer(1))
        guard let state = TrialState(rawValue: state) else { throw .invalid(offset: 0, what: "trial state \(state)") }
        let origin: TrialOrigin =
            if let trial = statement.optionalInteger(13) {
                .replicate(of: Int(trial))
            } else if let trial = statement.optionalInteger(14) {
                .continued(from: Int(trial), at: statement.optionalDouble(15) ?? 0)
            } else {
                statement.optionalInteger(3).map { .enqueued($0) } ?? .sampler
            }
        return TrialRow(
            number: Int(statement.integer(0) & 0xFFFF_FFFF), state: state, configuration: try Configuration(from: &configuration),
            origin: origin, isExternal: statement.integer(4) != 0,
            askedAfter: statement.integer(5), askedBy: statement.integer(6), values: TrialValues.decode(statement.blob(9)),
            step: statement.optionalInteger(10), failure: failure, constraints: constraints,
            startedAt: statement.integer(7),
            endedAt: statement.optionalInteger(8))
    }
}
