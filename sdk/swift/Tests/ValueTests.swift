import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    @Suite struct ValueTests {
        private static var values: [TestValue] {
            [TestValue.float(0.25), TestValue.float(0.5), TestValue.choice(1), TestValue.integer(4), TestValue.boolean(true), TestValue.choice(2)]
        }

        /// The header's stride, and a larger one of a newer host.
        @Test(arguments: [MemoryLayout<tuned_value>.stride, MemoryLayout<tuned_value>.stride + 24])
        func valuesAreFoundByTheirPlace(_ stride: Int) throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in
                #expect(trial[Everything.rate] == 0.25)
                #expect(trial[Everything.share] == 0.5)
                #expect(trial[Everything.kernel] == .poly)
                #expect(trial[Everything.degree] == 4)
                #expect(trial[Everything.scale])
                #expect(trial[Everything.size] == 64)
                let (isActive, degree) = (trial.isActive(Everything.size), trial.ifActive(Everything.degree))
                #expect(isActive)
                #expect(degree == 4)
            }
            #expect(host.call(Self.values, stride: stride) { host.trainable.evaluate($0, $1) } == TUNED_OK)
            #expect(host.failures == [])
        }

        @Test func inactiveValuesAreZeroAndSaySo() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in
                #expect(trial[Everything.degree] == 0)
                #expect(trial[Everything.size] == 16)
                let (isActive, degree) = (trial.isActive(Everything.degree), trial.ifActive(Everything.degree))
                #expect(!isActive)
                #expect(degree == nil)
            }
            var values = Self.values
            values[3] = TestValue.inactive
            values[5] = TestValue.inactive
            #expect(host.evaluate(values) == TUNED_OK)
        }

        @Test func aParameterThatTheSchemaDoesNotListFailsTheRunByName() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in #expect(trial[Everything.unlisted] == 0) }
            #expect(host.evaluate(Self.values) == TUNED_FAILED)
            #expect(host.failures.count == 1)
            #expect(host.failures.first?.contains("\"unlisted\"") == true)
            // The mistake belongs to that call alone.
            Everything.action = { _ in }
            #expect(host.evaluate(Self.values) == TUNED_OK)
        }

        @Test func aHostThatGivesFewerValuesIsNotReadBeyondThem() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in #expect(trial[Everything.size] == 16) }
            #expect(host.evaluate(Array(Self.values.prefix(3))) == TUNED_FAILED)
        }

        @Test func theTrialTellsWhereItStands() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in
                #expect((trial.id, trial.run, trial.attempt, trial.fold) == (17, 2, 1, 1))
                #expect(trial.seed == 99)
                #expect(trial.purpose == .final)
                #expect(trial.deadline == nil)
                #expect(trial.budget == 7)
                #expect(trial.steps == 7)
            }
            #expect(
                host.evaluate(Self.values, seed: 99, budget: 7, purpose: .final) == TUNED_OK)
            // Without a budget a trial is trained in full.
            Everything.action = { trial in #expect(trial.steps == 50) }
            #expect(host.evaluate(Self.values) == TUNED_OK)
            // Less than half an epoch is one: there is no model without.
            Everything.action = { trial in
                #expect(trial.budget == 0.25)
                #expect(trial.steps == 1)
            }
            #expect(host.evaluate(Self.values, budget: 0.25) == TUNED_OK)
        }

        @Test func scheduledValuesComeFromTheHost() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in
                let (rate, degree) = (trial.value(of: Everything.rate, at: 1), trial.value(of: Everything.degree, at: 1))
                #expect((rate, degree) == (0.125, 2))
                // Of the full budget, 50, whatever the run's is.
                #expect([0, 5, 50, 60].map { trial.progress(after: $0) } == [0, 0.1, 1, 1])
            }
            #expect(host.evaluate(Self.values, budget: 7) == TUNED_OK)
            #expect(host.progress == [1, 1])
        }
    }
}
