import CTunedWorker
import Dispatch
import Glibc
import TunedPlugins
import TunedRecords
import TunedWire

/// One question to a throw-away worker: it is started, asked, and ended, whatever it answers.
///
/// `@unchecked Sendable`: guarded by `queue`, its own.
final class ProbeSession: @unchecked Sendable {
    private let queue = DispatchQueue(label: "tuned.probe")
    private let settings: WorkerSettings
    private let question: ToWorker
    /// Whose plugin is asked, for messages.
    private let subject: String
    private let deadline: Double
    /// The library that the question is about.
    private var path: String {
        switch question {
        case .probe(let path): path
        case .open(let request): request.path
        case .check(let request): request.open.path
        case .run, .ping, .exit: ""
        }
    }
    private var completion: (@Sendable (Result<FromWorker, PluginError>) -> Void)?
    private var link: WorkerLink?
    private var timer: (any DispatchSourceTimer)?

    /// Calls `completion` once, on a queue of its own.
    static func ask(
        _ question: ToWorker, of subject: String, settings: WorkerSettings, environment: [String: String],
        deadline: Double, _ completion: @escaping @Sendable (Result<FromWorker, PluginError>) -> Void
    ) {
        let session = ProbeSession(question, subject, settings, deadline, completion)
        let order = SpawnOrder(
            executable: settings.executable, directory: settings.temporaryDirectory,
            environment: BaseEnvironment.variables(settings, environment), processes: settings.processes, openFiles: settings.openFiles)
        Spawner.shared.spawn(order) { result in
            session.queue.async { session.started(result) }
        }
    }

    private init(
        _ question: ToWorker, _ subject: String, _ settings: WorkerSettings, _ deadline: Double,
        _ completion: @escaping @Sendable (Result<FromWorker, PluginError>) -> Void
    ) {
        self.question = question
        self.subject = subject
        self.settings = settings
        self.deadline = deadline
        self.completion = completion
    }

    private func started(_ result: Result<WorkerProcess, PluginError>) {
        switch result {
        case .failure(let error): complete(.failure(error))
        case .success(let process):
            // The handlers keep the session alive until the process has ended.
            link = WorkerLink(
                process, queue: queue, logBytes: settings.logBytes, logBurst: settings.logBurst,
                onMessage: { self.received($0) }, onExit: { self.exited($0) })
            startTimer()
            link?.send(question)
        }
    }

    private func startTimer() {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + deadline)
        timer.setEventHandler { @Sendable [weak self] in self?.timedOut() }
        timer.activate()
        self.timer = timer
    }

    private func received(_ message: FromWorker) {
        switch message {
        case .hello, .pong: break
        case .failed(let code, let message, let detail):
            let code = PluginError.Code(rawValue: code) ?? .protocolViolation
            complete(.failure(PluginError(code, message, detail: detail)))
        case .probed, .opened: complete(.success(message))
        case .done, .doorbell, .checking, .checked: link?.violate("an answer to another question")
        }
    }

    private func timedOut() {
        complete(
            .failure(
                PluginError(
                    .deadline,
                    "\(subject) did not load within \(deadline) s: its constructors, entry function or create hang")))
    }

    private func exited(_ exit: WorkerExit) {
        let failure = CrashReport(exit, memory: 0, plugin: path).failure
        let code: PluginError.Code =
            switch failure.kind {
            case .protocol: .protocolViolation
            case .exited: .exited
            default: .crashed
            }
        let detail = [failure.detail, exit.log].filter { !$0.isEmpty }.joined(separator: "\n")
        complete(.failure(PluginError(code, "\(subject): \(failure.message)", detail: detail)))
        link = nil
    }

    private func complete(_ result: Result<FromWorker, PluginError>) {
        guard let completion else { return }
        self.completion = nil
        timer?.cancel()
        link?.signal(SIGKILL)
        completion(result)
    }
}
