import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    @Suite struct StepwiseTests {
        private let values = [TestValue.float(2)]

        private func table(_ host: TestHost) throws -> tuned_stepwise_extension {
            try #require(host.pluginExtension(TUNED_STEPWISE, as: tuned_stepwise_extension.self))
        }

        /// What the run reports when nothing interrupts it.
        private func curve(seed: UInt64) throws -> [Double] {
            let host = try TestHost(Sum.self)
            #expect(host.train(values, seed: seed, budget: 10) == TUNED_OK)
            return host.reports.map(\.value)
        }

        @Test func aStoppedRunGoesOnTheSameWay() throws {
            let whole = try curve(seed: 5)
            let first = try TestHost(Sum.self)
            first.stopAfterReports = 4
            #expect(first.train(values, seed: 5, budget: 10) == TUNED_STOPPED)
            #expect(first.checkpoint?.step == 4)
            let second = try TestHost(Sum.self)
            second.checkpoint = first.checkpoint
            #expect(second.train(values, seed: 5, budget: 10) == TUNED_OK)
            #expect(first.reports.map(\.value) + second.reports.map(\.value) == whole)
            #expect(second.reports.map(\.step) == Array(5...10))
            #expect(second.evaluate(values) == TUNED_OK)
            #expect(second.objectives == [0: whole[9]])
        }

        @Test func aStopAfterTheLastStepComesTooLate() throws {
            let host = try TestHost(Sum.self)
            host.stopAfterReports = 10
            #expect(host.train(values, budget: 10) == TUNED_OK)
        }

        @Test func theHostMayDriveTheSteps() throws {
            let whole = try curve(seed: 5)
            let host = try TestHost(Sum.self), table = try table(host)
            func step(_ number: Int64) -> Int32 { host.call(values, seed: 5) { table.step($0, $1, number) } }
            #expect(host.call(values, seed: 5) { table.begin($0, $1) } == TUNED_OK)
            for number in 1...6 as ClosedRange<Int64> { #expect(step(number) == TUNED_OK) }
            host.written = .init(step: 6, bytes: [])
            #expect(host.call(values, seed: 5) { table.save($0, $1) } == TUNED_OK)
            host.checkpoint = host.written
            #expect(host.commits == 0)

            // Another instance takes it up.
            let other = try TestHost(Sum.self)
            other.checkpoint = host.checkpoint
            #expect(other.call(values, seed: 5) { table.begin($0, $1) } == TUNED_OK)
            #expect(other.call(values, seed: 5) { table.load($0, $1) } == TUNED_OK)
            for number in 7...10 as ClosedRange<Int64> {
                #expect(other.call(values, seed: 5) { table.step($0, $1, number) } == TUNED_OK)
            }
            #expect(host.reports.map(\.value) + other.reports.map(\.value) == whole)
        }

        @Test func aForeignStateIsRefused() throws {
            let host = try TestHost(Sum.self), table = try table(host)
            host.checkpoint = .init(step: 6, bytes: Array(repeating: 1, count: 32))
            #expect(host.call(values) { table.begin($0, $1) } == TUNED_OK)
            #expect(host.call(values) { table.load($0, $1) } == TUNED_FAILED)
            #expect(host.failures == ["the checkpoint is damaged: its checksum does not hold"])
        }

        @Test func valuesMayChangeOnTheWay() throws {
            let host = try TestHost(Sum.self), table = try table(host)
            #expect(host.call(values) { table.begin($0, $1) } == TUNED_OK)
            #expect(host.call([TestValue.float(0)]) { table.reconfigure($0, $1) } == TUNED_OK)
            #expect(host.call([TestValue.float(0)]) { table.step($0, $1, 1) } == TUNED_OK)
            #expect(host.reports.map(\.value) == [0])
        }

        @Test func onlyThoseThatCanAreReconfigured() throws {
            struct Rigid: StepwiseTrainable {
                static let schema = Schema(parameters: [], metrics: [.minimize("m")], fidelity: Fidelity("e", 1...2))
                init(_ config: borrowing Config) {}
                func begin(_ trial: borrowing Trial) {}
                func step(_ trial: borrowing Trial, _ step: Int) {}
                func save(to checkpoint: inout CheckpointWriter) {}
                func load(from checkpoint: inout CheckpointReader) {}
                func evaluate(_ trial: borrowing Trial) {}
            }
            #expect(try table(TestHost(Rigid.self)).reconfigure == nil)
            #expect(try table(TestHost(Sum.self)).reconfigure != nil)
        }
    }
}
