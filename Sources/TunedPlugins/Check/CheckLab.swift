import CTunedPlugin
import CTunedWorker
import TunedSpace
import TunedWire

/// What the tests of a trainable work with: the plugin, loaded with a host of the check's own.
final class CheckLab {
    let request: CheckRequest
    let host: CheckHost
    /// All zero but for its flags where the trainable is a plain function.
    let trainable: tuned_trainable
    /// Where the trainable is a plain function.
    let functions: FunctionLibrary?
    let schema: Schema
    /// The shared `tuned_page`, whose phase word names where a crash was.
    let page: OpaquePointer
    let configurations: CheckConfigurations
    private let tell: (String) -> Void
    private let start = MonotonicTime.now()

    init(
        _ request: CheckRequest, _ host: CheckHost, _ code: any PluginCode, page: OpaquePointer,
        tell: @escaping (String) -> Void
    ) throws(PluginError) {
        guard let index = code.plugin.trainables.firstIndex(where: { $0.id == request.open.trainable }) else {
            let known = code.plugin.trainables.map(\.id).joined(separator: ", ")
            throw PluginError(
                .unknownTrainable, "plugin \(code.plugin.id) has no trainable \"\(request.open.trainable)\"; it has \(known)")
        }
        self.request = request
        self.host = host
        self.page = page
        self.tell = tell
        functions = code as? FunctionLibrary
        if let library = code as? PluginLibrary {
            trainable = library.trainables[index]
        } else {
            var blank = tuned_trainable()
            blank.flags = code.plugin.trainables[index].flags
            trainable = blank
        }
        do {
            schema = try Schema(parsing: code.plugin.trainables[index].schemaJSON)
        } catch {
            throw PluginError(.malformed, "the schema of \"\(request.open.trainable)\" is wrong: \(error)")
        }
        configurations = CheckConfigurations(space: schema.space)
        if functions != nil { CheckPage.watch(page) }
    }

    func instance() throws(PluginError) -> CheckInstance { try CheckInstance(self) }

    var findings: CheckFindings { CheckFindings(test: request.test) }

    func random(_ purpose: String) -> SplitMix64 {
        SplitMix64(seed: request.seed, request.open.trainable, request.test, purpose)
    }

    func has(_ flag: UInt32) -> Bool { trainable.flags & flag != 0 }

    var isDeterministic: Bool { has(TUNED_DETERMINISTIC) }

    /// The least budget that says anything; 0 where there is no fidelity.
    var lowBudget: Double { schema.fidelity?.low ?? 0 }

    /// A budget of so many units where the fidelity allows it, never less than its low end.
    func budget(of units: Double) -> Double {
        schema.fidelity.map { min($0.high, max($0.low, units)) } ?? 0
    }

    /// Seconds after which one run of many is told to stop.
    var runLimit: Double { max(0.2, min(2, request.seconds / 5)) }

    var elapsed: Double { MonotonicTime.seconds(since: start) }

    /// Whether so much of the test's time has passed.
    func isSpent(_ share: Double = 1) -> Bool { elapsed > request.seconds * share }

    /// Says what comes next, for the report of a crash.
    func about(_ what: String, _ configuration: Configuration? = nil) {
        tell(configuration.map { "\(what): \(configurations.text($0))" } ?? what)
    }

    /// A run with the least budget, told to stop where it takes long.
    func run(_ configuration: Configuration) -> CheckRun {
        var run = CheckRun(configuration, budget: lowBudget, stopAfter: runLimit)
        run.seed = request.seed
        return run
    }
}
