import Hummingbird
import TunedEngine
import TunedRecords
import TunedSpace

/// Studies: creating, looking, and changing how they go on.
struct StudyRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/studies", list),
            Route(.post, "/v1/studies", create),
            Route(.get, "/v1/studies/{slug}", show),
            Route(.delete, "/v1/studies/{slug}", delete),
            Route(.post, "/v1/studies/{slug}/pause", pause),
            Route(.post, "/v1/studies/{slug}/resume", resume),
            Route(.post, "/v1/studies/{slug}/stop", stop),
            Route(.post, "/v1/studies/{slug}/enqueue", enqueue),
            Route(.get, "/v1/studies/{slug}/best", best),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let rows = try await parts.bridge.read { store throws(StoreError) in try store.studies() }
        var studies: [JSONValue] = []
        for row in rows { studies.append(try await parts.json(of: row, includesSchema: false)) }
        return .json(.object(["studies": .array(studies)]))
    }

    @Sendable private func create(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let specification = try StudySpecification(json: try await request.jsonBody(upTo: parts.limits.bodyBytes))
        let row = try await parts.bridge.reply { engine, reply in engine.create(specification, reply: reply) }
        return .json(try await parts.json(of: row), status: .created)
    }

    @Sendable private func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let (row, _) = try await parts.directory.study(try context.slug())
        return .json(try await parts.json(of: row))
    }

    @Sendable private func delete(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let slug = try context.slug()
        try await parts.bridge.reply { engine, reply in engine.delete(slug, reply: reply) }
        return .json(.object(["study": .string(slug), "deleted": .boolean(true)]))
    }

    @Sendable private func pause(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try await change(request, context) { engine, slug, reply in engine.pause(slug, reply: reply) }
    }

    @Sendable private func stop(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try await change(request, context) { engine, slug, reply in engine.stop(slug, reply: reply) }
    }

    @Sendable private func resume(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let slug = try context.slug()
        let (rules, isAllowed) = try await request.fields(upTo: parts.limits.bodyBytes) { fields in
            let isAllowed = try fields.flag("allow_changed_data")
            return (try fields.take("stop").map { try StopRules(json: $0) }, isAllowed)
        }
        let row = try await parts.bridge.reply { engine, reply in
            engine.resume(slug, stop: rules, allowsChangedData: isAllowed, reply: reply)
        }
        return .json(try await parts.json(of: row))
    }

    @Sendable private func enqueue(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let slug = try context.slug()
        let values = try await request.fields(upTo: parts.limits.bodyBytes) { try $0.object("values") }
        guard let values, !values.isEmpty else {
            throw ServiceError.invalid("give the values to try next: {\"values\": {\"lr\": 0.01}}", path: "values")
        }
        let sequence = try await parts.bridge.reply { engine, reply in
            engine.enqueue(slug, values: values, reply: reply)
        }
        return .json(.object(["study": .string(slug), "enqueued": .integer(sequence)]), status: .accepted)
    }

    @Sendable private func best(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["count"])
        let count = Int(try query.integer("count", in: 1...Int64(parts.limits.page)) ?? 1)
        let (row, entry) = try await parts.directory.study(try context.slug())
        let trials = try await parts.best(of: row, entry.declaration, count: count)
        var fields: [String: JSONValue] = [
            "study": .string(row.slug), "best": .array(trials.map { TrialJSON.best($0, in: entry.declaration) }),
        ]
        fields["winner"] = try await parts.winner(of: row, entry.declaration)
        return .json(.object(fields))
    }

    private func change(
        _ request: Request, _ context: ServiceContext,
        _ call: (any EngineFacade, String, @escaping EngineReply<StudyRow>) -> Void
    ) async throws -> Response {
        let slug = try context.slug()
        try await request.fields(upTo: parts.limits.bodyBytes) { _ in }
        let row = try await parts.bridge.reply { engine, reply in call(engine, slug, reply) }
        return .json(try await parts.json(of: row))
    }
}
