import Dispatch
import Glibc
import Synchronization
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedTestSupport
import TunedWire
import TunedWorkers

/// A pool with one slot, and attempts in it by name.
final class AttemptBench: Sendable {
    let pool: WorkerPool
    let slot: SlotGrant
    let settings: WorkerSettings
    private let store: PluginStore
    private let nonces = Mutex<UInt64>(0)

    struct Ended: Sendable {
        var outcome: AttemptOutcome
        var log: String
        var reports: [MetricReport]

        var failure: Failure? {
            if case .failed(let failure) = outcome { return failure }
            return nil
        }

        func metric(_ index: Int) -> Double? {
            if case .succeeded(let metrics, _) = outcome { return metrics[index] }
            return nil
        }
    }

    init(
        clock: any TimeSource = SystemClock(), cpus: [Int] = [], memory: UInt64 = 0, gpus: [String] = [],
        variables: [String: String] = [:], change: (inout WorkerSettings) -> Void = { _ in }
    ) throws {
        var settings = WorkerSettings(executable: TestPlugins.executable("tuned-worker"))
        settings.grace = 0.1
        change(&settings)
        self.settings = settings
        store = try PluginStore(directory: TestPlugins.temporaryDirectory() + "/store")
        pool = WorkerPool(settings: settings, clock: clock, variables: { _ in variables })
        slot = SlotGrant(id: 1, cpus: cpus, gpus: gpus, memory: memory, queue: DispatchQueue(label: "test.slot"))
    }

    deinit { pool.shutDown() }

    /// A study of one of the plugin's trainables, the first where none is named.
    func blueprint(
        _ plugin: String, path: String? = nil, trainable: String? = nil, sidecar: JSONValue? = nil, config: [String: JSONValue] = [:],
        folds: FoldPlan? = nil,
        requiredMetrics: [Int] = [0], environment: [String: String] = [:]
    ) async throws -> WorkerBlueprint {
        let image = try store.add(path ?? TestPlugins.path(plugin), sidecar: sidecar.map { Array($0.text().utf8) }).image
        let description = try await describe(image).get()
        let chosen = description.trainables.first { $0.id == trainable } ?? description.trainables[0]
        let schema = try Schema(parsing: chosen.schemaJSON)
        return WorkerBlueprint(
            plugin: image, trainable: chosen.id, schema: schema, space: schema.space,
            config: .object(config), dataPath: nil, folds: folds, requiredMetrics: requiredMetrics,
            environment: environment)
    }

    /// Reads a plugin's tables in a worker.
    func describe(_ image: PluginImage, deadline: Double = 20) async -> Result<PluginDescription, PluginError> {
        await withCheckedContinuation { continuation in
            PluginProbe(settings: settings).probe(image, deadline: deadline, on: slot.queue) {
                continuation.resume(returning: $0)
            }
        }
    }

    func dataset(of blueprint: WorkerBlueprint) async -> Result<DatasetDescription?, PluginError> {
        await withCheckedContinuation { continuation in
            DatasetProbe(settings: settings).describe(
                blueprint.plugin, trainable: blueprint.trainable, schema: blueprint.schema, config: blueprint.config,
                dataPath: nil, deadline: 20, on: slot.queue
            ) { continuation.resume(returning: $0) }
        }
    }

    /// Makes an attempt with the schema's defaults, but for the values given, and waits for its end.
    func run(
        _ blueprint: WorkerBlueprint, _ values: [String: JSONValue] = [:], trial: Int = 0, fold: Int = 0,
        deadline: Double? = nil, seed: UInt64 = 7, slot other: SlotGrant? = nil,
        started: @escaping @Sendable (any RunningAttempt) -> Void = { _ in }
    ) async throws -> Ended {
        let configuration = try blueprint.space.configuration(from: values, filling: blueprint.space.defaults)
        let assignment = AttemptAssignment(
            blueprint: blueprint, configuration: configuration, trial: trial, run: RunKey(fold: fold), runIndex: fold,
            attempt: 0, nonce: nonces.withLock { $0 += 1; return $0 }, seed: seed, deadline: deadline)
        let slot = other ?? self.slot
        return await withCheckedContinuation { continuation in
            slot.queue.async {
                let collected = Collected()
                let attempt = self.pool.start(assignment, in: slot) { signal in
                    switch signal {
                    case .reports(let more): collected.reports.withLock { $0 += more }
                    case .ended(let outcome, let log):
                        continuation.resume(
                            returning: Ended(outcome: outcome, log: log, reports: collected.reports.withLock { $0 }))
                    }
                }
                started(attempt)
            }
        }
    }

    /// The same with a behaviour of the plugin "misbehave".
    func misbehave(
        _ how: String, config: [String: JSONValue] = [:], deadline: Double? = nil,
        started: @escaping @Sendable (any RunningAttempt) -> Void = { _ in }
    ) async throws -> Ended {
        let blueprint = try await blueprint("misbehave", config: config)
        return try await run(blueprint, ["how": .string(how)], deadline: deadline, started: started)
    }
}

private final class Collected: Sendable {
    let reports = Mutex<[MetricReport]>([])
}
