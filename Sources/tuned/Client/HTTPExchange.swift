import Glibc
package import NIOCore
package import NIOHTTP1
import NIOPosix

/// One request and its reply over a Unix socket, HTTP/1.1, on a connection of its own.
package struct HTTPExchange: Sendable {
    package typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    package enum Failure: Error, Sendable {
        /// Nobody listens: no file, or nobody behind it.
        case refused(String)
        /// The connection ended before the reply did.
        case broken(String)
        /// No complete reply within the time.
        case silent(seconds: Int64)
        case replyTooLong(limit: Int)
    }

    package struct Request: Sendable {
        package var method: HTTPMethod
        /// Path and query, percent-encoded.
        package var target: String
        package var headers: [(String, String)]
        package var body: [UInt8]?

        package init(_ method: HTTPMethod, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil) {
            self.method = method
            self.target = target
            self.headers = headers
            self.body = body
        }
    }

    package struct Reply: Sendable {
        package var status: Int
        /// The daemon's version, from its Tuned-Version header.
        package var version: String?
        package var body: [UInt8]
    }

    package let socket: String

    package init(socket: String) {
        self.socket = socket
    }

    /// Sends and reads the whole reply.
    package func send(_ request: Request, within seconds: Int64, limit: Int = 1 << 30) async throws -> Reply {
        try await withThrowingTaskGroup(of: Reply.self) { group in
            group.addTask {
                var reply = Reply(status: 0, version: nil, body: [])
                try await stream(request) { head in
                    reply.status = Int(head.status.code)
                    reply.version = head.headers.first(name: "Tuned-Version")
                } body: { bytes in
                    guard reply.body.count + bytes.readableBytes <= limit else {
                        throw Failure.replyTooLong(limit: limit)
                    }
                    reply.body.append(contentsOf: bytes.readableBytesView)
                    return true
                }
                return reply
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw Failure.silent(seconds: seconds)
            }
            defer { group.cancelAll() }
            guard let reply = try await group.next() else { throw Failure.broken("no reply") }
            return reply
        }
    }

    /// Sends and hands over the reply's parts as they come; ends with the reply, or when `body` returns false.
    package func stream(
        _ request: Request, head: (HTTPResponseHead) async throws -> Void, body: (ByteBuffer) async throws -> Bool
    ) async throws {
        let channel = try await connect()
        try await channel.executeThenClose { inbound, outbound in
            // In one batch: a daemon that has all it needs may answer and close before a later part is written.
            try await outbound.write(contentsOf: Self.parts(of: request))
            for try await part in inbound {
                switch part {
                case .head(let received): try await head(received)
                case .body(let bytes):
                    if try await !body(bytes) { return }
                case .end: return
                }
            }
            try Task.checkCancellation()
            throw Failure.broken("the connection ended in the middle of the reply")
        }
    }

    private func connect() async throws -> Channel {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(5))
                .connect(unixDomainSocketPath: socket) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError where [ENOENT, ECONNREFUSED, ENOTDIR].contains(error.errnoCode) {
            throw Failure.refused(String(cString: strerror(error.errnoCode)))
        }
    }

    private static func parts(of request: Request) -> [HTTPClientRequestPart] {
        var headers = HTTPHeaders(request.headers)
        headers.add(name: "Host", value: "localhost")
        headers.add(name: "Connection", value: "close")
        if let body = request.body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(body.count))
        }
        let head = HTTPRequestHead(version: .http1_1, method: request.method, uri: request.target, headers: headers)
        guard let body = request.body else { return [.head(head), .end(nil)] }
        return [.head(head), .body(.byteBuffer(ByteBuffer(bytes: body))), .end(nil)]
    }
}
