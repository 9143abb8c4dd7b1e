import CTunedWorker
import Dispatch
import Glibc
import TunedPlugins
import TunedRecords
import TunedWire

/// One stage of a test: a throw-away worker is started, told to make it, and ended.
///
/// `@unchecked Sendable`: guarded by `queue`, its own.
final class CheckSession: @unchecked Sendable {
    enum Ending: Sendable {
        case answered(CheckAnswer)
        /// The plugin cannot be loaded, or not be created.
        case refused(PluginError)
        /// The process ended, while it did what `about` says.
        case ended(Failure, signal: Int32, about: String, log: String)
        case timedOut(about: String, log: String)
    }

    private let queue = DispatchQueue(label: "tuned.check")
    private let request: CheckRequest
    private let settings: WorkerSettings
    private let deadline: Double
    private var completion: (@Sendable (Ending) -> Void)?
    private var link: WorkerLink?
    private var timer: (any DispatchSourceTimer)?
    private var about = "it was loaded"

    /// - Parameter deadline: seconds from the start of the worker to its answer.
    static func make(
        _ request: CheckRequest, settings: WorkerSettings, environment: [String: String], deadline: Double
    ) async -> Ending {
        await withCheckedContinuation { continuation in
            let session = CheckSession(request, settings, deadline) { continuation.resume(returning: $0) }
            let order = SpawnOrder(
                executable: settings.executable, directory: settings.temporaryDirectory,
                environment: BaseEnvironment.variables(settings, environment), processes: settings.processes,
                openFiles: settings.openFiles)
            Spawner.shared.spawn(order) { result in session.queue.async { session.started(result) } }
        }
    }

    private init(
        _ request: CheckRequest, _ settings: WorkerSettings, _ deadline: Double, _ completion: @escaping @Sendable (Ending) -> Void
    ) {
        self.request = request
        self.settings = settings
        self.deadline = deadline
        self.completion = completion
    }

    private func started(_ result: Result<WorkerProcess, PluginError>) {
        switch result {
        case .failure(let error): complete(.refused(error))
        case .success(let process):
            // The handlers keep the session alive until the process has ended.
            link = WorkerLink(
                process, queue: queue, logBytes: settings.logBytes, logBurst: settings.logBurst,
                onMessage: { self.received($0) }, onExit: { self.exited($0) })
            startTimer()
            link?.send(.check(request))
        }
    }

    private func startTimer() {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        // A plugin that prints without end is read at this pace.
        timer.schedule(deadline: .now() + .milliseconds(10), repeating: .milliseconds(10))
        let end = DispatchTime.now() + deadline
        timer.setEventHandler { @Sendable [weak self] in
            self?.link?.tick()
            if DispatchTime.now() >= end { self?.timedOut() }
        }
        timer.activate()
        self.timer = timer
    }

    private func received(_ message: FromWorker) {
        switch message {
        case .hello, .pong: break
        case .checking(let what): about = what
        case .checked(let answer): complete(.answered(answer))
        case .failed(let code, let message, let detail):
            complete(.refused(PluginError(PluginError.Code(rawValue: code) ?? .protocolViolation, message, detail: detail)))
        case .probed, .opened, .done, .doorbell: link?.violate("an answer to another question")
        }
    }

    private func timedOut() {
        link?.completeLog()
        complete(.timedOut(about: about, log: link?.log.text ?? ""))
    }

    private func exited(_ exit: WorkerExit) {
        complete(.ended(CrashReport(exit, memory: 0, plugin: request.open.path).failure, signal: exit.exit.signal, about: about, log: exit.log))
        link = nil
    }

    private func complete(_ ending: Ending) {
        guard let completion else { return }
        self.completion = nil
        timer?.cancel()
        link?.signal(SIGKILL)
        completion(ending)
    }
}
