import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    @Suite struct DataTests {
        @Test func theDatasetIsDescribed() throws {
            let host = try TestHost(Everything.self)
            let table = try #require(host.pluginExtension(TUNED_DATASET, as: tuned_dataset_extension.self))
            var out = tuned_dataset()
            out.size = UInt32(MemoryLayout<tuned_dataset>.size)
            #expect(table.describe(host.instance, &out) == TUNED_OK)
            #expect(out.rows == 3)
            #expect(Array(UnsafeBufferPointer(start: out.labels, count: 3)) == [0, 1, 0])
            #expect(out.groups == nil)
            #expect(Array(UnsafeBufferPointer(start: out.times, count: 3)) == [5, 6, 7])
        }

        @Test func listsOfAnotherLengthAreRefusedAtOnce() {
            let error = #expect(throws: TestHost.CreateError.self) { try TestHost(Everything.self, config: ["target": "short"]) }
            #expect(error?.message == "the data set has 3 rows and 2 labels")
        }

        @Test func aTrainableWithoutDataOffersNone() throws {
            let host = try TestHost(Square.self)
            #expect(host.pluginExtension(TUNED_DATASET, as: tuned_dataset_extension.self) == nil)
        }

        @Test func rowsComeFromTheHost() throws {
            let host = try TestHost(Everything.self)
            host.trainingRows = [0, 2]
            host.evaluationRows = [1]
            Everything.action = { trial in
                let (training, evaluation) = (try trial.trainingRows(), try trial.evaluationRows())
                #expect(training == [0, 2])
                #expect(evaluation == [1])
            }
            #expect(host.evaluate() == TUNED_OK)
        }

        @Test func withoutASplitTheRunSaysWhatToDo() throws {
            let host = try TestHost(Everything.self)
            Everything.action = { trial in _ = try trial.trainingRows() }
            #expect(host.evaluate() == TUNED_FAILED)
            #expect(host.failures.first?.contains("--folds") == true)
        }
    }
}
