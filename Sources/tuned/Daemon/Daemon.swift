import CTunedWorker
import Glibc
import Logging
import ServiceLifecycle
import TunedEngine
import TunedPlugins
import TunedRecords
import TunedService
import TunedSlots
import TunedStorage
import TunedWorkers
import UnixSignals

/// The daemon: the one place where storage, slots, workers, plugins, engine and service are put together.
struct Daemon {
    private let directory: DataDirectory
    private let isBackground: Bool

    init(_ directory: DataDirectory, isBackground: Bool) {
        self.directory = directory
        self.isBackground = isBackground
    }

    /// Serves until SIGTERM or SIGINT.
    func run() async throws(CommandError) {
        prepareProcess()
        try directory.prepare()
        let configuration = try readConfiguration()
        let logger = makeLogger()
        let clock = SystemClock()
        let store = try openStore(clock)
        defer { store.close() }
        do {
            let engine = try makeEngine(store, clock, configuration, logger)
            let server = try makeServer(engine, clock, configuration, logger)
            try engine.recover()
            try await serve(server, engine, configuration, logger)
        } catch {
            throw Self.failure(error)
        }
        logger.info("ended")
    }

    private func prepareProcess() {
        umask(0o077)
        tuned_bound_arenas()
        // A worker that died must cost an error on its pipe, not the daemon.
        signal(SIGPIPE, SIG_IGN)
        var files = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
            files.rlim_cur = files.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        }
        // A daemon that nobody sees must not keep a file system from being unmounted.
        if isBackground { chdir("/") }
    }

    private func readConfiguration() throws(CommandError) -> DaemonConfiguration {
        guard access(directory.configuration, F_OK) == 0 else { return DaemonConfiguration() }
        let text = try FileText.read(directory.configuration, what: "configuration file")
        return try DaemonConfiguration(parsing: text, name: directory.configuration)
    }

    private func makeLogger() -> Logger {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        return Logger(label: "tuned")
    }

    private func openStore(_ clock: any TimeSource) throws(CommandError) -> SQLiteEventStore {
        do {
            return try SQLiteEventStore(directory: directory.path, clock: clock)
        } catch {
            throw CommandError(
                error.code == .locked ? .conflict : .failure, code: "storage", error.message,
                underlying: error.underlying)
        }
    }

    private func makeEngine(
        _ store: SQLiteEventStore, _ clock: any TimeSource, _ configuration: DaemonConfiguration, _ logger: Logger
    ) throws -> Engine {
        var settings = WorkerSettings(executable: try Executables.worker())
        settings.temporaryDirectory = "\(directory.path)/tmp"
        mkdir(settings.temporaryDirectory, 0o700)

        let inventory = try Machine.inventory(configuration)
        for warning in inventory.warnings { logger.warning("\(warning)") }
        let slots = SlotScheduler(
            inventory: inventory, settings: SlotSettings(slotsPerGPU: configuration.slotsPerGPU), clock: clock)
        Machine.watch(slots, inventory, configuration, clock: clock)
        let inherited = ProcessEnvironment.current.all
        let hasGPUs = !inventory.gpus.isEmpty
        let runner = WorkerPool(settings: settings, clock: clock) { grant in
            WorkerEnvironment.variables(for: grant, machineHasGPUs: hasGPUs, inherited: inherited)
        }
        let catalog = try PluginCatalog(
            directory: directory.path, store: try PluginStore(directory: "\(directory.path)/plugins"),
            probe: PluginProbe(settings: settings), clock: clock, quarantineAfter: configuration.quarantineAfter)
        let drivers = inventory.driverVersion.map { version in
            Dictionary(inventory.gpus.map { ($0.uuid, version) }) { first, _ in first }
        }
        return try Engine(
            directory: directory.path, store: store, slots: slots, runner: runner, plugins: catalog,
            datasets: DatasetProbe(settings: settings), clock: clock,
            host: HostFacts(daemonVersion: Version.current, drivers: drivers ?? [:]), version: Version.current,
            direct: configuration.allowsInProcess ? InProcessRunner(clock: clock) : nil)
    }

    private func makeServer(
        _ engine: Engine, _ clock: any TimeSource, _ configuration: DaemonConfiguration, _ logger: Logger
    ) throws -> Server {
        let tcp = configuration.tcp.map {
            TCPOptions(
                host: $0.host, port: $0.port, tokenFile: $0.tokenFile, allowsOtherHosts: $0.allowsOtherHosts,
                names: $0.names)
        }
        let socket = directory.socket
        return try Server(
            engine: engine, socketPath: socket, tcp: tcp, directory: directory.path, logger: logger,
            version: Version.current, startedAt: clock.wallMilliseconds()
        ) {
            logger.info("version \(Version.current) serves on \(socket)")
            ServiceManager.notifyReady()
            tuned_forget_startup_pages()
        }
    }

    /// The engine ends first, while the service still answers; the service then, and the caller closes the store last.
    private func serve(
        _ server: Server, _ engine: Engine, _ configuration: DaemonConfiguration, _ logger: Logger
    ) async throws {
        let services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: server), .init(service: EngineShutdown(engine: engine, grace: configuration.grace)),
        ]
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(configuration.grace + 30)
        try await ServiceGroup(configuration: group).run()
    }

    private static func failure(_ error: any Error) -> CommandError {
        switch error {
        case let error as CommandError: error
        case let error as EngineError: .failure(error.message, underlying: error.underlying)
        case let error as ServerError: .failure(error.message, underlying: error.underlying)
        case let error as PluginError: .failure(error.message, underlying: error.detail)
        case let error as SlotError: .failure(error.message)
        default: .failure("the daemon failed", underlying: "\(error)")
        }
    }
}

/// Ends the engine when the daemon is asked to end.
private struct EngineShutdown: Service {
    let engine: Engine
    let grace: Double

    func run() async throws {
        try await gracefulShutdown()
        ServiceManager.notifyStopping()
        await withCheckedContinuation { continuation in
            engine.shutDown(grace: grace) { continuation.resume() }
        }
    }
}
