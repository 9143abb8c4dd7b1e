import Hummingbird
import TunedEngine
import TunedRecords
import TunedSpace

/// Trials: those that were made, and those that an outside program asks for and tells.
struct TrialRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/studies/{slug}/trials", list),
            Route(.get, "/v1/studies/{slug}/trials/{number}", show),
            Route(.post, "/v1/studies/{slug}/ask", ask),
            Route(.post, "/v1/studies/{slug}/trials/{number}/tell", tell),
            Route(.post, "/v1/studies/{slug}/trials/{number}/reports", report),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try trialQuery(try QueryFields(request, known: ["state", "sort", "limit", "offset"]))
        let (row, entry) = try await parts.directory.study(try context.slug())
        let trials = try await parts.bridge.read { store throws(StoreError) in
            try store.trials(of: row.id, matching: query)
        }
        return .json(
            .object([
                "study": .string(row.slug), "total": .integer(Int64(total(of: row, query.states))),
                "offset": .integer(Int64(query.offset)),
                "trials": .array(trials.map { TrialJSON.value(of: $0, in: entry.declaration) }),
            ]))
    }

    @Sendable private func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let number = try context.trialNumber()
        let (row, entry) = try await parts.directory.study(try context.slug())
        let found = try await parts.bridge.read { store throws(StoreError) -> (TrialRow, [AttemptRow])? in
            guard let trial = try store.trial(number, of: row.id) else { return nil }
            return (trial, try store.attempts(of: row.id, trial: number))
        }
        guard let (trial, attempts) = found else {
            throw ServiceError.notFound("study \"\(row.slug)\" has no trial \(number); it has \(row.counts.total)")
        }
        let artifacts = try await parts.bridge.wait { engine in engine.artifacts(of: row.id, trial: number) }
        return .json(TrialJSON.value(
                of: trial, attempts: attempts, artifacts: artifacts, replays: row.replays.filter { $0.begun.trial == number },
                in: entry.declaration))
    }

    @Sendable private func ask(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let slug = try context.slug()
        try await request.fields(upTo: parts.limits.bodyBytes) { _ in }
        let asked = try await parts.bridge.reply { engine, reply in engine.ask(slug, reply: reply) }
        return .json(TrialJSON.value(of: asked), status: .created)
    }

    @Sendable private func tell(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let (slug, number) = (try context.slug(), try context.trialNumber())
        let result = try await request.fields(upTo: parts.limits.bodyBytes, Self.toldResult)
        let trial = try await parts.bridge.reply { engine, reply in
            engine.tell(slug, trial: number, result, reply: reply)
        }
        let (_, entry) = try await parts.directory.study(slug)
        return .json(TrialJSON.value(of: trial, in: entry.declaration))
    }

    @Sendable private func report(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let (slug, number) = (try context.slug(), try context.trialNumber())
        let (_, entry) = try await parts.directory.study(slug)
        let report = try await request.fields(upTo: parts.limits.bodyBytes) { fields in
            try Self.metricReport(&fields, entry.declaration)
        }
        let shouldStop = try await parts.bridge.reply { engine, reply in
            engine.report(slug, trial: number, report, reply: reply)
        }
        return .json(.object(["stop": .boolean(shouldStop)]))
    }

    /// `{"step": 3, "value": 0.1}`, with `"metric"` where it is not the first objective.
    private static func metricReport(_ fields: inout JSONFields, _ declaration: StudyDeclaration) throws -> MetricReport {
        let (step, value, name) = (fields.take("step"), fields.take("value"), try fields.string("metric"))
        guard case .integer(let step)? = step else {
            throw ServiceError.invalid("a report needs a step, which is a whole number", path: "step")
        }
        guard let value else { throw ServiceError.invalid("a report needs a value", path: "value") }
        let metrics = declaration.schema.metrics
        var index = declaration.objectives.first?.metric ?? 0
        if let name {
            guard let found = metrics.firstIndex(where: { $0.name == name }) else {
                throw ServiceError.invalid(
                    "there is no metric \"\(name.prefix(64))\"; there are \(metrics.map(\.name).joined(separator: ", "))", path: "metric")
            }
            index = found
        }
        return MetricReport(metric: index, step: step, value: try number(value, path: "value"))
    }

    /// `{"values": [...]}`, `{"value": ...}`, `{"failed": "why"}` or `{"pruned": true}`: one of them, the first two with `"constraints": {name: number}` where
    /// there are any.
    private static func toldResult(_ fields: inout JSONFields) throws -> ToldResult {
        let (values, value, failed) = (fields.take("values"), fields.take("value"), try fields.string("failed"))
        let constraints = try constraints(fields.take("constraints"))
        if let pruned = fields.take("pruned") {
            guard pruned == .boolean(true), values == nil, value == nil, failed == nil, constraints.isEmpty else {
                throw ServiceError.invalid("a trial that ended early is told as {\"pruned\": true}, and nothing else", path: "pruned")
            }
            return .pruned
        }
        switch (values, value, failed) {
        case (.array(let items)?, nil, nil):
            return .values(try items.enumerated().map { try number($1, path: "values[\($0)]") }, constraints: constraints)
        case (nil, let value?, nil): return .values([try number(value, path: "value")], constraints: constraints)
        case (nil, nil, let reason?) where constraints.isEmpty: return .failed(reason)
        default:
            throw ServiceError.invalid(
                "tell one of {\"value\": 0.1}, {\"values\": [0.1, 2]} (one an objective), {\"failed\": \"why\"} and {\"pruned\": true}")
        }
    }

    /// In the order of their names.
    private static func constraints(_ json: JSONValue?) throws -> [ConstraintValue] {
        guard let json else { return [] }
        guard case .object(let fields) = json else {
            throw ServiceError.invalid("constraints are an object of numbers by name, kept at 0 or less: {\"memory\": -12.5}", path: "constraints")
        }
        return try fields.sorted { $0.key < $1.key }.map { name, value in
            ConstraintValue(name: name, value: try number(value, path: "constraints.\(name.prefix(64))"))
        }
    }

    private static func number(_ value: JSONValue, path: String) throws -> Double {
        switch value {
        case .integer(let whole): return Double(whole)
        case .number(let real): return real
        default:
            throw ServiceError.invalid(
                "a value is a number; a trial without one is told as {\"failed\": \"why\"}", path: path)
        }
    }

    private func trialQuery(_ fields: QueryFields) throws -> TrialQuery {
        var query = TrialQuery()
        if let text = fields.text("state") {
            query.states = Set(
                try text.split(separator: ",").map { name in
                    guard let state = TrialState(name: String(name)) else {
                        let known = TrialState.allCases.map(\.name).joined(separator: ", ")
                        throw ServiceError.invalid(
                            "\"\(name.prefix(64))\" is no state of a trial: use \(known)", path: "state")
                    }
                    return state
                })
        }
        if let text = fields.text("sort") {
            query.descending = text.hasPrefix("-")
            switch query.descending ? text.dropFirst() : text[...] {
            case "number": query.order = .number
            case "value": query.order = .value(objective: 0)
            case "duration": query.order = .duration
            default:
                throw ServiceError.invalid(
                    "\"\(text.prefix(64))\" is no order: use number, value or duration, or one with a dash in front",
                    path: "sort")
            }
        }
        query.limit = Int(try fields.integer("limit", in: 1...10_000) ?? Int64(parts.limits.page))
        query.offset = Int(try fields.integer("offset", in: 0...Int64(Int32.max)) ?? 0)
        return query
    }

    private func total(of row: StudyRow, _ states: Set<TrialState>?) -> Int {
        guard let states else { return row.counts.total }
        return states.reduce(0) { $0 + row.counts[$1] }
    }
}
