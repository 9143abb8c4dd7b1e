import CTunedPlugin
import CTunedWorker
import TunedRecords
import TunedWire

/// Calls of a trainable's `tuned.batch/1`. What trials need in such a call is laid out once, for as many as ever came
/// together. Belongs to the thread that runs the plugin.
final class BatchCalls {
    private typealias Run = @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<UnsafePointer<tuned_trial>?>?, UInt32, UnsafeMutablePointer<Int32>?
    ) -> Int32

    /// Most trials of one call.
    let limit: Int
    private let call: Run
    private let instance: UnsafeMutableRawPointer?
    private let parameters: [WireParameter]
    private let metricCount: Int
    private let files: RunFiles
    private let sink: HostSink
    private let resources: UnsafePointer<tuned_resources>
    private var room: BatchRoom?

    /// Nil where the trainable has no such extension.
    init?(_ host: PluginHost, _ parameters: [WireParameter], sink: HostSink) throws(PluginError) {
        guard let find = host.trainable.extension, let found = find(host.instance, TUNED_BATCH) else { return nil }
        let table = tuned_batch_extension(
            reading: found.assumingMemoryBound(to: tuned_batch_extension.self),
            required: MemoryLayout<tuned_batch_extension>.size)
        guard let table, let run = table.run else {
            throw PluginError(.malformed, "\(TUNED_BATCH) of \(host.name) is too small or has no run function")
        }
        limit = table.limit == 0 ? BatchRun.limit : min(Int(table.limit), BatchRun.limit)
        call = run
        instance = host.instance
        self.parameters = parameters
        metricCount = host.metricCount
        files = host.files
        self.sink = sink
        resources = host.resources
    }

    /// Runs one trial, whose context the caller has made, as a batch of one.
    func run(alone trial: UnsafePointer<tuned_trial>) -> Int32 {
        var code = TUNED_FAILED
        let returned = withUnsafePointer(to: Optional(trial)) { call(instance, $0, 1, &code) }
        return returned == TUNED_OK ? code : returned
    }

    func run(_ request: BatchRequest, rows: FoldsLayout.Rows?) -> BatchCallResult {
        let count = request.configurations.count
        guard count > 0, count <= limit, request.seeds.count == count else {
            return BatchCallResult(refusing: request, "the host sent \(count) trials to a call of at most \(limit)", metrics: metricCount)
        }
        let room = room(for: count)
        files.begin(folder: nil)
        if let problem = room.fill(request, rows) {
            return BatchCallResult(refusing: request, "the host sent \(problem)", metrics: metricCount)
        }
        tuned_page_set_phase(sink.page, UInt32(TUNED_PHASE_EVALUATING))
        let returned = call(instance, room.trials, UInt32(count), room.codes)
        room.close(count)
        files.end()
        return room.result(count, returned: returned)
    }

    private func room(for count: Int) -> BatchRoom {
        if let room, room.capacity >= count { return room }
        // Batches grow by steps, so room for the next step is made with this one.
        let made = BatchRoom(
            capacity: min(limit, max(64, 2 * count)), parameters: parameters, metricCount: metricCount, sink: sink, files: files,
            resources: resources)
        room = made
        return made
    }
}
