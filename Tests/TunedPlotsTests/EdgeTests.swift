import Foundation
#if canImport(FoundationXML)
    import FoundationXML
#endif
import Testing

@testable import TunedPlots

/// Studies that hardly are any, and very large ones.
@Suite struct EdgeTests {
    private func isWellFormed(_ svg: String) -> Bool {
        let isBare = !svg.contains("nan") && !svg.contains("inf\"")
        return isBare && XMLParser(data: Data(svg.utf8)).parse()
    }

    @Test func nothingToDrawSaysWhy() {
        func reason(_ body: () throws -> String) -> String {
            do { return try body() } catch let nothing as NothingToDraw { return nothing.reason } catch { return "\(error)" }
        }
        let failed = (0..<3).map { PlottedTrial(number: $0, ending: .failed, values: [], configuration: [.number(1)]) }
        let parameters = [Sample.parameters[0]]
        #expect(reason { try HistoryPicture.svg(title: "", [], Sample.error) }.contains("no trial has ended"))
        #expect(reason { try HistoryPicture.svg(title: "", failed, Sample.error) }.contains("all 3 trials so far failed"))
        #expect(reason { try SlicePicture.svg(title: "", failed, parameters, Sample.error) }.contains("failed"))
        #expect(reason { try SlicePicture.svg(title: "", failed, [], Sample.error) }.contains("no parameter"))
        #expect(reason { try ParallelPicture.svg(title: "", failed, parameters, Sample.error) }.contains("failed"))
        #expect(reason { try IntermediatePicture.svg(title: "", [], metric: Sample.error, endings: [:], best: nil) }.contains("no trial reported"))
        #expect(reason { try RungsPicture.svg(title: "", [], budgets: [1], unit: "steps", Sample.error) }.contains("no rungs"))
        #expect(reason { try LineagePicture.svg(title: "", [], Sample.error) }.contains("no population"))
        #expect(reason { try ParetoPicture.svg(title: "", failed, [Sample.error], front: []) }.contains("one objective"))
        #expect(reason { try ImportancePicture.svg(title: "", [], method: "", objective: Sample.error, trials: 0) }.contains("no parameter"))
    }

    @Test(arguments: [1, 2, 11]) func fewTrialsAreDrawn(_ count: Int) throws {
        let trials = Sample.trials(count)
        #expect(isWellFormed(try HistoryPicture.svg(title: "few", trials, Sample.error)))
        #expect(isWellFormed(try SlicePicture.svg(title: "few", trials, Sample.parameters, Sample.error)))
        #expect(isWellFormed(try ParallelPicture.svg(title: "few", trials, Sample.parameters, Sample.error)))
    }

    static let values: [[Double]] = [[0, 0], [1e308, -1e308], [.infinity, 1], [.leastNonzeroMagnitude, .leastNormalMagnitude], [-7, -7]]

    @Test(arguments: values) func anyValuesAreDrawn(_ values: [Double]) throws {
        let trials = values.indices.map { PlottedTrial(number: $0, ending: .complete, values: [values[$0], values[$0]], configuration: [.number(values[$0])]) }
        let wide = [PlottedParameter(name: "x", axis: .linear(low: -1e308, high: 1e308, isWhole: false))]
        #expect(isWellFormed(try HistoryPicture.svg(title: "any", trials, Sample.error)))
        #expect(isWellFormed(try SlicePicture.svg(title: "any", trials, wide, Sample.accuracy)))
        #expect(isWellFormed(try ParallelPicture.svg(title: "any", trials, wide, Sample.error)))
        #expect(isWellFormed(try ParetoPicture.svg(title: "any", trials, [Sample.error, Sample.accuracy], front: [0])))
    }

    @Test func tenThousandTrialsStayUnderAMegabyte() throws {
        var numbers = Sample.Numbers(state: 2)
        let names = (0..<40).map { "parameter.with.a.long.name.\($0)" }
        let parameters = names.map { PlottedParameter(name: $0, axis: .linear(low: 0, high: 1, isWhole: false)) }
        let trials = (0..<10_000).map { number in
            PlottedTrial(
                number: number, ending: [.complete, .pruned, .infeasible, .replicate][number % 7 < 4 ? number % 7 : 0], values: [numbers.next(), numbers.next()],
                configuration: names.map { _ in .number(numbers.next()) })
        }
        let curves = (0..<600).map { trial in PlottedCurve(trial: trial, fold: 0, steps: (0..<300).map(Double.init), values: (0..<300).map { _ in numbers.next() }) }
        let (climbs, budgets) = Sample.climbs(10_000)
        let front = Set(0..<300)
        let pictures = [
            try HistoryPicture.svg(title: "many", trials, Sample.error), try SlicePicture.svg(title: "many", trials, parameters, Sample.error),
            try ParallelPicture.svg(title: "many", trials, parameters, Sample.error),
            try IntermediatePicture.svg(title: "many", curves, metric: Sample.error, endings: [:], best: 3),
            try RungsPicture.svg(title: "many", climbs, budgets: budgets, unit: "epochs", Sample.error),
            try LineagePicture.svg(title: "many", Sample.population(100, generations: 100), Sample.error),
            try ParetoPicture.svg(title: "many", trials, [Sample.error, Sample.accuracy], front: front),
            try ImportancePicture.svg(
                title: "many", names.map { PlottedShare(names: [$0], share: 1.0 / 40) }, method: "fanova", objective: Sample.error, trials: 10_000),
        ]
        for svg in pictures { #expect(svg.utf8.count < 1_000_000 && isWellFormed(svg), "\(svg.prefix(400))") }
        #expect(pictures[0].contains("drawn, evenly spread") && pictures[2].contains("the best 200"))
    }

    /// The line is of all trials, also where marks are left out; and each value of it is better than the one before.
    @Test func theBestSoFarOnlyImproves() throws {
        let svg = try HistoryPicture.svg(title: "best", Sample.trials(300, failing: false), Sample.error)
        // The legend has one too.
        let line = try #require(svg.split(separator: "\n").last { $0.contains("class=\"bestline\"") })
        let numbers = line.split(whereSeparator: { "MLd=\"".contains($0) }).filter { $0.contains(" ") && $0.first?.isNumber == true }
        let heights = numbers.compactMap { Double($0.split(separator: " ").last ?? "") }
        #expect(heights.count > 3 && zip(heights, heights.dropFirst()).allSatisfy { $0 <= $1 }, "downwards on the page is less: \(heights)")
    }

    @Test func parametersThatNobodyUsedHaveNoAxis() throws {
        let unused = Sample.trials(20).map { trial in
            var trial = trial
            trial.configuration[2] = nil
            return trial
        }
        #expect(!(try SlicePicture.svg(title: "t", unused, Sample.parameters, Sample.error)).contains("degree"))
        #expect(!(try ParallelPicture.svg(title: "t", unused, Sample.parameters, Sample.error)).contains("degree"))
    }

    @Test func aTrialThatEndedEarlyIsNotTheBest() throws {
        let trials = [
            PlottedTrial(number: 0, ending: .complete, values: [0.5]), PlottedTrial(number: 1, ending: .pruned, values: [0.1]),
            PlottedTrial(number: 2, ending: .infeasible, values: [0.2]), PlottedTrial(number: 3, ending: .replicate, values: [0.3]),
        ]
        #expect(try HistoryPicture.svg(title: "t", trials, Sample.error).contains("best 0.5 (trial 0)"))
    }
}
