import CTunedPlugin
import TunedRecords
import TunedWire

/// Contexts, values, metrics and notes for the trials of one call.
final class BatchRoom {
    let capacity: Int
    /// What the plugin is given: a pointer to each trial.
    let trials: UnsafeMutablePointer<UnsafePointer<tuned_trial>?>
    /// What it returns for each.
    let codes: UnsafeMutablePointer<Int32>
    private let contexts: UnsafeMutablePointer<TrialContext>
    private let parameters: ParameterTable
    private let metricCount: Int
    /// Trial by trial.
    private let metrics: UnsafeMutablePointer<Double>
    private let given: UnsafeMutablePointer<Bool>
    private let notes: [RunNotes]

    init(
        capacity: Int, parameters: [WireParameter], metricCount: Int, sink: HostSink, files: RunFiles,
        resources: UnsafePointer<tuned_resources>
    ) {
        self.capacity = capacity
        self.metricCount = metricCount
        self.parameters = ParameterTable(parameters, rows: capacity)
        let cells = max(1, capacity * metricCount)
        metrics = .allocate(capacity: cells)
        metrics.initialize(repeating: .nan, count: cells)
        given = .allocate(capacity: cells)
        given.initialize(repeating: false, count: cells)
        codes = .allocate(capacity: capacity)
        codes.initialize(repeating: 0, count: capacity)
        notes = (0..<capacity).map { _ in RunNotes() }
        contexts = .allocate(capacity: capacity)
        trials = .allocate(capacity: capacity)
        for index in 0..<capacity {
            var context = TrialContext(
                trial: tuned_trial(), sink: sink, notes: Unmanaged.passUnretained(notes[index]),
                files: Unmanaged.passUnretained(files), resources: resources, metricCount: UInt32(metricCount),
                metrics: metrics + index * metricCount, given: given + index * metricCount, names: self.parameters.names,
                parameters: Unmanaged.passUnretained(self.parameters))
            context.isOfBatch = true
            (contexts + index).initialize(to: context)
            (trials + index).initialize(to: UnsafeRawPointer(contexts + index).assumingMemoryBound(to: tuned_trial.self))
        }
    }

    deinit {
        metrics.deallocate()
        given.deallocate()
        codes.deallocate()
        contexts.deallocate()
        trials.deallocate()
    }

    /// Nil, or what does not fit the parameters.
    func fill(_ request: BatchRequest, _ rows: FoldsLayout.Rows?) -> String? {
        let count = request.configurations.count
        metrics.update(repeating: .nan, count: count * metricCount)
        given.update(repeating: false, count: count * metricCount)
        // A trial that the plugin forgot has failed.
        codes.update(repeating: TUNED_FAILED, count: count)
        var trial = tuned_trial(
            size: UInt32(MemoryLayout<tuned_trial>.size), value_count: UInt32(parameters.parameters.count),
            value_size: UInt32(MemoryLayout<tuned_value>.stride), purpose: UInt32(TUNED_SEARCH), values: nil,
            id: request.first, run: 0, attempt: 0, seed: 0, budget: 0, deadline: 0, fold: 0, folds: request.folds,
            host: HostTable.pointer)
        for index in 0..<count {
            if let problem = parameters.fill(request.configurations[index], row: index) { return problem }
            trial.values = UnsafePointer(parameters.values(row: index))
            trial.id = request.first + Int64(index)
            trial.seed = request.seeds[index]
            contexts[index].trial = trial
            contexts[index].train = rows?.train
            contexts[index].evaluate = rows?.evaluate
        }
        for index in 0..<count { contexts[index].isOpen = true }
        return nil
    }

    func close(_ count: Int) {
        for index in 0..<count { contexts[index].isOpen = false }
    }

    func result(_ count: Int, returned: Int32) -> BatchCallResult {
        let columns = (0..<metricCount).map { metric in
            [Double](unsafeUninitializedCapacity: count) { column, filled in
                for index in 0..<count { (column.baseAddress! + index).initialize(to: metrics[index * metricCount + metric]) }
                filled = count
            }
        }
        var result = BatchCallResult(metrics: columns, irregular: [])
        for index in 0..<count where returned != TUNED_OK || !isPlain(index) {
            let said = notes[index].take()
            for report in said.reports { result.reports.append((index, report)) }
            for constraint in said.constraints { result.constraints.append((index, constraint)) }
            let code = returned == TUNED_OK ? codes[index] : returned
            if code == TUNED_OK, hasAllMetrics(index), said.constraints.allSatisfy(\.value.isFinite) { continue }
            let cells = index * metricCount..<(index + 1) * metricCount
            result.irregular.append(
                (
                    index,
                    RunResult(
                        nonce: 0, code: code, endedInTrain: false, metrics: cells.map { given[$0] ? metrics[$0] : nil },
                        constraints: said.constraints, text: said.failure)
                ))
        }
        return result
    }

    private func isPlain(_ index: Int) -> Bool { codes[index] == TUNED_OK && !notes[index].hasContent && hasAllMetrics(index) }

    private func hasAllMetrics(_ index: Int) -> Bool {
        for cell in index * metricCount..<(index + 1) * metricCount where !metrics[cell].isFinite { return false }
        return true
    }
}
