import CTunedWorker
import Glibc
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// Hosts one plain function of Tests/Plugins/functions_abi.c in the test's own process.
struct FunctionBench {
    let page: OpaquePointer
    let host: any TrainableHost
    let schema: Schema

    /// - Parameter keys: of the declaration, beside an id; without metrics it has one, "value".
    init(
        _ function: String, _ keys: [String: JSONValue] = [:], library: String = "functions_abi", config: [String: String] = [:],
        data: String? = nil, folds: [FoldsLayout.Rows] = []
    ) throws {
        let code = try Self.library(function, keys, library: library)
        schema = try Schema(parsing: code.plugin.trainables[0].schemaJSON)
        page = HostBench.page()
        let request = OpenRequest(
            path: code.path, trainable: schema.id, parameters: WireParameter.list(schema.space),
            metrics: schema.metrics.count, configJSON: "{}", config: config.map { .init(key: $0.key, value: $0.value) },
            dataPath: data, describesDataset: false)
        host = try code.open(request, sink: HostSink(page: page, doorbell: {}, log: STDERR_FILENO), folds: folds)
    }

    static func library(
        _ function: String, _ keys: [String: JSONValue] = [:], library: String = "functions_abi"
    ) throws(PluginError) -> FunctionLibrary {
        var fields = keys
        fields["id"] = fields["id"] ?? "test"
        fields["function"] = .string(function)
        fields["parameters"] = fields["parameters"] ?? []
        fields["metrics"] = fields["metrics"] ?? [["name": "value"]]
        return try FunctionLibrary(
            path: TestPlugins.path(library), sidecar: try Sidecar(.object(fields), path: "test.json"))
    }

    func run(
        _ values: [ParameterValue?] = [], seed: UInt64 = 99, budget: Double = 0, fold: Int32 = 0, folds: Int32 = 0
    ) -> RunResult {
        host.run(
            RunRequest(
                nonce: 1, trial: 5, run: 2, attempt: 0, purpose: 0, seed: seed, budget: budget, deadline: 0, fold: fold,
                folds: folds, configuration: Configuration(values)))
    }

    /// Reports in the page, in order.
    var reports: [(metric: Int, step: Int64, value: Double)] {
        (0..<tuned_page_waiting(page, 0)).map { position in
            let report = tuned_page_report_at(page, position)
            return (Int(report.metric), report.step, report.value)
        }
    }
}
