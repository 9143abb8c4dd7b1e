import CTunedWorker
import Glibc
import TunedPlugins
import TunedWire

/// Where the doorbell rings: set once, before plugin code runs. A C function pointer carries no context of its own.
nonisolated(unsafe) private var doorbellChannel: Channel?

/// Answers the daemon until it hangs up. Plugin code runs on this, the main thread.
func serve(_ surroundings: Surroundings) -> Never {
    let channel = Channel(input: surroundings.input, output: surroundings.output)
    doorbellChannel = channel
    let service = Service(surroundings, channel)
    channel.send(.hello(wire: wireVersion, pid: getpid()))
    channel.receive(service.act)
    service.end()
}

private final class Service {
    private let surroundings: Surroundings
    private let channel: Channel
    private var library: (any PluginCode)?
    private var host: (any TrainableHost)?

    init(_ surroundings: Surroundings, _ channel: Channel) {
        self.surroundings = surroundings
        self.channel = channel
    }

    func act(_ message: ToWorker) {
        switch message {
        case .run(let request): run(request)
        case .probe(let path): answer { () throws(PluginError) in .probed(try load(path).plugin) }
        case .open(let request): answer { () throws(PluginError) in .opened(try open(request)) }
        case .ping: channel.send(.pong)
        case .exit: end()
        case .check(let request): answer { () throws(PluginError) in .checked(try check(request)) }
        }
    }

    private func check(_ request: CheckRequest) throws(PluginError) -> CheckAnswer {
        let runner = CheckRunner(
            page: surroundings.page, tell: { [channel] in channel.send(.checking($0)) }, loaded: { tuned_crash_refresh($0) })
        return try runner.run(request)
    }

    private func run(_ request: RunRequest) {
        let result: RunResult
        if let host {
            result = host.run(request)
            putBack()
            tuned_flush_output()
        } else {
            result = RunResult(
                nonce: request.nonce, code: -1, endedInTrain: true, metrics: [], constraints: [],
                text: "the worker was told to run before it opened a plugin")
        }
        // A plugin that closed the channel is found out before the run counts as ended.
        channel.send(.done(result))
        phase(TUNED_PHASE_IDLE)
    }

    /// The next run finds what this one found.
    private func putBack() {
        let changed = tuned_surroundings_restore()
        guard changed != 0 else { return }
        let names = [
            (TUNED_CHANGED_DIRECTORY, "the working directory"), (TUNED_CHANGED_ENVIRONMENT, "the environment"),
            (TUNED_CHANGED_MASK, "the file mode mask"), (TUNED_CHANGED_HANDLERS, "signal handlers"),
        ]
        let what = names.filter { changed & UInt32($0.0) != 0 }.map(\.1).joined(separator: " and ")
        complain("the plugin changed \(what), which was put back for the next run")
    }

    private func load(_ path: String) throws(PluginError) -> any PluginCode {
        if let library, library.path == path { return library }
        phase(TUNED_PHASE_LOADING)
        tuned_crash_loading(path)
        let loaded = try loadPluginCode(path: path)
        tuned_crash_refresh(path)
        library = loaded
        return loaded
    }

    private func open(_ request: OpenRequest) throws(PluginError) -> DatasetDescription? {
        let library = try load(request.path)
        phase(TUNED_PHASE_CREATING)
        let sink = HostSink(
            page: surroundings.page, doorbell: { doorbellChannel?.send(.doorbell) }, log: surroundings.log)
        let folds = surroundings.folds.flatMap(FoldsLayout.folds(in:)) ?? []
        let host = try library.open(request, sink: sink, folds: folds)
        self.host = host
        tuned_surroundings_note()
        return request.describesDataset ? try host.dataset() : nil
    }

    private func answer(_ body: () throws(PluginError) -> FromWorker) {
        let message: FromWorker
        do {
            message = try body()
        } catch {
            message = .failed(code: error.code.rawValue, message: error.message, detail: error.detail)
        }
        tuned_flush_output()
        phase(TUNED_PHASE_IDLE)
        channel.send(message)
    }

    /// Leaves without running what plugins registered for the exit: it could hang, or crash after the work is done.
    func end() -> Never {
        phase(TUNED_PHASE_ENDING)
        host = nil
        tuned_flush_output()
        _exit(0)
    }

    private func phase(_ phase: UInt32) { tuned_page_set_phase(surroundings.page, phase) }
}
