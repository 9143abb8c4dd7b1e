import Hummingbird
import TunedEngine
import TunedRecords
import TunedSpace

/// What is run beside a study's search: the final run on its test rows, and replays of trials.
struct FinalRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.post, "/v1/studies/{slug}/finalize", finalize),
            Route(.post, "/v1/studies/{slug}/trials/{number}/replay", replay),
            Route(.get, "/v1/studies/{slug}/replays", replays),
        ]
    }

    @Sendable private func finalize(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let slug = try context.slug()
        let wanted = try await request.fields(upTo: parts.limits.bodyBytes) { fields in
            FinalRequest(
                trial: try fields.integer("trial", in: 0...Int(UInt32.max)), isAgain: try fields.flag("again"),
                reason: try fields.string("reason") ?? "", allowsChangedData: try fields.flag("allow_changed_data"))
        }
        guard wanted.reason.utf8.count <= Self.reasonLimit else {
            throw ServiceError.invalid("a reason has \(Self.reasonLimit) bytes at most", path: "reason")
        }
        let row = try await parts.bridge.reply { engine, reply in engine.finalize(slug, wanted, reply: reply) }
        return .json(try await parts.json(of: row), status: .accepted)
    }

    private static let reasonLimit = 4096

    @Sendable private func replay(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let (slug, number) = (try context.slug(), try context.trialNumber())
        let isCurrent = try await request.fields(upTo: parts.limits.bodyBytes) { fields in try fields.flag("current_plugin") }
        let begun = try await parts.bridge.reply { engine, reply in
            engine.replay(slug, trial: number, usesCurrentPlugin: isCurrent, reply: reply)
        }
        return .json(.object(ReplayJSON.begun(begun)), status: .accepted)
    }

    @Sendable private func replays(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let (row, entry) = try await parts.directory.study(try context.slug())
        return .json(
            .object([
                "study": .string(row.slug),
                "replays": .array(row.replays.map { ReplayJSON.value(of: $0, entry.declaration.schema) }),
            ]))
    }
}
