import Dispatch
import Glibc
import TunedSpace

/// A client of a few system calls, so that a test decides every byte that is sent and when it is read.
///
/// Its calls block: use it inside ``blocking(_:)``.
final class RawConnection {
    struct Reply {
        var status = 0
        /// Names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(parsing: body, limit: 64 << 20)) ?? .null }
        var errorCode: String? { json["error"]?["code"]?.stringValue }
        var errorMessage: String { json["error"]?["message"]?.stringValue ?? "" }
        var errorPath: String? { json["error"]?["path"]?.stringValue }
    }

    enum Failure: Error {
        case connect(Int32)
        case closed(received: String)
        case timeout
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard code == 0 else { throw Failure.connect(errno) }
        limitWaiting()
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard code == 0 else { throw Failure.connect(errno) }
        limitWaiting()
    }

    deinit { Glibc.close(descriptor) }

    /// A test that waits for what never comes fails after a minute.
    private func limitWaiting() {
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// A small window, so that little is under way to a client that does not read.
    func shrinkReceiveBuffer() {
        var size: Int32 = 4096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends what the other side takes; false where it has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// One request and its reply.
    func request(
        _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8]? = nil
    ) throws -> Reply {
        var text = "\(method) \(target) HTTP/1.1\r\n"
        if headers["Host"] == nil { text += "Host: localhost\r\n" }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.count)\r\n" }
        send(Array("\(text)\r\n".utf8) + (body ?? []))
        return try reply()
    }

    func request(_ method: String, _ target: String, json: String) throws -> Reply {
        try request(method, target, headers: ["Content-Type": "application/json"], body: Array(json.utf8))
    }

    func reply() throws -> Reply {
        let head = try text(through: "\r\n\r\n")
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)[...]
        var reply = Reply()
        reply.status = lines.popFirst().flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            reply.headers[line[..<colon].lowercased()] = String(value)
        }
        if let length = reply.headers["content-length"].flatMap({ Int($0) }) {
            reply.body = try take(length)
        } else if reply.headers["transfer-encoding"] == "chunked" {
            while let chunk = try chunk() { reply.body += chunk }
        }
        return reply
    }

    /// Reads the head of a reply whose body is a stream.
    func streamHead() throws -> String { try text(through: "\r\n\r\n") }

    /// The next piece of a chunked body; nil at its end.
    func chunk() throws -> [UInt8]? {
        // A carriage return and line feed are one character to Swift.
        let size = Int(try text(through: "\r\n").dropLast(), radix: 16) ?? 0
        let bytes = try take(size)
        _ = try take(2)
        return size == 0 ? nil : bytes
    }

    /// Whether the other side closes, whatever it still sends.
    func isClosedByPeer() -> Bool {
        while true {
            do { try fill() } catch Failure.closed { return true } catch { return false }
        }
    }

    private func text(through end: String) throws -> String {
        let mark = Array(end.utf8)
        while true {
            if buffer.count >= mark.count {
                for start in 0...(buffer.count - mark.count) where Array(buffer[start..<start + mark.count]) == mark {
                    return String(decoding: try take(start + mark.count), as: UTF8.self)
                }
            }
            try fill()
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0, errno == EAGAIN { throw Failure.timeout }
        guard count > 0 else { throw Failure.closed(received: String(decoding: buffer, as: UTF8.self)) }
        buffer += piece[..<count]
    }
}

/// Runs blocking calls on a thread of their own, away from those that the server's tasks need.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
        DispatchQueue(label: "test.client").async { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
}
