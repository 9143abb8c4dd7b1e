import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// Hosts the well-behaved plugins in the test's own process. How the others are survived is a matter of workers.
@Suite struct PluginHostTests {
    private let floats = ["x", "y"].map { WireParameter(name: $0, kind: .float) }

    @Test func thePluginTellsOfItself() throws {
        let library = try PluginLibrary(path: TestPlugins.path("noop"))
        #expect(library.plugin.id == "noop")
        #expect(library.plugin.trainables.map(\.id).contains("noop"))
        #expect(throws: Never.self) { _ = try Schema(parsing: library.plugin.trainables[0].schemaJSON) }
    }

    @Test func valuesArriveAndMetricsComeBack() throws {
        let bench = try HostBench("noop", "noop", parameters: floats, metrics: 1)
        let result = bench.run([.float(0.25), .float(0.5)])
        #expect(result.code == 0)
        #expect(result.metrics == [0.75])
        #expect(result.nonce == 1)
    }

    @Test func aConfigurationThatDoesNotFitFailsTheRun() throws {
        let bench = try HostBench("noop", "noop", parameters: floats, metrics: 1)
        #expect(bench.run([.float(0.25)]).code < 0)
        #expect(bench.run([.float(0.25), .category(0)]).code < 0)
        #expect(bench.run([.float(0.25), .float(0)], fold: 1, folds: 2).code < 0)
        #expect(bench.run([.float(0.25), .float(0.5)]).code == 0)
    }

    @Test func anUnknownTrainableNamesTheKnown() throws {
        do {
            _ = try HostBench("noop", "nope", parameters: floats, metrics: 1)
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
            let bench = try HostBench(
                "environment", "environment", parameters: [WireParameter(name: "x", kind: .float)], metrics: 21,
                config: ["rows": "8"], folds: rows)
            let result = bench.run([.float(0.5)], fold: 1, folds: 2)
            #expect(result.code == 0)
            #expect(result.metrics[16...19] == [3, 12, 2, 13])
            let dataset = try #require(try bench.host.dataset())
            #expect(dataset.rows == 8)
            #expect(dataset.labels == [0, 1, 2, 0, 1, 2, 0, 1])
        }
    }
}
