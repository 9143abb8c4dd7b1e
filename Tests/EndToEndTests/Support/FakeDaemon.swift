import Dispatch
import Glibc
import Testing

/// Answers every connection to a Unix socket with the same bytes.
final class FakeDaemon: Sendable {
    private let listener: Int32
    private let queue = DispatchQueue(label: "tuned.test.fake-daemon")

    init(socket path: String, reply: String) throws {
        listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let descriptor = listener
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0 && listen(descriptor, 8) == 0, "cannot listen on \(path)")
        queue.async {
            while case let client = accept(descriptor, nil, nil), client >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                _ = read(client, &buffer, buffer.count)
                _ = send(client, reply, reply.utf8.count, Int32(MSG_NOSIGNAL))
                close(client)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
