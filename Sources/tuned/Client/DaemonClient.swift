import NIOCore
import NIOHTTP1
package import TunedSpace

/// The daemon's HTTP API as the verbs use it: JSON in, JSON out, its errors as ``CommandError``.
package struct DaemonClient: Sendable {
    /// What to do where no daemon answers.
    package enum Absence: Sendable {
        case start
        case fail
    }

    package let directory: DataDirectory
    private let absence: Absence
    private let exchange: HTTPExchange

    /// Bytes of JSON that are read; the daemon is trusted, and a page of trials may be large.
    private static let replyLimit = 1 << 30

    package init(_ absence: Absence = .start, directory: DataDirectory? = nil) throws(CommandError) {
        let place: DataDirectory
        if let directory { place = directory } else { place = try DataDirectory() }
        try place.checkSocketFolder()
        self.directory = place
        self.absence = absence
        exchange = HTTPExchange(socket: place.socket)
    }

    package func get(_ target: String) async throws(CommandError) -> JSONValue {
        try await json(HTTPExchange.Request(.GET, target))
    }

    /// `seconds` is generous where the daemon runs a plugin's code before it answers.
    package func post(_ target: String, _ body: JSONValue = .object([:]), within seconds: Int64 = 60)
        async throws(CommandError) -> JSONValue
    {
        try await json(HTTPExchange.Request(.POST, target, body: Array(body.text().utf8)), within: seconds)
    }

    package func delete(_ target: String) async throws(CommandError) -> JSONValue {
        try await json(HTTPExchange.Request(.DELETE, target))
    }

    /// A reply's bytes as they are.
    package func bytes(_ target: String, within seconds: Int64 = 60) async throws(CommandError) -> [UInt8] {
        try await reply(HTTPExchange.Request(.GET, target), within: seconds).body
    }

    private func json(_ request: HTTPExchange.Request, within seconds: Int64 = 60) async throws(CommandError)
        -> JSONValue
    {
        let body = try await reply(request, within: seconds).body
        if body.isEmpty { return .object([:]) }
        do { return try JSONValue(parsing: body, limit: Self.replyLimit) } catch {
            throw .failure("the daemon's reply is not JSON", underlying: "\(error)")
        }
    }

    private func reply(_ request: HTTPExchange.Request, within seconds: Int64) async throws(CommandError)
        -> HTTPExchange.Reply
    {
        var reply: HTTPExchange.Reply
        do {
            reply = try await exchange.send(request, within: seconds)
        } catch HTTPExchange.Failure.refused(_) where absence == .start {
            try await DaemonLauncher(directory: directory).start()
            do { reply = try await exchange.send(request, within: seconds) } catch { throw self.error(from: error) }
        } catch {
            throw self.error(from: error)
        }
        try check(version: reply.version)
        guard (200..<300).contains(reply.status) else { throw Self.error(status: reply.status, body: reply.body) }
        return reply
    }
}

extension DaemonClient {
    /// Follows server-sent events until the stream ends by itself, `receive` returns false, or the connection breaks.
    package func events(
        _ target: String, after last: String?, receive: @Sendable (ServerSentEventParser.Event) async throws -> Bool
    ) async throws(CommandError) {
        var headers = [("Accept", "text/event-stream")]
        if let last { headers.append(("Last-Event-ID", last)) }
        var parser = ServerSentEventParser()
        var status = 0
        var refusal: [UInt8] = []
        do {
            try await exchange.stream(HTTPExchange.Request(.GET, target, headers: headers)) { head in
                status = Int(head.status.code)
                try check(version: head.headers.first(name: "Tuned-Version"))
            } body: { bytes in
                guard status == 200 else {
                    refusal.append(contentsOf: bytes.readableBytesView)
                    return true
                }
                for event in parser.parse(bytes.readableBytesView) {
                    if try await !receive(event) { return false }
                }
                return true
            }
        } catch {
            throw self.error(from: error)
        }
        if status != 200 { throw Self.error(status: status, body: refusal) }
    }

    private func check(version: String?) throws(CommandError) {
        guard let version, version != Version.current else { return }
        throw CommandError(
            .unreachable, code: "version",
            """
            the daemon of \(directory.path) is version \(version), this command is \(Version.current). End it with \
            `tuned serve --stop`; the next command starts the new one, and running studies go on.
            """
        )
    }

    private func error(from error: any Error) -> CommandError {
        switch error {
        case let error as CommandError: error
        case HTTPExchange.Failure.refused(let reason):
            .unreachable(
                """
                no daemon is running for \(directory.path). Start one with `tuned serve`, or use a verb that starts it, \
                such as `tuned studies`.
                """,
                underlying: reason)
        case HTTPExchange.Failure.silent(let seconds):
            .unreachable(
                """
                the daemon of \(directory.path) did not answer within \(seconds) s. Look at \(directory.log), or end it \
                with `tuned serve --stop`.
                """
            )
        case HTTPExchange.Failure.replyTooLong(let limit):
            .failure("the daemon's reply is longer than \(limit) bytes")
        case HTTPExchange.Failure.broken(let reason):
            .unreachable("the connection to the daemon broke; its log is \(directory.log)", underlying: reason)
        default: .unreachable("the connection to the daemon broke; its log is \(directory.log)", underlying: "\(error)")
        }
    }

    private static func error(status: Int, body: [UInt8]) -> CommandError {
        let fields = (try? JSONValue(parsing: body))?["error"]
        let code = fields?["code"]?.stringValue ?? "http-\(status)"
        let exit: ExitStatus =
            switch (status, code) {
            case (400, _), (422, "invalid"): .usage
            case (404, _): .notFound
            case (409, "testUsed"): .testUsed
            case (409, _): .conflict
            case (503, _): .unreachable
            default: .failure
            }
        return CommandError(
            exit, code: code, fields?["message"]?.stringValue ?? "the daemon answered with HTTP status \(status)",
            path: fields?["path"]?.stringValue, underlying: fields?["underlying"]?.stringValue ?? "")
    }
}
