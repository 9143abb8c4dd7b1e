import CTunedPlugin
import CTunedWorker
import Glibc
import TunedSpace
package import TunedWire

/// One instance of a trainable, and the calls into it. Calls block for as long as the plugin's code runs, and come one at
/// a time from one thread.
package final class PluginHost {
    let trainable: tuned_trainable
    let name: String
    private let parameters: ParameterTable
    let metricCount: Int
    private let notes = RunNotes()
    let files: RunFiles
    /// The schema's fidelity at its full value; 0: no fidelity.
    private let fullBudget: Double
    /// The trainable's `tuned.stepwise/1`, where it has one.
    private var stepwise: StepwiseTraining?
    /// The trainable's `tuned.batch/1`, where it has one.
    private(set) var batch: BatchCalls?
    let resources: UnsafePointer<tuned_resources>
    private let contexts: UnsafeMutablePointer<TrialContext>
    /// The one of the run that is under way, or was last.
    private var context: UnsafeMutablePointer<TrialContext>
    private var runs = 0
    let folds: [FoldsLayout.Rows]
    private(set) var instance: UnsafeMutableRawPointer?
    /// Whether there is anything to destroy: not after a create that failed.
    private var isCreated = false

    /// After so many runs a context is used again.
    private static let contextCount = 16

    /// Calls the trainable's create. `folds`, where the host splits the data, must outlive the instance.
    package init(
        _ library: PluginLibrary, _ request: OpenRequest, sink: HostSink, folds: [FoldsLayout.Rows]
    ) throws(PluginError) {
        guard let index = library.plugin.trainables.firstIndex(where: { $0.id == request.trainable }) else {
            let known = library.plugin.trainables.map(\.id).joined(separator: ", ")
            throw PluginError(
                .unknownTrainable, "plugin \(library.plugin.id) has no trainable \"\(request.trainable)\"; it has \(known)")
        }
        trainable = library.trainables[index]
        name = "\(library.plugin.id)/\(request.trainable)"
        parameters = ParameterTable(request.parameters)
        metricCount = request.metrics
        fullBudget = request.fullBudget
        self.folds = folds
        files = RunFiles(owner: "\(library.hash) \(request.trainable)")
        resources = ResourceTable.table(of: request.resources)
        contexts = .allocate(capacity: Self.contextCount)
        context = contexts
        let metrics = UnsafeMutablePointer<Double>.allocate(capacity: max(1, metricCount))
        let given = UnsafeMutablePointer<Bool>.allocate(capacity: max(1, metricCount))
        metrics.initialize(repeating: .nan, count: max(1, metricCount))
        given.initialize(repeating: false, count: max(1, metricCount))
        contexts.initialize(
            repeating: TrialContext(
                trial: tuned_trial(), sink: sink, notes: Unmanaged.passUnretained(notes),
                files: Unmanaged.passUnretained(files), resources: resources,
                metricCount: UInt32(metricCount), metrics: metrics, given: given, names: parameters.names,
                parameters: Unmanaged.passUnretained(parameters)),
            count: Self.contextCount)
        try create(request)
        stepwise = try StepwiseTraining(trainable, instance, name: name, fullBudget: request.fullBudget)
        batch = try BatchCalls(self, request.parameters, sink: sink)
        guard trainable.evaluate != nil || batch != nil else {
            throw PluginError(.malformed, "\(name) has no evaluate function, and does not offer \(TUNED_BATCH) either")
        }
    }

    deinit {
        if isCreated, let destroy = trainable.destroy { destroy(instance) }
        context.pointee.metrics.deallocate()
        context.pointee.given.deallocate()
        contexts.deallocate()
    }

    private func create(_ request: OpenRequest) throws(PluginError) {
        guard let create = trainable.create else {
            isCreated = true
            return
        }
        tuned_set_calling_context(context)
        defer { tuned_set_calling_context(nil) }
        let code = ConfigTable.with(request) { create(HostTable.pointer, $0, &instance) }
        guard code == TUNED_OK else {
            instance = nil
            let said = notes.take().failure
            throw PluginError(
                .create, said.isEmpty ? "create of \(name) returned \(code) without saying why (host->fail)" : said,
                detail: "create of \(name) returned \(code)")
        }
        isCreated = true
        _ = notes.take()
    }

    /// What the trainable says of its data; nil where it has no `tuned.dataset/1`.
    package func dataset() throws(PluginError) -> DatasetDescription? {
        guard let find = trainable.extension, let found = find(instance, TUNED_DATASET) else { return nil }
        let table = found.assumingMemoryBound(to: tuned_dataset_extension.self)
        guard let table = tuned_dataset_extension(reading: table, required: MemoryLayout<tuned_dataset_extension>.size),
            let describe = table.describe
        else { throw PluginError(.malformed, "\(TUNED_DATASET) of \(name) is too small or has no describe function") }
        var dataset = tuned_dataset()
        dataset.size = UInt32(MemoryLayout<tuned_dataset>.size)
        let code = describe(instance, &dataset)
        guard code == TUNED_OK else { throw PluginError(.create, "describe of \(name) returned \(code)") }
        guard dataset.rows > 0, dataset.rows <= UInt64(UInt32.max) else {
            throw PluginError(.malformed, "describe of \(name) tells of \(dataset.rows) rows; 1 to 4294967295 are allowed")
        }
        let rows = Int(dataset.rows)
        return DatasetDescription(
            rows: rows, labels: dataset.labels.map { Array(UnsafeBufferPointer(start: $0, count: rows)) },
            groups: dataset.groups.map { Array(UnsafeBufferPointer(start: $0, count: rows)) },
            times: dataset.times.map { Array(UnsafeBufferPointer(start: $0, count: rows)) })
    }

    /// Trains and evaluates. The page's phase tells how far it came, should it not return.
    package func run(_ request: RunRequest) -> RunResult {
        if let problem = prepare(request) {
            return result(request, code: TUNED_FAILED, endedInTrain: true, text: "the host sent \(problem)")
        }
        var code = TUNED_OK
        tuned_set_calling_context(context)
        defer {
            tuned_set_calling_context(nil)
            context.pointee.isOpen = false
            // One with a budget of its own may be gone on with.
            files.end()
        }
        let page = context.pointee.sink.page
        let trial = UnsafeRawPointer(context).assumingMemoryBound(to: tuned_trial.self)
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_TRAINING))
        if let stepwise {
            code = stepwise.train(context, files)
        } else if let train = trainable.train {
            code = train(instance, trial)
        }
        let endedInTrain = code != TUNED_OK
        if !endedInTrain {
            tuned_page_set_phase(page, UInt32(TUNED_PHASE_EVALUATING))
            if let evaluate = trainable.evaluate {
                code = evaluate(instance, trial)
            } else if let batch {
                code = batch.run(alone: trial)
            }
        }
        return result(request, code: code, endedInTrain: endedInTrain, text: nil)
    }

    private func prepare(_ request: RunRequest) -> String? {
        if let problem = parameters.fill(request.configuration) { return problem }
        let fold = Int(request.fold)
        guard request.folds == 0 || folds.indices.contains(fold) else {
            return "fold \(fold) of \(folds.count) folds"
        }
        runs += 1
        files.begin(folder: request.folder)
        context = contexts + runs % Self.contextCount
        context.pointee.train = request.folds == 0 ? nil : folds[fold].train
        context.pointee.evaluate = request.folds == 0 ? nil : folds[fold].evaluate
        context.pointee.metrics.update(repeating: .nan, count: metricCount)
        context.pointee.given.update(repeating: false, count: metricCount)
        context.pointee.trial = tuned_trial(
            size: UInt32(MemoryLayout<tuned_trial>.size), value_count: UInt32(parameters.parameters.count),
            value_size: UInt32(MemoryLayout<tuned_value>.stride), purpose: UInt32(request.purpose),
            values: parameters.values, id: request.trial, run: request.run, attempt: request.attempt,
            seed: request.seed, budget: request.budget, deadline: request.deadline, fold: request.fold,
            folds: request.folds, host: HostTable.pointer)
        context.pointee.progressScale = request.fullBudget > 0 && fullBudget > 0 ? fullBudget / request.fullBudget : 1
        context.pointee.isOpen = true
        return nil
    }

    private func result(_ request: RunRequest, code: Int32, endedInTrain: Bool, text: String?) -> RunResult {
        let said = notes.take()
        var metrics: [Double?] = []
        metrics.reserveCapacity(metricCount)
        for index in 0..<metricCount {
            metrics.append(context.pointee.given[index] ? context.pointee.metrics[index] : nil)
        }
        return RunResult(
            nonce: request.nonce, code: code, endedInTrain: endedInTrain, metrics: metrics,
            constraints: said.constraints, text: text ?? said.failure)
    }
}
