import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    /// A plugin of this SDK on a host that has no extensions, or that ends its table before it comes to them.
    @Suite struct OlderHostTests {
        static let sizes = [MemoryLayout<tuned_host>.size, MemoryLayout<tuned_host>.offset(of: \.extension)!]

        @Test(arguments: sizes) func whatIsAbsentIsDoneWithout(_ size: Int) throws {
            let host = try TestHost(Everything.self, offer: [], tableSize: size)
            Everything.action = { trial in
                #expect(trial.resources == nil)
                let rate = trial.value(of: Everything.rate, at: 0.5)
                #expect(rate == 0.25)
                let kept = (try trial.keep(artifact: "a", bytes: [1]), try trial.keep(artifact: "a", file: "/tmp/a"))
                #expect(kept == (false, false))
                switch try trial.restore() {
                case .none: break
                case .some: Issue.record("there is a checkpoint on a host that keeps none")
                }
                var writer = try trial.checkpoint(after: 1)
                try writer.write([1.0, 2.0])
                try writer.commit()
                trial.objective(Everything.error, 0.5)
            }
            #expect(host.evaluate([TestValue.float(0.25)]) == TUNED_OK)
            #expect(host.objectives == [0: 0.5])
            #expect(host.commits == 0)
        }

        @Test(arguments: sizes) func stepwiseTrainablesTrainThemselves(_ size: Int) throws {
            let host = try TestHost(Sum.self, offer: [], tableSize: size)
            #expect(host.train([TestValue.float(1)], budget: 4) == TUNED_OK)
            #expect(host.reports.map(\.step) == [1, 2, 3, 4])
        }

        @Test func aRunThatNeedsASplitSaysSo() throws {
            let host = try TestHost(Everything.self, offer: [])
            host.trainingRows = [1]
            Everything.action = { trial in _ = try trial.evaluationRows() }
            #expect(host.evaluate() == TUNED_FAILED)
            #expect(host.failures.count == 1)
        }
    }
}
