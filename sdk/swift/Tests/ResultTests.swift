import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    /// What reaches the host: results, codes, texts.
    @Suite struct ResultTests {
        private struct Odd: Error, CustomStringConvertible {
            var description: String { "line 7: not a number" }
        }

        @Test func metricsGoByTheirPlace() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in
                trial.report(Everything.score, step: 1, 0.5)
                trial.report(Everything.score, step: 2, 0.75)
                trial.objective(Everything.error, 0.1)
                trial.objective(Everything.score, 0.9)
                trial.constraint("memory", -1)
                trial.log("half way")
                trial.log("hm", level: .warning)
            }
            #expect(host.evaluate() == TUNED_OK)
            #expect(host.objectives == [0: 0.1, 1: 0.9])
            #expect(host.reports.map(\.metric) == [1, 1])
            #expect(host.reports.map(\.step) == [1, 2])
            #expect(host.constraints == ["memory": -1])
            #expect(host.log.suffix(2) == ["1 half way", "2 hm"])
        }

        @Test func aMetricThatTheSchemaDoesNotListFailsTheRunByName() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in trial.objective(Everything.other, 1) }
            #expect(host.evaluate() == TUNED_FAILED)
            #expect(host.failures.first?.contains("\"other\"") == true)
            #expect(host.objectives.isEmpty)
        }

        static let errors: [(any Error, Int32, [String])] = [
            (TrialError.stopped, TUNED_STOPPED, []),
            (TrialError.cancelled("hopeless"), TUNED_CANCELLED, ["hopeless"]),
            (TrialError.infeasible("diverged"), TUNED_INFEASIBLE, ["diverged"]),
            (TrialError.failed("no memory"), TUNED_FAILED, ["no memory"]),
            (Odd(), TUNED_FAILED, ["line 7: not a number"]),
        ]

        @Test(arguments: errors.indices) func errorsBecomeCodes(_ index: Int) throws {
            let (error, code, texts) = Self.errors[index]
            let host = try TestHost(Everything.self)
            Everything.action = { _ in throw error }
            #expect(host.evaluate() == code)
            #expect(host.failures == texts)
        }

        @Test func anInstanceThatCannotBeMadeSaysWhy() {
            let error = #expect(throws: TestHost.CreateError.self) { try TestHost(Everything.self, config: ["target": "bad"]) }
            #expect(error?.code == TUNED_FAILED)
            #expect(error?.message == "there is no column 'bad'")
        }

        @Test func theConfigIsRead() throws {
            let host = try TestHost(Everything.self, config: ["x": "1", "target": "digit"], dataPath: "/data/d.csv")
            #expect(host.log == ["1 made", "0 cpus [4, 6]"])
            let config = Config(["a": "1"], dataPath: "/d")
            #expect(config["a"] == "1")
            #expect(config["b"] == nil)
            #expect(config.dataPath == "/d")
        }

        @Test func stopIsThrownWhereTheHostAsks() throws {
            let host = try TestHost(Everything.self)
            host.stopAfterReports = 2
            Everything.action = { trial in
                for step in 1... {
                    trial.report(Everything.error, step: step, 1)
                    try trial.stopIfAsked()
                }
            }
            #expect(host.evaluate() == TUNED_STOPPED)
            #expect(host.reports.count == 2)
        }

        @Test func artifactsAreKept() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in
                let bytes = try trial.keep(artifact: "model.bin", bytes: [1, 2, 3])
                let file = try trial.keep(artifact: "curve.svg", file: "/tmp/curve.svg")
                #expect(bytes && file)
            }
            #expect(host.evaluate() == TUNED_OK)
            #expect(host.artifacts == ["model.bin": [1, 2, 3], "curve.svg": Array("/tmp/curve.svg".utf8)])
            Everything.action = { trial in try trial.keep(artifact: ".hidden", bytes: []) }
            #expect(host.evaluate() == TUNED_FAILED)
            #expect(host.failures == ["the host did not keep the artifact \".hidden\""])
        }

        @Test func callsThatBreakTheABIAreRefused() throws {
            let host = try TestHost(Everything.self)
            #expect(host.trainable.evaluate(nil, nil) == TUNED_FAILED)
            #expect(host.trainable.evaluate(host.instance, nil) == TUNED_FAILED)
            #expect(host.trainable.create(nil, nil, nil) == TUNED_FAILED)
            #expect(host.trainable.extension(host.instance, "tuned.unknown/9") == nil)
            #expect(host.trainable.extension(nil, TUNED_DATASET) == nil)
            host.trainable.destroy(nil)
        }
    }
}
