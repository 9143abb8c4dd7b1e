import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import TunedRecords
import TunedSpace

/// Events as they are committed: server-sent events for those who follow, the exact log for those who verify.
struct EventRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/events", followAll),
            Route(.get, "/v1/studies/{slug}/events", followStudy),
            Route(.get, "/v1/studies/{slug}/log", log),
        ]
    }

    @Sendable private func followAll(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["after", "types"])
        return try follow(request, context, nil, query)
    }

    @Sendable private func followStudy(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["after", "types", "until"])
        let (row, _) = try await parts.directory.study(try context.slug())
        return try follow(request, context, row, query)
    }

    private func follow(
        _ request: Request, _ context: ServiceContext, _ study: StudyRow?, _ query: QueryFields
    ) throws -> Response {
        if let until = query.text("until"), until != "settled" {
            throw ServiceError.invalid("a stream ends until=settled or not by itself", path: "until")
        }
        let stream = EventStream(
            bridge: parts.bridge, directory: parts.directory, limits: parts.limits, study: study,
            after: try position(request, query), types: try types(query), endsWhenSettled: query.text("until") != nil)
        let (feed, limits, channel) = (parts.feed, parts.limits, context.channel)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                let follower = feed.follow()
                defer { feed.leave(follower) }
                async let _ = Self.beat(follower, limits, channel)
                try await withGracefulShutdownHandler {
                    try await request.body.consumeWithInboundCloseHandler { _ in
                        try await stream.write(to: &writer, from: follower)
                    } onInboundClosed: {
                        follower.end()
                    }
                } onGracefulShutdown: {
                    follower.end()
                }
                try await writer.finish(nil)
            })
    }

    /// Closes the connection of a client that takes nothing any more; its pending write then fails.
    private static func beat(_ follower: EventFollower, _ limits: ServiceLimits, _ channel: any Channel) async {
        while (try? await Task.sleep(for: limits.heartbeat)) != nil {
            if follower.beat() > limits.missedHeartbeats { return channel.close(promise: nil) }
        }
    }

    /// The position of a client that comes again wins over that of its address, as the HTML standard has it.
    private func position(_ request: Request, _ query: QueryFields) throws -> EventSequence? {
        guard let text = request.headers[.lastEventID], !text.isEmpty else {
            return try query.integer("after", in: 0...Int64.max)
        }
        guard let number = EventSequence(text), number >= 0 else {
            throw ServiceError.invalid("\"\(text.prefix(64))\" is no event's number", path: "Last-Event-ID")
        }
        return number
    }

    private func types(_ query: QueryFields) throws -> Set<String>? {
        guard let text = query.text("types") else { return nil }
        let names = text.split(separator: ",").map(String.init)
        for name in names where !EventPayload.typeNames.contains(name) {
            let hint = nearest(to: name, among: EventPayload.typeNames).map { "; did you mean \"\($0)\"?" } ?? ""
            throw ServiceError.invalid("\"\(name.prefix(64))\" is no type of event\(hint)", path: "types")
        }
        return Set(names)
    }

    /// Bytes after which an answer ends, whatever number of events was asked for.
    private static let logBytes = 32 << 20

    @Sendable private func log(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["after", "limit"])
        let after = try query.integer("after", in: 0...Int64.max) ?? 0
        let limit = try query.integer("limit", in: 1...Int64.max) ?? .max
        let (row, _) = try await parts.directory.study(try context.slug())
        let (bridge, page) = (parts.bridge, Int64(parts.limits.page))
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
            body: ResponseBody { writer in
                var (cursor, left, bytes) = (after, limit, 0)
                while left > 0 {
                    let (position, count) = (cursor, Int(min(page, left)))
                    let events = try await bridge.read { store throws(StoreError) in
                        try store.events(of: row.id, after: position, limit: count)
                    }
                    guard let last = events.last else { break }
                    let frames = EventFrame.encode(events)
                    try await writer.write(ByteBuffer(bytes: frames))
                    cursor = last.sequence
                    left -= Int64(events.count)
                    bytes += frames.count
                    // Who wants more asks again; nobody has to take a log of any size at once.
                    if bytes >= Self.logBytes { break }
                }
                try await writer.finish(nil)
            })
    }
}
