import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    @Suite struct BatchTests {
        /// Attempts every second trial.
        private struct Lazy: BatchTrainable {
            static let schema = Schema(parameters: [], metrics: [.minimize("m")])
            init(_ config: borrowing Config) {}
            func evaluate(_ trial: borrowing Trial) {}
            func run(_ batch: borrowing Batch) throws {
                if batch.count == 3 { throw TrialError.failed("three is too many") }
                for index in stride(from: 0, to: batch.count, by: 2) { batch.attempt(index) { _ in } }
            }
        }

        private func run(_ host: TestHost, _ values: [[TestValue]]) throws -> (code: Int32, codes: [Int32]) {
            let table = try #require(host.pluginExtension(TUNED_BATCH, as: tuned_batch_extension.self))
            var codes = [Int32](repeating: 99, count: values.count)
            // One trial after the other would do for the values, so each batch here shares one set.
            let code = host.call(values[0]) { instance, trial in
                let trials = [UnsafePointer<tuned_trial>?](repeating: trial, count: values.count)
                return trials.withUnsafeBufferPointer { table.run(instance, $0.baseAddress, UInt32(values.count), &codes) }
            }
            return (code, codes)
        }

        @Test func everyTrialGetsACodeOfItsOwn() throws {
            let host = try TestHost(Square.self)
            #expect(host.pluginExtension(TUNED_BATCH, as: tuned_batch_extension.self)?.limit == 100)
            let good = try run(host, [[TestValue.float(0.5)], [], []])
            #expect(good.code == TUNED_OK)
            #expect(good.codes == [TUNED_OK, TUNED_OK, TUNED_OK])
            #expect(host.objectives == [0: 0.25])
            let bad = try run(host, [[TestValue.float(-0.5)], []])
            #expect(bad.code == TUNED_OK)
            #expect(bad.codes == [TUNED_INFEASIBLE, TUNED_INFEASIBLE])
            #expect(host.failures == ["x is -0.5", "x is -0.5"])
        }

        @Test func whatIsNotAttemptedHasFailed() throws {
            let host = try TestHost(Lazy.self)
            #expect(try run(host, [[], []]).codes == [TUNED_OK, TUNED_FAILED])
        }

        @Test func aBatchMayFailAsAWhole() throws {
            let host = try TestHost(Lazy.self)
            #expect(try run(host, [[], [], []]).code == TUNED_FAILED)
            #expect(host.failures == ["three is too many"])
        }
    }
}
