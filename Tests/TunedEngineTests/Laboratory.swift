import Dispatch
import Glibc
import Synchronization
import TunedPlugins
import TunedRecords
import TunedSlots
import TunedSpace
import TunedStorage
import TunedWorkers
@testable import TunedEngine

/// Time that passes when a test says so.
final class ManualClock: TimeSource {
    private final class Planned: ScheduledAction {
        let due: Double
        let action: @Sendable () -> Void
        let isCancelled = Atomic(false)

        init(due: Double, action: @escaping @Sendable () -> Void) {
            self.due = due
            self.action = action
        }

        func cancel() { isCancelled.store(true, ordering: .sequentiallyConsistent) }
    }

    private let state = Mutex<(now: Double, planned: [Planned])>((1000, []))

    func monotonicSeconds() -> Double { state.withLock { $0.now } }
    func wallMilliseconds() -> Int64 { Int64(monotonicSeconds() * 1000) }

    func schedule(after seconds: Double, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        state.withLock { state in
            let planned = Planned(due: state.now + seconds, action: action)
            state.planned.append(planned)
            return planned
        }
    }

    func advance(by seconds: Double) {
        let due = state.withLock { state in
            state.now += seconds
            let now = state.now
            defer { state.planned.removeAll { $0.due <= now } }
            return state.planned.filter { $0.due <= now }
        }
        for planned in due where !planned.isCancelled.load(ordering: .sequentiallyConsistent) { planned.action() }
    }
}

/// Makes attempts as a test says, without a process.
final class ScriptedRunner: AttemptRunner {
    typealias Script = @Sendable (AttemptAssignment, ScriptedAttempt) -> Void

    final class ScriptedAttempt: RunningAttempt {
        private let receive: Mutex<(@Sendable (AttemptSignal) -> Void)?>
        private let queue: DispatchQueue
        let stopped = Mutex<StopReason?>(nil)

        init(queue: DispatchQueue, receive: @escaping @Sendable (AttemptSignal) -> Void) {
            self.queue = queue
            self.receive = Mutex(receive)
        }

        func stop(_ reason: StopReason) {
            stopped.withLock { $0 = $0 ?? reason }
            end(.stopped(reason: reason))
        }

        func report(_ reports: [MetricReport]) {
            guard let receive = receive.withLock({ $0 }) else { return }
            queue.async { receive(.reports(reports)) }
        }

        func end(_ outcome: AttemptOutcome, log: String = "") {
            let receive = receive.withLock { receive in
                defer { receive = nil }
                return receive
            }
            if let receive { queue.async { receive(.ended(outcome, log: log)) } }
        }
    }

    private let script: Script
    let started = Mutex<[AttemptAssignment]>([])

    init(_ script: @escaping Script) { self.script = script }

    func start(
        _ assignment: AttemptAssignment, in slot: SlotGrant, _ receive: @escaping @Sendable (AttemptSignal) -> Void
    ) -> any RunningAttempt {
        started.withLock { $0.append(assignment) }
        let attempt = ScriptedAttempt(queue: slot.queue, receive: receive)
        script(assignment, attempt)
        return attempt
    }

    func shutDown() {}

    /// Ends every attempt at once with the sum of its floats.
    static let sum: Script = { assignment, attempt in attempt.end(.succeeded(metrics: [ScriptedRunner.total(assignment.configuration)])) }

    static func total(_ configuration: Configuration) -> Double {
        configuration.values.reduce(0) { sum, value in
            switch value {
            case .float(let number): sum + number
            case .integer(let number): sum + Double(number)
            case .category(let index): sum + Double(index)
            case nil: sum
            }
        }
    }
}

/// One study driven by a scripted runner on a machine of as many cores as wanted.
struct Laboratory {
    static let schema = """
        {"id": "toy", "parameters": [
            {"name": "x", "type": "float", "low": 0, "high": 1},
            {"name": "y", "type": "float", "low": 0, "high": 1},
            {"name": "mode", "type": "categorical", "choices": ["a", "b"]},
            {"name": "depth", "type": "int", "low": 1, "high": 5, "when": {"mode": "b"}}],
         "metrics": [{"name": "value", "goal": "minimize"}]}
        """

    let store: MemoryEventStore
    let slots: SlotScheduler
    let clock: ManualClock
    let surroundings: StudySurroundings
    let driver: StudyDriver

    init(
        specification: String, schema: String = Laboratory.schema, cores: Int = 2, folds: Int = 1,
        store: MemoryEventStore = MemoryEventStore(), resuming: Bool = false, clock: ManualClock = ManualClock(),
        runner: ScriptedRunner, direct: ScriptedDirectRunner? = nil
    ) throws {
        self.store = store
        self.clock = clock
        slots = SlotScheduler(inventory: MachineInventory(topology: CPUTopology(uniform: cores), memoryTotal: 1 << 30), clock: clock)
        let directory = try TemporaryDirectory.make()
        mkdir("\(directory)/runs", 0o700)
        let settings = WorkerSettings(executable: "/nonexistent")
        let catalog = try PluginCatalog(
            directory: directory, store: try .init(directory: "\(directory)/plugins"), probe: PluginProbe(settings: settings), clock: clock)
        surroundings = StudySurroundings(
            store: store, slots: slots, runner: runner, direct: direct, clock: clock, plugins: catalog, host: HostFacts(daemonVersion: "test"),
            folders: RunFolders(root: "\(directory)/runs"),
            firstNonce: UInt64(store.lastSequence))
        let parsed = try Schema(parsing: schema)
        let specification = try StudySpecification(json: try JSONValue(parsing: specification))
        let declaration = StudyDeclaration(
            specification: specification, schema: parsed, space: try parsed.space.narrowed(by: specification.space),
            objectives: [Objective(metric: 0, name: parsed.metrics[0].name, goal: parsed.metrics[0].goal)],
            plugin: PluginReference(name: "toy", trainable: "toy", hash: "0"),
            data: folds == 1
                ? nil
                : DataReference(
                    origin: "", digest: "", copy: nil, plan: nil, rows: 10, testRows: 0, folds: folds, isStratified: false),
            createdAt: 0, createdBy: "test")
        let blueprint = WorkerBlueprint(
            plugin: PluginImage(hash: "0", path: "/toy.so"), trainable: "toy", schema: parsed, space: declaration.space,
            config: .object([:]), dataPath: nil, folds: nil, requiredMetrics: [0])
        driver = try StudyDriver(
            id: resuming ? StudyID(rawValue: 1) : store.allocateStudy(), slug: "toy", declaration: declaration, blueprint: blueprint,
            surroundings: surroundings)
        if resuming {
            driver.replay(store.events(of: driver.id, after: 0, limit: .max))
        }
    }

    func start() {
        driver.queue.sync {
            driver.record([.studyCreated(slug: "toy", declaration: driver.declaration.text)])
            driver.adoptSampler()
            driver.startTiming()
            driver.fill()
        }
    }

    func takeUp() { driver.queue.sync { driver.takeUp() } }

    func on<Value>(_ body: (StudyDriver) throws -> Value) rethrows -> Value { try driver.queue.sync { try body(driver) } }

    /// Waits until the study has left `running` and nothing of it runs, or half a minute has passed.
    @discardableResult
    func waitForRest() -> Bool { wait { $0.state != .running && $0.busySlots == 0 } }

    @discardableResult
    func wait(until condition: (StudyDriver) -> Bool) -> Bool {
        for _ in 0..<15_000 {
            if driver.queue.sync(execute: { condition(driver) }) { return true }
            usleep(2000)
        }
        return false
    }

    var events: [Event] { store.events(of: driver.id, after: 0, limit: .max) }

    /// As the log begins: the driver's own changes with the study's space.
    var declared: StudyDeclaration {
        get throws {
            guard case .studyCreated(_, let text)? = events.first?.payload else { throw EngineError(.internalError, "the log is empty") }
            return try StudyDeclaration(parsing: text)
        }
    }

    var trials: [TrialRow] { store.trials(of: driver.id, matching: TrialQuery()) }
}

enum TemporaryDirectory {
    static func make() throws -> String {
        var template = Array("/tmp/tuned-test-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw EngineError(.storage, "no temporary directory") }
        return String(cString: path)
    }
}
