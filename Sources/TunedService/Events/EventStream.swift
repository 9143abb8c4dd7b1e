import Hummingbird
import NIOCore
import TunedRecords
import TunedSpace

/// One client's server-sent events: first what the store holds after the client's position, then what is committed from
/// there on. Every event is sent once and in order; a client that is too slow for the live ones gets them from the store.
///
/// Frames follow the HTML standard, section 9.2: `id` is the event's sequence number, `event` its type, `data` its JSON. A
/// batch of trials is sent as the events that it stands for, with the `id` on the last of them: who comes back after a part of
/// them gets them all.
struct EventStream: Sendable {
    let bridge: EngineBridge
    let directory: StudyDirectory
    let limits: ServiceLimits
    /// nil follows all studies.
    let study: StudyRow?
    /// nil starts with what is committed from now on.
    let after: EventSequence?
    /// Types to send; nil sends all.
    let types: Set<String>?
    /// Whether the stream ends when its study is no longer running.
    let endsWhenSettled: Bool

    /// Writes until the client leaves, the service shuts down, or the study has settled.
    func write(to writer: inout any ResponseBodyWriter, from follower: EventFollower) async throws {
        var cursor = after ?? follower.start
        // Sent at once, so that the client knows that it follows before anything happens.
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        if after != nil || endsWhenSettled, let end = try await catchUp(&cursor, &writer) {
            return try await writer.write(end)
        }
        while let signal = await follower.next() {
            switch signal {
            case .heartbeat:
                try await writer.write(ByteBuffer(string: ": heartbeat\n\n"))
            case .events(let events):
                let fresh = events.filter { $0.sequence > cursor && (study == nil || $0.study == study?.id) }
                cursor = max(cursor, events.last?.sequence ?? cursor)
                try await send(fresh, &writer)
                if let end = end(after: fresh) { return try await writer.write(end) }
            case .overflow:
                try await writer.write(ByteBuffer(string: "event: overflow\ndata: {\"after\":\(cursor)}\n\n"))
                if let end = try await catchUp(&cursor, &writer) { return try await writer.write(end) }
            }
        }
    }

    /// Sends what the store has after the cursor. Returns the last frame where the stream ends with it.
    private func catchUp(
        _ cursor: inout EventSequence, _ writer: inout any ResponseBodyWriter
    ) async throws -> ByteBuffer? {
        let (id, page) = (study?.id, limits.page)
        while true {
            // Read before the events, so that a study seen as settled has all its events up to then sent.
            let end = try await endOfSettledStudy()
            var hasSettled = false
            while !Task.isCancelled {
                let position = cursor
                let events = try await bridge.read { store throws(StoreError) in
                    try store.events(of: id, after: position, limit: page)
                }
                cursor = events.last?.sequence ?? cursor
                if self.end(after: events) != nil { hasSettled = true }
                try await send(events, &writer)
                if events.count < page { break }
            }
            // Where the event that settled it is among them, it is not among the live ones any more: look again.
            if end != nil || !hasSettled || Task.isCancelled { return end }
        }
    }

    private func send(_ events: [Event], _ writer: inout any ResponseBodyWriter) async throws {
        var buffer = ByteBuffer()
        for event in events {
            let shown = event.payload.shown.filter { types?.contains($0.typeName) ?? true }
            guard !shown.isEmpty else { continue }
            if case .spaceChanged = event.payload { directory.forget(event.study) }
            let entry = try await directory.entry(of: event.study)
            for (index, payload) in shown.enumerated() {
                var event = event
                event.payload = payload
                if index == shown.count - 1 { buffer.writeString("id: \(event.sequence)\n") }
                buffer.writeString("event: \(payload.typeName)\ndata: \(EventJSON.value(of: event, in: entry).text())\n\n")
            }
            if buffer.readableBytes > Self.pieceBytes {
                try await writer.write(buffer)
                buffer.clear()
            }
        }
        if buffer.readableBytes > 0 { try await writer.write(buffer) }
    }

    /// Bytes after which frames are sent: a batch may stand for thousands.
    private static let pieceBytes = 256 << 10

    private func endOfSettledStudy() async throws -> ByteBuffer? {
        guard let study else { return nil }
        let row = try await bridge.read { store throws(StoreError) in try store.study(slug: study.slug) }
        guard let row, row.id == study.id else { return Self.end("deleted", reason: "the study was deleted") }
        return endsWhenSettled && row.state != .running ? Self.end(row.state.name, reason: row.reason) : nil
    }

    private func end(after events: [Event]) -> ByteBuffer? {
        guard study != nil else { return nil }
        for event in events {
            switch event.payload {
            case .studyDeleted: return Self.end("deleted", reason: "the study was deleted")
            case .studyStateChanged(let state, let reason) where endsWhenSettled && state != .running:
                return Self.end(state.name, reason: reason)
            default: continue
            }
        }
        return nil
    }

    private static func end(_ state: String, reason: String) -> ByteBuffer {
        let json = JSONValue.object(["state": .string(state), "reason": .string(reason)])
        return ByteBuffer(string: "event: end\ndata: \(json.text())\n\n")
    }
}
