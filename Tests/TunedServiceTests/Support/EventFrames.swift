import TunedSpace

/// Reads a client's server-sent events.
final class EventFrames {
    struct Frame {
        var id: Int64?
        var event = ""
        var data = ""

        var json: JSONValue { (try? JSONValue(parsing: data)) ?? .null }
    }

    let connection: RawConnection
    private var text = ""

    /// Opens the stream, and returns once the server follows.
    init(_ connection: RawConnection, _ target: String, headers: [String: String] = [:]) throws {
        self.connection = connection
        let fields = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        connection.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
        let head = try connection.streamHead()
        guard head.hasPrefix("HTTP/1.1 200") else { throw RawConnection.Failure.closed(received: head) }
        guard try block() == "retry: 1000" else { throw RawConnection.Failure.closed(received: text) }
    }

    /// The next event or, where `comments` is set, comment; nil at the end of the stream.
    func next(comments: Bool = false) throws -> Frame? {
        while let block = try block() {
            if block.hasPrefix(":") {
                if comments { return Frame(event: "comment", data: String(block.dropFirst(2))) }
                continue
            }
            var frame = Frame()
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ": ", maxSplits: 1)
                switch parts.first {
                case "id": frame.id = Int64(parts[1])
                case "event": frame.event = String(parts[1])
                case "data": frame.data = String(parts[1])
                default: break
                }
            }
            return frame
        }
        return nil
    }

    private func block() throws -> String? {
        while true {
            if let end = text.firstRange(of: "\n\n") {
                defer { text.removeSubrange(..<end.upperBound) }
                return String(text[..<end.lowerBound])
            }
            guard let chunk = try connection.chunk() else { return nil }
            text += String(decoding: chunk, as: UTF8.self)
        }
    }
}
