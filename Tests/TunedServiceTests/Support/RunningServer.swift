import Glibc
import Logging
import NIOCore
import Synchronization
import TunedService

/// A server of the real sort around a fake engine, in a temporary directory.
struct RunningServer {
    let server: Server
    let path: String
    let directory: String

    func connect() throws -> RawConnection { try RawConnection(path: path) }

    /// One request over a connection of its own.
    func request(_ method: String, _ target: String, json: String? = nil) async throws -> RawConnection.Reply {
        let path = path
        return try await blocking {
            let connection = try RawConnection(path: path)
            return try json.map { try connection.request(method, target, json: $0) }
                ?? connection.request(method, target)
        }
    }
}

/// Credentials that a test decides.
struct FakePeers: PeerCredentialReader {
    let user: uid_t?

    func userID(of channel: any Channel) async -> uid_t? { user }
}

/// Serves while `body` runs, then shuts down and removes what it made.
func withServer(
    _ engine: FakeEngine = FakeEngine(), user: uid_t? = geteuid(), limits: ServiceLimits = ServiceLimits(),
    tcp: ((_ directory: String) throws -> TCPOptions)? = nil, _ body: (RunningServer) async throws -> Void
) async throws {
    let directory = try temporaryDirectory()
    defer { removeDirectory(directory) }
    try await withServer(
        engine, in: directory, peers: FakePeers(user: user), limits: limits, tcp: try tcp?(directory), body)
}

/// Serves in a directory of the test's own.
func withServer(
    _ engine: FakeEngine = FakeEngine(), in directory: String,
    peers: any PeerCredentialReader = FakePeers(user: geteuid()),
    limits: ServiceLimits = ServiceLimits(), tcp: TCPOptions? = nil, _ body: (RunningServer) async throws -> Void
) async throws {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let path = "\(directory)/run/daemon.sock"
    let (ready, signal) = AsyncStream<Void>.makeStream()
    let server = try Server(
        facade: engine, socketPath: path, tcp: tcp, directory: directory, logger: logger, version: "1.2.3",
        startedAt: 42,
        peers: peers, limits: limits, onReady: { signal.finish() })
    let running = Task {
        defer { signal.finish() }
        try await server.run()
    }
    for await _ in ready {}
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(RunningServer(server: server, path: path, directory: directory)))
    } catch {
        result = .failure(error)
    }
    running.cancel()
    if case .failure(let error) = await running.result, !(error is CancellationError) { throw error }
    try result.get()
}

func temporaryDirectory() throws -> String {
    var template = Array("/tmp/tuned-service-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw RawConnection.Failure.connect(errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func removeDirectory(_ directory: String) {
    for name in ["run/daemon.sock", "token", "run"] {
        unlink("\(directory)/\(name)")
        rmdir("\(directory)/\(name)")
    }
    rmdir(directory)
}

func writeFile(_ path: String, _ text: String, mode: mode_t = 0o600) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    _ = text.withCString { write(descriptor, $0, strlen($0)) }
    fchmod(descriptor, mode)
    close(descriptor)
}

/// A file of the project, by its path from the root.
func textFile(_ path: String) throws -> String {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let descriptor = open("/\(root)/\(path)", O_RDONLY)
    guard descriptor >= 0 else { throw RawConnection.Failure.connect(errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while case let count = read(descriptor, &piece, piece.count), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
