import CTunedWorker
import Dispatch
import Glibc
import Synchronization
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWire

/// One instance of a trainable in this process, with what a worker would have around it: a page for reports and the stop
/// word, and a log.
///
/// `@unchecked Sendable`: `host` and the page's phase are touched on `queue` only; `users` and `idleSince` are guarded by
/// the runner's lock; the page's words are atomic, and reports are read under `output`'s lock.
final class InProcessInstance: @unchecked Sendable {
    let key: InProcessKey
    /// Who holds it now, and since when nobody does. Guarded by the runner's lock.
    var users = 0
    var idleSince = 0.0

    private let queue: DispatchQueue
    private let page: OpaquePointer
    private let pageMemory: UnsafeMutableRawPointer
    private let folds: FoldsMemoryHere?
    private let log: LogPipe
    private let output: Mutex<Output>
    /// Nil once destroyed.
    private var host: (any TrainableHost)?

    private struct Output {
        var log: AttemptLog
        /// Reports that were read from the page so far.
        var reportsRead: UInt64 = 0
        var receive: (@Sendable ([MetricReport]) -> Void)?
    }

    /// Calls the trainable's create, on `queue`, where the caller is.
    init(_ key: InProcessKey, _ code: any PluginCode, queue: DispatchQueue, logBytes: Int) throws(Failure) {
        self.key = key
        self.queue = queue
        guard let log = LogPipe() else {
            throw Failure(kind: .lost, message: "no pipe for the log of code inside the daemon: \(String(cString: strerror(errno)))")
        }
        self.log = log
        pageMemory = .allocate(byteCount: tuned_page_size(), alignment: 64)
        pageMemory.initializeMemory(as: UInt8.self, repeating: 0, count: tuned_page_size())
        page = OpaquePointer(pageMemory)
        tuned_page_initialize(page)
        folds = key.blueprint.folds.map(FoldsMemoryHere.init)
        output = Mutex(Output(log: AttemptLog(limit: logBytes)))
        let blueprint = key.blueprint
        let request = OpenRequest(
            plugin: blueprint.plugin, trainable: blueprint.trainable, schema: blueprint.schema, config: blueprint.config,
            dataPath: blueprint.dataPath, describesDataset: false)
        let sink = HostSink(page: page, doorbell: { BusyInstances.shared.drain() }, log: log.input)
        do throws(PluginError) {
            host = try code.open(request, sink: sink, folds: folds?.rows ?? [])
        } catch {
            throw Failure(kind: .load, message: error.message, detail: error.detail)
        }
        // What create logged belongs to no trial.
        log.drain { _ in }
    }

    deinit { pageMemory.deallocate() }

    /// Ends the instance; the code stays loaded. Returns at once.
    func destroy() { queue.async { self.host = nil } }

    // MARK: Calls

    /// Most trials of one call; 0 where it takes one at a time.
    var batchLimit: Int { queue.sync { host?.batchLimit ?? 0 } }

    /// - Parameters:
    ///   - begin: called when its turn has come; false: the attempt is not to be made any more.
    func run(
        _ request: RunRequest, begin: (OpaquePointer) -> Bool, _ receive: @escaping @Sendable ([MetricReport]) -> Void
    ) -> (result: RunResult, log: String)? {
        queue.sync {
            guard begin(page), let host else { return nil }
            output.withLock { $0.receive = receive }
            let result = host.run(request)
            return (result, takeOutput())
        }
    }

    func run(_ request: BatchRequest, begin: (OpaquePointer) -> Bool) -> (result: BatchCallResult, log: String)? {
        queue.sync {
            guard begin(page), let host else { return nil }
            let result = host.run(request)
            return (result, takeOutput())
        }
    }

    // MARK: Output

    /// Passes on what was reported, and takes what was logged. Any thread.
    func drain() {
        output.withLock { output in
            drainReports(&output)
            log.drain { output.log.append($0) }
        }
    }

    private func takeOutput() -> String {
        output.withLock { output in
            drainReports(&output)
            log.drain { output.log.append($0) }
            output.receive = nil
            defer { output.log.reset() }
            return output.log.text
        }
    }

    /// Under the lock, so that reports keep their order.
    private func drainReports(_ output: inout Output) {
        let waiting = tuned_page_waiting(page, output.reportsRead)
        guard waiting > 0 else { return }
        // The page lies in memory that the plugin could write to.
        guard waiting <= UInt64(TUNED_PAGE_REPORTS) else { return output.reportsRead &+= waiting }
        let metrics = key.blueprint.schema.metrics.count
        var reports: [MetricReport] = []
        reports.reserveCapacity(Int(waiting))
        for position in output.reportsRead..<output.reportsRead + waiting {
            let report = tuned_page_report_at(page, position)
            guard report.metric < metrics else { continue }
            reports.append(MetricReport(metric: Int(report.metric), step: report.step, value: report.value))
        }
        output.reportsRead += waiting
        tuned_page_set_tail(page, output.reportsRead)
        if !reports.isEmpty { output.receive?(reports) }
    }
}

/// The rows of a study's folds, as instances in this process read them.
private final class FoldsMemoryHere {
    private let words: UnsafeMutableBufferPointer<UInt32>
    let rows: [FoldsLayout.Rows]

    init(_ plan: FoldPlan) {
        let source = FoldsLayout.words(plan.folds.map { ($0.train, $0.evaluate) })
        words = .allocate(capacity: source.count)
        _ = words.initialize(from: source)
        rows = FoldsLayout.folds(in: UnsafeBufferPointer(words)) ?? []
    }

    deinit { words.deallocate() }
}
