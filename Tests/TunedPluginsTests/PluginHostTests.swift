import CTunedWorker
import Glibc
import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// Hosts the well-behaved plugins in the test's own process. How the others are survived is a matter of workers.
@Suite struct PluginHostTests {
    /// A page of this process's own; never freed, since late threads of plugins may hold it.
    private func page() -> OpaquePointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: tuned_page_size(), alignment: 64)
        memset(memory, 0, tuned_page_size())
        tuned_page_initialize(OpaquePointer(memory))
        return OpaquePointer(memory)
    }

    private func host(
        _ plugin: String, _ trainable: String, parameters: [WireParameter], metrics: Int, config: [String: String] = [:],
        folds: [FoldsLayout.Rows] = [], page: OpaquePointer
    ) throws -> PluginHost {
        let library = try PluginLibrary(path: TestPlugins.path(plugin))
        let request = OpenRequest(
            path: library.path, trainable: trainable, parameters: parameters, metrics: metrics, configJSON: "{}",
            config: config.map { .init(key: $0.key, value: $0.value) }, dataPath: nil, describesDataset: false)
        return try PluginHost(library, request, sink: HostSink(page: page, doorbell: {}, log: STDERR_FILENO), folds: folds)
    }

    private func run(_ configuration: Configuration, fold: Int32 = 0, folds: Int32 = 0) -> RunRequest {
        RunRequest(
            nonce: 1, trial: 5, run: 2, attempt: 0, purpose: 0, seed: 99, budget: 0, deadline: 0, fold: fold, folds: folds,
            configuration: configuration)
    }

    private let floats = ["x", "y"].map { WireParameter(name: $0, kind: .float) }

    @Test func thePluginTellsOfItself() throws {
        let library = try PluginLibrary(path: TestPlugins.path("noop"))
        #expect(library.plugin.id == "noop")
        #expect(library.plugin.trainables.map(\.id).contains("noop"))
        #expect(throws: Never.self) { _ = try Schema(parsing: library.plugin.trainables[0].schemaJSON) }
    }

    @Test func valuesArriveAndMetricsComeBack() throws {
        let page = page()
        let host = try host("noop", "noop", parameters: floats, metrics: 1, page: page)
        let result = host.run(run(Configuration([.float(0.25), .float(0.5)])))
        #expect(result.code == 0)
        #expect(result.metrics == [0.75])
        #expect(result.nonce == 1)
    }

    @Test func aConfigurationThatDoesNotFitFailsTheRun() throws {
        let host = try host("noop", "noop", parameters: floats, metrics: 1, page: page())
        #expect(host.run(run(Configuration([.float(0.25)]))).code < 0)
        #expect(host.run(run(Configuration([.float(0.25), .category(0)]))).code < 0)
        #expect(host.run(run(Configuration([.float(0.25), .float(0)]), fold: 1, folds: 2)).code < 0)
        #expect(host.run(run(Configuration([.float(0.25), .float(0.5)]))).code == 0)
    }

    @Test func anUnknownTrainableNamesTheKnown() throws {
        do {
            _ = try host("noop", "nope", parameters: floats, metrics: 1, page: page())
            Issue.record("it was found")
        } catch let error as PluginError {
            #expect(error.code == .unknownTrainable)
            #expect(error.message.contains("noop10"))
        }
    }

    @Test func theRowsOfTheFoldArrive() throws {
        let words = FoldsLayout.words([([0, 1], [2]), ([3, 4, 5], [6, 7])])
        try words.withUnsafeBufferPointer { memory in
            let rows = try #require(FoldsLayout.folds(in: memory))
            let host = try host(
                "environment", "environment", parameters: [WireParameter(name: "x", kind: .float)], metrics: 21,
                config: ["rows": "8"], folds: rows, page: page())
            let result = host.run(run(Configuration([.float(0.5)]), fold: 1, folds: 2))
            #expect(result.code == 0)
            #expect(result.metrics[16...19] == [3, 12, 2, 13])
            let dataset = try #require(try host.dataset())
            #expect(dataset.rows == 8)
            #expect(dataset.labels == [0, 1, 2, 0, 1, 2, 0, 1])
        }
    }
}
