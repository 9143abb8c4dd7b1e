import Glibc
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization
public import TunedEngine
import TunedRecords

/// The daemon's face: an HTTP API on a Unix socket, and on TCP where an administrator asks for it.
///
/// Make it before the engine recovers, so that no commit goes unseen, and run it while this process holds the lock of the
/// data directory: a socket left behind by a daemon that died is taken over without a question.
public final class Server: Service {
    private let socket: UnixSocket
    private let tcp: TCPOptions?
    private let access: AccessMiddleware
    private let parts: ServiceParts
    private let logger: Logger
    private let port = Mutex<Int?>(nil)
    private let onReady: @Sendable () -> Void

    /// - Parameters:
    ///   - socketPath: Absolute, at most 107 bytes; its directory is made where it is absent, and belongs to the daemon alone.
    ///   - tcp: nil listens on the Unix socket only.
    ///   - directory: The data directory, as `status` tells it.
    ///   - startedAt: Milliseconds since 1970.
    ///   - onReady: Called once every listener accepts connections.
    /// - Throws: ``ServerError`` for a TCP address or token file that may not be used.
    public convenience init(
        engine: Engine, socketPath: String, tcp: TCPOptions? = nil, directory: String, logger: Logger, version: String,
        startedAt: Int64, onReady: @escaping @Sendable () -> Void = {}
    ) throws(ServerError) {
        try self.init(
            facade: engine, socketPath: socketPath, tcp: tcp, directory: directory, logger: logger, version: version,
            startedAt: startedAt, peers: KernelPeerCredentials(), limits: ServiceLimits(), onReady: onReady)
    }

    package init(
        facade engine: any EngineFacade, socketPath: String, tcp: TCPOptions?, directory: String, logger: Logger,
        version: String, startedAt: Int64, peers: any PeerCredentialReader, limits: ServiceLimits,
        onReady: @escaping @Sendable () -> Void
    ) throws(ServerError) {
        socket = UnixSocket(path: socketPath)
        self.tcp = tcp
        var tcpAccess: AccessMiddleware.TCPAccess?
        if let tcp {
            try tcp.check()
            tcpAccess = .init(token: try AccessToken(file: tcp.tokenFile), hosts: HostPolicy(tcp))
        }
        access = AccessMiddleware(peers: peers, tcp: tcpAccess)
        let bridge = EngineBridge(engine: engine, readers: ReadPool())
        let feed = EventFeed(after: engine.store.lastSequence, capacity: limits.bufferedEvents)
        engine.store.observeCommits { feed.publish($0) }
        parts = ServiceParts(
            bridge: bridge, directory: StudyDirectory(bridge), feed: feed, limits: limits,
            facts: DaemonFacts(version: version, startedAt: startedAt, processID: getpid(), directory: directory))
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until a graceful shutdown or cancellation, then removes the socket.
    ///
    /// - Throws: ``ServerError`` where a listener cannot be opened.
    public func run() async throws {
        try socket.prepare()
        // One loop moves bytes; whatever takes time is done elsewhere.
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // Others are kept out by the directory; the mask closes the socket itself from its first moment on.
        let mask = umask(0o077)
        var configuration = ServiceGroupConfiguration(services: listeners(on: loops, restoring: mask), logger: logger)
        configuration.maximumGracefulShutdownDuration = parts.limits.shutdown
        let result = await Self.serve(ServiceGroup(configuration: configuration))
        umask(mask)
        socket.remove()
        try? await loops.shutdownGracefully()
        do {
            try result.get()
        } catch let error as IOError {
            let addresses = [socket.path] + (tcp.map { ["\($0.host):\($0.port)"] } ?? [])
            throw ServerError(
                .address, "cannot listen on \(addresses.joined(separator: " and "))", underlying: error.description)
        }
    }

    private func listeners(
        on loops: MultiThreadedEventLoopGroup, restoring mask: mode_t
    ) -> [any Service] {
        let responder = API(parts).responder(access: access, version: parts.facts.version)
        let waiting = Mutex(tcp == nil ? 1 : 2)
        let opened: @Sendable () -> Void = { [onReady] in
            let isLast = waiting.withLock { count in
                count -= 1
                return count == 0
            }
            if isLast { onReady() }
        }
        let local = listener(.unixDomainSocket(path: socket.path), responder, loops) { [socket, logger] _ in
            umask(mask)
            do throws(ServerError) {
                try socket.restrict()
            } catch {
                logger.error("\(error.message): \(error.underlying)")
            }
            opened()
        }
        guard let tcp else { return [local] }
        let remote = listener(.hostname(tcp.host, port: tcp.port), responder, loops) { [self] channel in
            port.withLock { $0 = channel.localAddress?.port }
            opened()
        }
        return [local, remote]
    }

    /// Runs listeners until a wish to end, whatever its form: they are never cancelled while they accept, since a connection
    /// accepted and not yet taken up would be dropped, which SwiftNIO answers by ending the process.
    private static func serve(_ listeners: ServiceGroup) async -> Result<Void, any Error> {
        let serving = Task.detached { try await listeners.run() }
        let end: @Sendable () -> Void = { Task.detached { await listeners.triggerGracefulShutdown() } }
        return await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await serving.result
            } onGracefulShutdown: {
                end()
            }
        } onCancel: {
            end()
        }
    }

    /// The port of the TCP listener, once it accepts connections.
    public var tcpPort: Int? { port.withLock { $0 } }

    /// All addresses of the service, as the OpenAPI document has them.
    package var routes: [RouteTable.Entry] { API(parts).table.entries }

    private func listener(
        _ address: BindAddress, _ responder: some HTTPResponder<ServiceContext>, _ loops: MultiThreadedEventLoopGroup,
        onReady: @escaping @Sendable (any Channel) -> Void
    ) -> any Service {
        let limits = parts.limits
        let connection = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadlineHandler(limit: TimeAmount(limits.body))],
            idleTimeout: TimeAmount(limits.idle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes, maxHeaderFieldCount: 100)
        )
        return Application(
            responder: responder, server: .http1(configuration: connection),
            configuration: ApplicationConfiguration(
                address: address, availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { onReady($0) }, eventLoopGroupProvider: .shared(loops), logger: logger)
    }
}
