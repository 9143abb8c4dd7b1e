import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// What a plugin hears of `tuned.schedule/1` over its epochs.
@Suite struct ScheduleTests {
    private let space: SearchSpace
    private let trainable: String

    /// - Parameter trainable: `plain` goes through the epochs itself, `stepwise` is driven by the host.
    private init(_ trainable: String) throws {
        let library = try PluginLibrary(path: TestPlugins.path("scheduled"))
        let declared = try #require(library.plugin.trainables.first { $0.id == trainable })
        space = try Schema(parsing: declared.schemaJSON).space
        self.trainable = trainable
    }

    init() throws { try self.init("plain") }

    /// The rate that was reported after each epoch, and the last width.
    private func run(
        _ values: [String: JSONValue], budget: Double = 0, fullBudget: Double = 0, folder: String? = nil
    ) throws -> (rates: [Double], width: Double?) {
        let bench = try HostBench(
            "scheduled", trainable, parameters: WireParameter.list(space), metrics: 2, fullBudget: 20)
        let configuration = try space.configuration(from: values, filling: space.defaults)
        let result = bench.run(configuration.values, budget: budget, folder: folder, fullBudget: fullBudget)
        #expect(result.code == 0, "\(result.text)")
        return (bench.reports.map(\.value), result.metrics[1] ?? nil)
    }

    @Test(arguments: ["plain", "stepwise"], Schedule.Shape.allCases) func theRateFollowsTheShape(_ trainable: String, _ shape: Schedule.Shape) throws {
        let tests = try ScheduleTests(trainable)
        let values: [String: JSONValue] = ["rate": 0.5, "rate.shape": .string(shape.rawValue)]
        let rates = try tests.run(values).rates
        let configuration = try tests.space.configuration(from: values, filling: tests.space.defaults)
        let expected = (0..<20).map { tests.space.scheduledValue(of: 0, at: Double($0) / 20, in: configuration) ?? .nan }
        #expect(rates == expected)
        #expect((Set(rates).count == 1) == (shape == .constant), "\(rates)")
    }

    /// A rung does not change the schedule: it is the beginning of the whole one, and what goes on from its checkpoint is the rest.
    @Test(arguments: ["plain", "stepwise"]) func aRungIsThePartOfTheWhole(_ trainable: String) throws {
        let tests = try ScheduleTests(trainable)
        let values: [String: JSONValue] = ["rate": 1, "rate.shape": "cosine", "rate.final": 0.1]
        let whole = try tests.run(values).rates
        #expect(whole.count == 20 && whole[0] == 1 && abs(whole[10] - 0.55) < 1e-15)
        let folder = TestPlugins.temporaryDirectory() + "/runs/1/5-2"
        let rung = try tests.run(values, budget: 6, folder: folder).rates
        #expect(rung == Array(whole.prefix(6)))
        let rest = try tests.run(values, folder: folder).rates
        #expect(rest == Array(whole.dropFirst(6)))
    }

    /// A study whose training in full is 10 of the plugin's 20 epochs ends its schedule there.
    @Test func aStudyMayTrainLessInFull() throws {
        let values: [String: JSONValue] = ["rate": 1, "rate.shape": "cosine", "rate.final": 0.1]
        let rates = try run(values, budget: 10, fullBudget: 10).rates
        let schedule = Schedule.cosine(final: 0.1)
        #expect(rates == (0..<10).map { schedule.factor(at: Double($0) / 20 * 2) })
        #expect(try run(values, budget: 3, fullBudget: 10).rates == Array(rates.prefix(3)))
    }

    @Test func valuesHaveTheirPlacesAndNames() throws {
        // What is declared behind the scheduled parameter is where the plugin has it; the settings are found by name.
        #expect(space.parameters.prefix(4).map(\.name) == ["rate", "width", "offset", "kind"])
        let found = try run(["rate.shape": "step", "rate.drops": 3, "width": 64, "width.final": 0.25, "offset": 7])
        // The width goes down from 64 to 0.25 of it in a straight line: before the last of 20 epochs it is at 64 (1 - 0.75 * 0.95) = 18.4.
        #expect(found.width.map { abs($0 - 28) < 1e-9 } == true)
    }

    @Test(arguments: [(-1.0, 1.0), (2.0, 0.1), (.nan, 1.0), (.infinity, 0.1)])
    func progressIsClamped(_ progress: Double, _ expected: Double) throws {
        #expect(try ask(progress, of: 0) == expected)
    }

    @Test func onlyActiveNumbersHaveAValue() throws {
        #expect(try ask(0.5, of: 2) == 7)
        // A category, an inactive setting, and what there is not.
        for parameter in [3, space.index(of: "rate.drops") ?? 0, 99] { #expect(try ask(0.5, of: parameter).isNaN) }
    }

    /// What the host answers; NaN where it refuses.
    private func ask(_ progress: Double, of parameter: Int) throws -> Double {
        let tests = try ScheduleTests("asks")
        let bench = try HostBench(
            "scheduled", "asks", parameters: WireParameter.list(tests.space), metrics: 1,
            config: ["progress": "\(progress)", "parameter": "\(parameter)"])
        let configuration = try tests.space.configuration(
            from: ["rate": 1, "rate.shape": "exponential", "rate.final": 0.1, "offset": 7], filling: tests.space.defaults)
        let result = bench.run(configuration.values)
        return result.code == 0 ? (result.metrics[0] ?? nil) ?? .nan : .nan
    }
}
