import CTunedWorker
import Glibc
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// Hosts a plugin in the test's own process.
struct HostBench {
    let page: OpaquePointer
    let host: PluginHost
    /// What the host wrote to trials' logs.
    let log: Int32

    init(
        _ plugin: String, _ trainable: String, parameters: [WireParameter], metrics: Int, config: [String: String] = [:],
        folds: [FoldsLayout.Rows] = [], fullBudget: Double = 0, resources: WorkerResources = WorkerResources(),
        path: String? = nil
    ) throws {
        page = Self.page()
        log = open("\(TestPlugins.temporaryDirectory())/log", O_RDWR | O_CREAT | O_APPEND, 0o600)
        let library = try PluginLibrary(path: path ?? TestPlugins.path(plugin))
        let request = OpenRequest(
            path: library.path, trainable: trainable, parameters: parameters, metrics: metrics, configJSON: "{}",
            config: config.map { .init(key: $0.key, value: $0.value) }, dataPath: nil, describesDataset: false,
            fullBudget: fullBudget, resources: resources)
        host = try PluginHost(library, request, sink: HostSink(page: page, doorbell: {}, log: log), folds: folds)
    }

    /// A page of this process's own; never freed, since late threads of plugins may hold it.
    static func page() -> OpaquePointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: tuned_page_size(), alignment: 64)
        memset(memory, 0, tuned_page_size())
        tuned_page_initialize(OpaquePointer(memory))
        return OpaquePointer(memory)
    }

    func run(
        _ values: [ParameterValue?], attempt: Int32 = 0, fold: Int32 = 0, folds: Int32 = 0, budget: Double = 0,
        folder: String? = nil, fullBudget: Double = 0
    ) -> RunResult {
        host.run(
            RunRequest(
                nonce: 1, trial: 5, run: 2, attempt: attempt, purpose: 0, seed: 99, budget: budget, deadline: 0, fold: fold,
                folds: folds, configuration: Configuration(values), folder: folder, fullBudget: fullBudget))
    }

    /// Reports in the page, in order.
    var reports: [(step: Int64, value: Double)] {
        (0..<tuned_page_waiting(page, 0)).map { position in
            let report = tuned_page_report_at(page, position)
            return (report.step, report.value)
        }
    }

    var logText: String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(log, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
