import Dispatch
import Glibc
import Synchronization
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedTestSupport
import TunedWire
import TunedWorkers

/// A pool and one study for it.
final class PoolOwner: Sendable {
    private let pool: WorkerPool
    private let blueprint: WorkerBlueprint
    private let nonces = Mutex<UInt64>(0)

    init(plugin: String) throws {
        let settings = WorkerSettings(executable: TestPlugins.executable("tuned-worker"))
        let image = try PluginStore(directory: TestPlugins.temporaryDirectory() + "/store").add(plugin).image
        let trainable = try Self.describe(image, settings).trainables[0]
        let schema = try Schema(parsing: trainable.schemaJSON)
        pool = WorkerPool(settings: settings, clock: SystemClock(), variables: { _ in [:] })
        blueprint = WorkerBlueprint(
            plugin: image, trainable: trainable.id, schema: schema, space: schema.space, config: .object([:]),
            dataPath: nil, folds: nil, requiredMetrics: [0])
    }

    func crash(_ count: Int) {
        let slot = Self.slot(0)
        let segfault = try? blueprint.space.configuration(
            from: ["how": .string("segfault")], filling: blueprint.space.defaults)
        guard let segfault else { return }
        run(segfault, slot)
        let before = Self.openDescriptors()
        for _ in 1..<count { run(segfault, slot) }
        // The last handlers close what they hold a moment after the attempt's end.
        for _ in 0..<200 where Self.openDescriptors() > before { usleep(10_000) }
        print(pool.statistics.spawned, before, Self.openDescriptors())
    }

    func die() {
        let hang = try? blueprint.space.configuration(from: ["how": .string("hang")], filling: blueprint.space.defaults)
        guard let hang else { return }
        let slot = Self.slot(0)
        slot.queue.async { _ = self.pool.start(self.assignment(hang), in: slot) { _ in } }
        while true {
            if let worker = Self.child() {
                usleep(200_000)
                print(worker)
                fflush(nil)
                kill(getpid(), SIGKILL)
            }
            usleep(1000)
        }
    }

    func measure(slots: Int, count: Int) {
        let configuration = blueprint.space.defaults
        let slots = (0..<slots).map(Self.slot)
        for slot in slots { run(configuration, slot) }
        let (before, ended) = (SystemClock().monotonicSeconds(), DispatchGroup())
        for slot in slots {
            ended.enter()
            repeatRuns(configuration, slot, count) { ended.leave() }
        }
        ended.wait()
        let seconds = SystemClock().monotonicSeconds() - before
        var (own, children) = (rusage(), rusage())
        getrusage(RUSAGE_SELF.rawValue, &own)
        pool.shutDown()
        usleep(100_000)
        getrusage(RUSAGE_CHILDREN.rawValue, &children)
        let total = Double(count * slots.count)
        print(
            "\(Int(total / seconds)) attempts/s in \(slots.count) slots;",
            "CPU an attempt: pool \(Self.microseconds(own) / total) us, worker \(Self.microseconds(children) / total) us")
    }

    private func repeatRuns(
        _ configuration: Configuration, _ slot: SlotGrant, _ left: Int, _ done: @escaping @Sendable () -> Void
    ) {
        guard left > 0 else { return done() }
        slot.queue.async {
            _ = self.pool.start(self.assignment(configuration), in: slot) { signal in
                if case .ended = signal { self.repeatRuns(configuration, slot, left - 1, done) }
            }
        }
    }

    private func run(_ configuration: Configuration, _ slot: SlotGrant) {
        let ended = DispatchSemaphore(value: 0)
        repeatRuns(configuration, slot, 1) { ended.signal() }
        ended.wait()
    }

    private func assignment(_ configuration: Configuration) -> AttemptAssignment {
        let nonce = nonces.withLock { nonce in
            nonce += 1
            return nonce
        }
        return AttemptAssignment(
            blueprint: blueprint, configuration: configuration, trial: Int(nonce), run: RunKey(), runIndex: 0, attempt: 0,
            nonce: nonce, seed: nonce)
    }

    private static func describe(_ image: PluginImage, _ settings: WorkerSettings) throws -> PluginDescription {
        let (answered, queue) = (DispatchSemaphore(value: 0), DispatchQueue(label: "probe"))
        let answer = Answer()
        PluginProbe(settings: settings).probe(image, on: queue) { result in
            answer.value.withLock { $0 = result }
            answered.signal()
        }
        answered.wait()
        guard let result = answer.value.withLock({ $0 }) else { throw PluginError(.spawn, "no answer") }
        return try result.get()
    }

    private static func slot(_ number: Int) -> SlotGrant {
        SlotGrant(id: UInt64(number), cpus: [], gpus: [], memory: 0, queue: DispatchQueue(label: "slot.\(number)"))
    }

    private static func openDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count
    }

    /// A child of this process that runs the worker's program.
    private static func child() -> pid_t? {
        guard let directory = opendir("/proc") else { return nil }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = pid_t(name), parent(of: name) == getpid() { return pid }
        }
        return nil
    }

    private static func parent(of process: String) -> pid_t? {
        guard let file = fopen("/proc/\(process)/stat", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        // pid (name) state parent: the name may hold anything, so counting starts behind its last bracket.
        let text = line.prefix { $0 != 0 }.split(separator: CChar(UInt8(ascii: ")"))).last ?? []
        let words = text.split(separator: CChar(UInt8(ascii: " ")))
        return words.count > 1 ? pid_t(String(decoding: words[1].map(UInt8.init(bitPattern:)), as: UTF8.self)) : nil
    }

    private static func microseconds(_ usage: rusage) -> Double {
        Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }
}

private final class Answer: Sendable {
    let value = Mutex<Result<PluginDescription, PluginError>?>(nil)
}
