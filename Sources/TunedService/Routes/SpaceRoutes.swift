import Hummingbird
import TunedEngine
import TunedRecords
import TunedSpace

/// The space that a study searches, and changes of it while the study lives.
struct SpaceRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/studies/{slug}/space", show),
            Route(.post, "/v1/studies/{slug}/space", change),
        ]
    }

    @Sendable private func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let (row, entry) = try await parts.directory.study(try context.slug())
        return .json(SpaceJSON.value(of: entry.declaration, slug: row.slug, changes: row.spaceChanges))
    }

    @Sendable private func change(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let slug = try context.slug()
        let wanted = try await request.fields(upTo: parts.limits.bodyBytes) { try SpaceRequest(&$0) }
        let changed = try await parts.bridge.reply { engine, reply in engine.changeSpace(slug, wanted, reply: reply) }
        let (row, _) = try await parts.directory.study(slug)
        return .json(SpaceJSON.value(of: changed, slug: slug, changes: row.spaceChanges))
    }
}
