import ArgumentParser
import Glibc
import TunedEngine
import TunedPlugins
import TunedRecords
import TunedSlots
import TunedSpace
import TunedStorage
import TunedWorkers

/// Times the engine without a disk: for the project's own benchmarks.
///
/// A study of a plugin that runs in this very process goes the whole way of a trial (asking the sampler, the slots, the call of
/// the plugin, telling the sampler, the event and the state tables), on an event store that keeps everything in memory and
/// writes nothing.
struct BenchBatch: Verb {
    static let configuration = CommandConfiguration(
        commandName: "bench-batch", abstract: "Time trials inside this process, without storage.", shouldDisplay: false)

    @Argument(help: "The plugin's file. It runs in this process.")
    var plugin: String

    @Option(help: "Which of its trainables.")
    var trainable = "noop-batch"

    @Option(help: "Trials of the study.")
    var trials = 1_000_000

    @Option(help: "Slots that work at once.")
    var parallel = 2

    @Option(help: "The sampler's name.")
    var sampler = "random"

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard trials > 0, parallel > 0 else { throw .usage("--trials and --parallel from 1") }
        do {
            let bench = try EngineBench()
            defer { bench.remove() }
            show(try await bench.run(FileText.absolute(plugin), try specification))
        } catch let error as EngineError {
            throw .failure(error.message, underlying: error.underlying)
        } catch let error as PluginError {
            throw .failure(error.message, underlying: error.detail)
        } catch {
            throw .failure("the benchmark failed", underlying: "\(error)")
        }
    }

    private var specification: StudySpecification {
        get throws {
            try StudySpecification(
                json: .object([
                    "study": "bench", "plugin": "bench", "trainable": .string(trainable), "isolation": "inprocess", "seed": 1,
                    "sampler": .string(sampler), "stop": .object(["trials": .integer(Int64(trials))]),
                    "resources": .object(["parallel": .integer(Int64(parallel))]),
                ]))
        }
    }

    private func show(_ seconds: Double) {
        let rate = Double(trials) / seconds
        let fields: [String: JSONValue] = [
            "trials": .integer(Int64(trials)), "parallel": .integer(Int64(parallel)), "sampler": .string(sampler),
            "seconds": .number(seconds), "trials_per_second": .number(rate),
        ]
        output.show(.object(fields)) {
            "\(trials) trials in \(Formatting.significant(seconds, digits: 4)) s: \(Formatting.significant(rate, digits: 4)) trials/s\n"
        }
    }
}

/// An engine on a store that writes nothing, with a folder of its own for the plugin's copy.
private struct EngineBench {
    private let directory: String
    private let store = MemoryEventStore()
    private let plugins: PluginStore
    private let catalog: PluginCatalog
    private let engine: Engine

    init() throws {
        var template = Array("/tmp/tuned-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CommandError.failure("cannot make a temporary folder in /tmp") }
        directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let clock = SystemClock()
        let settings = WorkerSettings(executable: try Executables.worker())
        let inventory = try MachineInventory.take(report: .none, visibleGPUs: nil)
        let slots = SlotScheduler(inventory: inventory, settings: SlotSettings(), clock: clock)
        plugins = try PluginStore(directory: "\(directory)/plugins")
        catalog = try PluginCatalog(directory: directory, store: plugins, probe: PluginProbe(settings: settings), clock: clock)
        engine = try Engine(
            directory: directory, store: store, slots: slots,
            runner: WorkerPool(settings: settings, clock: clock) { _ in [:] }, plugins: catalog,
            datasets: DatasetProbe(settings: settings), clock: clock, host: HostFacts(daemonVersion: Version.current),
            version: Version.current, direct: InProcessRunner(clock: clock))
    }

    func remove() { Files.remove(directory) }

    /// Returns the seconds that the study ran.
    func run(_ path: String, _ specification: StudySpecification) async throws -> Double {
        let plugin = try await answer { catalog.load(path: path, sidecar: nil, reply: $0) }
        // It runs in a process that does nothing else, so nobody has to have checked it.
        let verdict = CheckRecord.Verdict(seed: 0, passed: true, fitForInprocess: true, findings: [])
        let known = Dictionary(uniqueKeysWithValues: plugin.trainables.map { ($0.id, verdict) })
        try CheckRecord(hash: plugin.image.hash, trainables: known).write(to: plugins)
        var specification = specification
        specification.plugin = plugin.name
        _ = try await answer { engine.create(specification, reply: $0) }
        while store.study(slug: "bench")?.state == .running { try await Task.sleep(for: .milliseconds(5)) }
        guard let row = store.study(slug: "bench"), row.state == .completed, let live = engine.live("bench") else {
            throw CommandError.failure("the study did not complete: \(store.study(slug: "bench")?.reason ?? "")")
        }
        return live.seconds
    }

    private func answer<Value: Sendable>(
        _ ask: (@escaping @Sendable (Result<Value, EngineError>) -> Void) -> Void
    ) async throws -> Value {
        try await withCheckedContinuation { continuation in ask { continuation.resume(returning: $0) } }.get()
    }
}
