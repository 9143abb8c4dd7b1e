import ArgumentParser
import Dispatch
import Glibc
import Synchronization
import TunedPlugins
import TunedRecords
import TunedSlots
import TunedSpace
import TunedWire
import TunedWorkers

/// Times runs in one warm worker, without engine and storage: for the project's own benchmarks.
struct BenchWorker: Verb {
    static let configuration = CommandConfiguration(
        commandName: "bench-worker", abstract: "Time the way to a warm worker and back.", shouldDisplay: false)

    @Argument(help: "Path of a plugin; its first trainable is run with its defaults.")
    var plugin: String

    @Option(help: "Runs that are timed.")
    var runs = 20_000

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard runs > 0 else { throw .usage("--runs is from 1") }
        let bench: WorkerBench
        do {
            bench = try await WorkerBench(plugin: FileText.absolute(plugin))
        } catch let error as PluginError {
            throw .failure(error.message, underlying: error.detail)
        } catch {
            throw .failure("the benchmark failed", underlying: "\(error)")
        }
        _ = await bench.seconds(runs: min(runs, 1000))
        let sorted = await bench.seconds(runs: runs).sorted().map { $0 * 1e6 }
        bench.end()
        let (median, tail) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
        output.show(.object(["runs": .integer(Int64(runs)), "p50_us": .number(median), "p99_us": .number(tail)])) {
            "\(runs) runs in a warm worker: p50 \(Formatting.significant(median, digits: 3)) us, "
                + "p99 \(Formatting.significant(tail, digits: 3)) us\n"
        }
    }
}

/// One slot, one worker, one run after the other.
private final class WorkerBench: Sendable {
    private let folder: String
    private let pool: WorkerPool
    private let slot = SlotGrant(id: 1, cpus: [], gpus: [], memory: 0, queue: DispatchQueue(label: "tuned.bench"))
    private let blueprint: WorkerBlueprint

    init(plugin: String) async throws {
        var template = Array("/tmp/tuned-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PluginError(.storage, "there is no room in /tmp") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let settings = WorkerSettings(executable: try Executables.worker())
        let image = try PluginStore(directory: folder).add(plugin).image
        let queue = slot.queue
        let description = try await withCheckedContinuation { continuation in
            PluginProbe(settings: settings).probe(image, on: queue) { continuation.resume(returning: $0) }
        }.get()
        let schema = try Schema(parsing: description.trainables[0].schemaJSON)
        blueprint = WorkerBlueprint(
            plugin: image, trainable: description.trainables[0].id, schema: schema, space: schema.space, config: .object([:]),
            dataPath: nil, folds: nil, requiredMetrics: [0])
        pool = WorkerPool(settings: settings, clock: SystemClock(), variables: { _ in [:] })
    }

    /// From handing a run over to its result, on the slot's queue.
    func seconds(runs: Int) async -> [Double] {
        let taken = Durations()
        await withCheckedContinuation { continuation in
            slot.queue.async { self.run(0, of: runs, taken) { continuation.resume() } }
        }
        return taken.values.withLock { $0 }
    }

    private func run(_ number: Int, of runs: Int, _ taken: Durations, _ done: @escaping @Sendable () -> Void) {
        guard number < runs else { return done() }
        let assignment = AttemptAssignment(
            blueprint: blueprint, configuration: blueprint.space.defaults, trial: number, run: RunKey(fold: 0), runIndex: 0,
            attempt: 0, nonce: UInt64(number) + 1, seed: 1)
        let clock = ContinuousClock()
        let start = clock.now
        _ = pool.start(assignment, in: slot) { signal in
            guard case .ended = signal else { return }
            taken.values.withLock { $0.append(start.duration(to: clock.now) / .seconds(1)) }
            // Not from within the worker's own answer: it becomes idle with it.
            self.slot.queue.async { self.run(number + 1, of: runs, taken, done) }
        }
    }

    func end() {
        pool.shutDown()
        unlink(blueprint.plugin.path)
        rmdir(folder)
    }
}

private final class Durations: Sendable {
    let values = Mutex<[Double]>([])
}
