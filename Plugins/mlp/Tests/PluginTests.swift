import CTunedPlugin
import Foundation
import Testing
import TunedPlugin
import TunedPluginTesting

@testable import mlp

/// The plugin through its C tables, on the wine data: 178 rows of three classes.
@Suite struct PluginTests {
    private static let wine = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "data/wine.csv").path

    /// In the order of the schema.
    private static func values(
        widths: [Int64] = [16], activation: Int64 = 0, adam: Bool = true, rate: Double = 0.01
    ) -> [TestValue] {
        func width(_ index: Int) -> TestValue { index < widths.count ? .integer(widths[index]) : .inactive }
        return [
            .integer(Int64(widths.count)), width(0), width(1), width(2), .choice(activation), .choice(1), .choice(adam ? 1 : 0),
            .float(rate), adam ? .inactive : .float(0.9), adam ? .float(0.9) : .inactive, adam ? .float(0.999) : .inactive,
            .float(1e-4),
        ]
    }

    private static var states: [[TestValue]] {
        [
            values(), values(widths: [12, 10], activation: 2, adam: false), values(widths: [9, 17, 8], activation: 1),
        ]
    }

    private func host(_ offer: TestHost.Offer = [.data, .checkpoint]) throws -> TestHost {
        let host = try TestHost(Perceptron.self, offer: offer, dataPath: Self.wine)
        host.trainingRows = (0..<178).filter { $0 % 4 != 0 }
        host.evaluationRows = (0..<178).filter { $0 % 4 == 0 }
        return host
    }

    @Test func itTellsItsRows() throws {
        let host = try host()
        let table = try #require(host.pluginExtension(TUNED_DATASET, as: tuned_dataset_extension.self))
        var dataset = tuned_dataset()
        #expect(table.describe(host.instance, &dataset) == TUNED_OK)
        #expect(dataset.rows == 178)
        #expect(Set(UnsafeBufferPointer(start: dataset.labels, count: 178)) == [0, 1, 2])
    }

    @Test(arguments: [true, false]) func itLearns(_ adam: Bool) throws {
        let host = try host(), values = Self.values(adam: adam)
        #expect(host.train(values, budget: 30) == TUNED_OK)
        #expect(host.evaluate(values, budget: 30) == TUNED_OK)
        #expect(host.reports.map(\.step) == Array(1...30))
        let error = try #require(host.objectives[0]), loss = try #require(host.objectives[1])
        #expect(error < 0.05)
        #expect(loss < 0.2)
        #expect(error == host.reports.last?.value)
    }

    @Test func theSeedDecides() throws {
        func curve(_ seed: UInt64) throws -> [Double] {
            let host = try host(), values = Self.values(rate: 1e-3)
            #expect(host.train(values, seed: seed, budget: 5) == TUNED_OK)
            #expect(host.evaluate(values, seed: seed, budget: 5) == TUNED_OK)
            return host.reports.map(\.value) + [host.objectives[1] ?? .nan]
        }
        #expect(try curve(1) == curve(1))
        #expect(try curve(1) != curve(2))
    }

    /// Every kind of state, interrupted after every epoch but the last, goes on bit for bit as if it had not been.
    @Test(arguments: states.indices) func aRunThatWasInterruptedGoesOnTheSameWay(_ index: Int) throws {
        let values = Self.states[index]
        let whole = try host()
        #expect(whole.train(values, seed: 3, budget: 7) == TUNED_OK)
        #expect(whole.evaluate(values, seed: 3, budget: 7) == TUNED_OK)
        for interrupted in 1...6 {
            let first = try host()
            first.stopAfterReports = interrupted
            #expect(first.train(values, seed: 3, budget: 7) == TUNED_STOPPED)
            #expect(first.checkpoint?.step == Int64(interrupted))
            let second = try host()
            second.checkpoint = first.checkpoint
            #expect(second.train(values, seed: 3, budget: 7) == TUNED_OK)
            #expect(second.evaluate(values, seed: 3, budget: 7) == TUNED_OK)
            #expect(first.reports + second.reports == whole.reports)
            #expect(second.checkpoint == whole.checkpoint)
            #expect(second.objectives == whole.objectives)
        }
    }

    @Test func foreignAndTruncatedCheckpointsAreRefused() throws {
        let host = try host()
        #expect(host.train(Self.values(), budget: 2) == TUNED_OK)
        let whole = try #require(host.checkpoint)
        func refusal(_ bytes: [UInt8], _ values: [TestValue] = Self.values()) throws -> String {
            host.checkpoint = .init(step: 2, bytes: bytes)
            host.failures = []
            #expect(host.train(values, budget: 3) == TUNED_FAILED)
            return try #require(host.failures.first)
        }
        for length in [0, 1, 3, 4, 20, whole.bytes.count / 2, whole.bytes.count - 1] {
            #expect(try refusal(Array(whole.bytes.prefix(length))).contains("ends too early"))
        }
        #expect(try refusal(whole.bytes + [7]).contains("longer"))
        var damaged = whole.bytes
        damaged[whole.bytes.count / 2] ^= 1
        #expect(try refusal(damaged).contains("checksum"))
        var random = SeededRandom(seed: 1)
        let noise = whole.bytes.map { _ in UInt8(truncatingIfNeeded: random.next()) }
        #expect(try refusal(noise).contains("another network"))
        #expect(
            try refusal(whole.bytes, Self.values(widths: [17]))
                == "the checkpoint is of another network: a layer has 16 units where this one has 17")
        host.checkpoint = whole
        #expect(host.train(Self.values(), budget: 3) == TUNED_OK)
    }

    @Test func aRunThatDivergesIsInfeasible() throws {
        let host = try host()
        #expect(host.train(Self.values(adam: false, rate: 1e6), budget: 20) == TUNED_INFEASIBLE)
        #expect(host.failures.first?.contains("diverged in epoch") == true)
    }

    @Test func valuesMayChangeWhereTheStateStays() throws {
        let host = try host()
        let table = try #require(host.pluginExtension(TUNED_STEPWISE, as: tuned_stepwise_extension.self))
        #expect(host.call(Self.values()) { table.begin($0, $1) } == TUNED_OK)
        #expect(host.call(Self.values()) { table.step($0, $1, 1) } == TUNED_OK)
        #expect(host.call(Self.values(rate: 0.1)) { table.reconfigure($0, $1) } == TUNED_OK)
        #expect(host.call(Self.values(widths: [8])) { table.reconfigure($0, $1) } == TUNED_INFEASIBLE)
        #expect(host.call(Self.values(adam: false)) { table.reconfigure($0, $1) } == TUNED_INFEASIBLE)
    }

    /// A run with a part of the budget is on the same curve as one that is trained in full.
    @Test func theRateFollowsItsScheduleOverTheFullBudget() throws {
        func run(_ offer: TestHost.Offer, budget: Double) throws -> TestHost {
            let host = try host(offer)
            #expect(host.train(Self.values(), budget: budget) == TUNED_OK)
            return host
        }
        let part = try run([.data, .schedule], budget: 7), whole = try run([.data, .schedule], budget: 0)
        #expect(whole.progress == (0..<50).map { Double($0) / 50 })
        #expect(part.progress == Array(whole.progress.prefix(7)))
        #expect(part.reports == Array(whole.reports.prefix(7)))
        // A host of the first release has no schedules: the rate is constant.
        #expect(try run([.data], budget: 0).reports != whole.reports)
    }

    @Test func theTestRowsAreScoredOnce() throws {
        let host = try host()
        #expect(host.train(Self.values(), budget: 3, purpose: .final) == TUNED_OK)
        #expect(host.reports.isEmpty)
        #expect(host.evaluate(Self.values(), budget: 3, purpose: .final) == TUNED_OK)
        #expect(host.objectives.count == 2)
    }

    @Test func itSaysWhatItLacks() throws {
        let noData = #expect(throws: TestHost.CreateError.self) { try TestHost(Perceptron.self) }
        #expect(noData?.message.contains("--data") == true)
        let noColumn = #expect(throws: TestHost.CreateError.self) {
            try TestHost(Perceptron.self, config: ["target": "colour"], dataPath: Self.wine)
        }
        #expect(noColumn?.message.hasPrefix("\(Self.wine): there is no column 'colour'") == true)
        let noSplit = try TestHost(Perceptron.self, dataPath: Self.wine)
        #expect(noSplit.train(Self.values()) == TUNED_FAILED)
        #expect(noSplit.failures.first?.contains("--folds") == true)
        let notBegun = try host()
        #expect(notBegun.evaluate(Self.values()) == TUNED_FAILED)
    }
}
