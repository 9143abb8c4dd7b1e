import CTunedPlugin
import CTunedWorker
import Glibc
import Synchronization
import TunedSpace
import TunedWire

/// One run that a check makes of an instance.
struct CheckRun {
    var configuration: Configuration
    var seed: UInt64 = 1
    /// In units of the fidelity; 0: in full.
    var budget = 0.0
    var deadline = 0.0
    var attempt: Int32 = 0
    var limits = CheckTrial.Limits()
    /// The checkpoint that the run can restore.
    var source: SavedCheckpoint?

    init(_ configuration: Configuration, budget: Double = 0, stopAfter: Double? = nil) {
        self.configuration = configuration
        self.budget = budget
        limits.stopAfter = stopAfter
    }
}

/// An instance of a trainable that a check drives: as the worker does, but with a host of its own.
final class CheckInstance {
    let trainable: tuned_trainable
    let schema: Schema
    /// Of the data set that it describes; nil where it describes none.
    private var split: CheckSplit?
    /// Where the trainable is a plain function.
    private let function: CheckFunction?
    private(set) var stepwise: tuned_stepwise_extension?
    private let host: CheckHost
    private let parameters: ParameterTable
    private let page: OpaquePointer
    private var values: [GuardedMemory] = []
    private var trials: [CheckTrial] = []
    private var runs = 0
    private(set) var instance: UnsafeMutableRawPointer?
    private var isCreated = false

    /// After so many runs a trial's memory is used again.
    static let trialCount = 8

    /// - Parameter describesData: false leaves the plugin's extensions alone.
    init(_ lab: CheckLab, describesData: Bool = true) throws(PluginError) {
        trainable = lab.trainable
        schema = lab.schema
        host = lab.host
        page = lab.page
        parameters = ParameterTable(lab.request.open.parameters)
        function = try lab.functions.map { (code) throws(PluginError) in try CheckFunction(code, lab) }
        let page = lab.page
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_CREATING))
        defer { tuned_page_set_phase(page, UInt32(TUNED_PHASE_IDLE)) }
        var made: UnsafeMutableRawPointer?
        if let create = lab.trainable.create {
            let creation = CheckCreation()
            let table = lab.host.table
            let code = creation.during { ConfigTable.with(lab.request.open) { create(table, $0, &made) } }
            guard code == TUNED_OK else {
                let what = "create of \(lab.request.open.trainable) returned \(code)"
                throw PluginError(
                    .create, creation.said.isEmpty ? "\(what) without saying why (host->fail)" : creation.said, detail: what)
            }
        }
        instance = made
        isCreated = true
        guard describesData else { return }
        stepwise = Self.find(TUNED_STEPWISE, lab.trainable, made).flatMap { tuned_stepwise_extension(at: $0) }
        try describe()
    }

    deinit { destroy() }

    func destroy() {
        guard isCreated else { return }
        isCreated = false
        if let destroy = trainable.destroy { destroy(instance) }
    }

    /// A plugin extension of this instance; nil where it has none.
    func find(_ id: String) -> UnsafeRawPointer? { Self.find(id, trainable, instance) }

    private static func find(
        _ id: String, _ trainable: tuned_trainable, _ instance: UnsafeMutableRawPointer?
    ) -> UnsafeRawPointer? {
        trainable.extension.flatMap { find in find(instance, id) }
    }

    private func describe() throws(PluginError) {
        guard host.shape != .bare, host.shape != .shorter, let found = find(TUNED_DATASET),
            let describe = tuned_dataset_extension(at: found)?.describe
        else { return }
        var dataset = tuned_dataset()
        dataset.size = UInt32(MemoryLayout<tuned_dataset>.size)
        let code = describe(instance, &dataset)
        guard code == TUNED_OK, dataset.rows > 0, dataset.rows <= UInt64(UInt32.max) else {
            throw PluginError(
                .create, "describe of \(TUNED_DATASET) returned \(code) and \(dataset.rows) rows; 1 to 4294967295 are allowed")
        }
        split = CheckSplit(rows: Int(dataset.rows))
    }

    // MARK: Runs

    /// Trains and evaluates.
    func run(_ run: CheckRun) throws(PluginError) -> CheckOutcome {
        if let function { return function.run(run) }
        let trial = try begin(run)
        let start = MonotonicTime.now()
        let (code, function) = call(trial, run)
        return finish(trial, run, start, code, function)
    }

    /// A trial that is ready for the plugin. Every call needs a ``finish(_:_:_:_:_:)``.
    func begin(_ run: CheckRun) throws(PluginError) -> CheckTrial {
        let slot = runs % Self.trialCount
        runs += 1
        if slot == trials.count {
            let stride = MemoryLayout<tuned_value>.stride + host.valueExtra
            guard let memory = GuardedMemory(size: stride * parameters.parameters.count) else {
                throw PluginError(.spawn, "the system has no memory for a check")
            }
            values.append(memory)
            trials.append(CheckTrial(metricCount: schema.metrics.count, parameters: parameters))
            trials[slot].rows = split?.folds.first
            if host.trialExtra > 0 { trials[slot].fillExtra(0xA5) }
        }
        let trial = trials[slot]
        try fill(values[slot], run.configuration)
        trial.pointer.pointee = tuned_trial(
            size: UInt32(MemoryLayout<tuned_trial>.size + host.trialExtra),
            value_count: UInt32(parameters.parameters.count),
            value_size: UInt32(MemoryLayout<tuned_value>.stride + host.valueExtra), purpose: UInt32(TUNED_SEARCH),
            values: UnsafePointer(values[slot].start.assumingMemoryBound(to: tuned_value.self)), id: 0, run: 0,
            attempt: run.attempt, seed: run.seed, budget: run.budget, deadline: run.deadline, fold: 0,
            folds: Int32(split?.folds.count ?? 0), host: host.table)
        trial.begin(run.limits, source: run.source)
        return trial
    }

    func finish(_ trial: CheckTrial, _ run: CheckRun, _ start: UInt64, _ code: Int32, _ function: String) -> CheckOutcome {
        let seconds = MonotonicTime.seconds(since: start)
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_IDLE))
        var outcome = trial.end()
        outcome.budget = run.budget
        outcome.code = code
        outcome.function = function
        outcome.seconds = seconds
        if let stopAfter = run.limits.stopAfter, seconds > stopAfter { outcome.secondsToStop = seconds - stopAfter }
        return outcome
    }

    private func fill(_ memory: GuardedMemory, _ configuration: Configuration) throws(PluginError) {
        if let problem = parameters.fill(configuration) {
            throw PluginError(.protocolViolation, "the check made a configuration with \(problem)")
        }
        let stride = MemoryLayout<tuned_value>.stride + host.valueExtra
        for index in parameters.parameters.indices {
            var value = parameters.values[index]
            value.size = UInt32(stride)
            let place = memory.start + index * stride
            place.copyMemory(from: &value, byteCount: MemoryLayout<tuned_value>.stride)
            memset(place + MemoryLayout<tuned_value>.stride, 0xA5, host.valueExtra)
        }
    }

    private func call(_ trial: CheckTrial, _ run: CheckRun) -> (code: Int32, function: String) {
        let pointer = UnsafePointer(trial.pointer)
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_TRAINING))
        if let stepwise {
            let result = drive(stepwise, trial, run)
            guard result.code == TUNED_OK else { return result }
        } else if let train = trainable.train {
            let code = train(instance, pointer)
            guard code == TUNED_OK else { return (code, "train") }
        }
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_EVALUATING))
        guard let evaluate = trainable.evaluate else { return (runAlone(pointer), "run") }
        return (evaluate(instance, pointer), "evaluate")
    }

    /// A trainable of batches alone is given a batch of one.
    private func runAlone(_ trial: UnsafePointer<tuned_trial>) -> Int32 {
        guard let found = find(TUNED_BATCH), let call = tuned_batch_extension(at: found)?.run else { return TUNED_FAILED }
        var code = TUNED_FAILED
        let returned = withUnsafePointer(to: Optional(trial)) { call(instance, $0, 1, &code) }
        return returned == TUNED_OK ? code : returned
    }

    /// Host-driven training: begin, load where there is a checkpoint, step by step, a checkpoint after each few steps.
    private func drive(
        _ stepwise: tuned_stepwise_extension, _ trial: CheckTrial, _ run: CheckRun
    ) -> (code: Int32, function: String) {
        let pointer = UnsafePointer(trial.pointer)
        guard let begin = stepwise.begin, let step = stepwise.step else { return (TUNED_FAILED, "begin") }
        var code = begin(instance, pointer)
        guard code == TUNED_OK else { return (code, "begin") }
        let total = Int64((run.budget > 0 ? run.budget : schema.fidelity?.high ?? 1).rounded(.up))
        var done: Int64 = 0
        let offersCheckpoints = host.shape == .ordinary || host.shape == .newer
        if stepwise.load != nil { trial.state.withLock { $0.outcome.restores += 1 } }
        if let source = run.source, let load = stepwise.load {
            trial.state.withLock { $0.position = 0 }
            code = load(instance, pointer)
            guard code == TUNED_OK else { return (code, "load") }
            done = source.step
        }
        let every = max(1, total / 4)
        while done < total {
            if host.table.pointee.should_stop(pointer) != 0 { return (TUNED_STOPPED, "step") }
            done += 1
            code = step(instance, pointer, done)
            guard code == TUNED_OK else { return (code, "step") }
            guard offersCheckpoints, done % every == 0, let save = stepwise.save else { continue }
            code = CheckCheckpoints.save(at: done, trial, instance, save)
            guard code == TUNED_OK else { return (code, "save") }
        }
        return (TUNED_OK, "step")
    }
}
