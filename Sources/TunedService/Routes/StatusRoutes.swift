import Hummingbird
import NIOCore
import TunedRecords
import TunedSpace

/// The daemon itself: how it is, and what it can be asked.
struct StatusRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/status", status),
            Route(.get, "/v1/openapi.json", document),
            Route(.get, "/v1/slots", slots),
        ]
    }

    @Sendable private func status(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let studies = try await parts.bridge.read { store throws(StoreError) in try store.studies() }
        var states: [String: JSONValue] = [:]
        for state in StudyState.allCases {
            states[state.name] = .integer(Int64(studies.count { $0.state == state }))
        }
        let store = parts.bridge.engine.store
        var storage: [String: JSONValue] = [
            "writable": .boolean(store.trouble == nil), "last_sequence": .integer(store.lastSequence),
        ]
        storage["trouble"] = store.trouble.map { .string($0.message) }
        return .json(
            .object([
                "version": .string(parts.facts.version), "pid": .integer(Int64(parts.facts.processID)),
                "started_at": .integer(parts.facts.startedAt), "directory": .string(parts.facts.directory),
                "studies": .object(states),
                "trials_running": .integer(Int64(studies.reduce(0) { $0 + $1.counts.running })),
                "plugins": .integer(Int64(parts.bridge.engine.loadedPlugins().count)),
                "followers": .integer(Int64(parts.feed.followerCount)), "storage": .object(storage),
            ]))
    }

    @Sendable private func document(_ request: Request, _ context: ServiceContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: OpenAPIDocument.bytes)))
    }

    @Sendable private func slots(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let engine = parts.bridge.engine
        let (snapshot, studies) = try await parts.bridge.read { store throws(StoreError) in
            (engine.slotsSnapshot(), try store.studies())
        }
        let names = Dictionary(studies.map { ($0.id.rawValue, $0.slug) }) { first, _ in first }
        return .json(SlotsJSON.value(of: snapshot, names: names))
    }
}
