import Foundation
import Testing

@testable import TunedPlots

/// Pictures are compared with those in `Golden/`. After a change that was looked at, `make golden` writes them anew.
@Suite struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static let pictures: [(name: String, draw: @Sendable () throws -> String)] = [
        ("history", { try HistoryPicture.svg(title: "digits-svm", Sample.trials(60), Sample.error) }),
        (
            "history-outliers",
            {
                var trials = Sample.trials(40, failing: false)
                for number in [3, 17, 30] { trials[number].values[0] = 1e30 }
                return try HistoryPicture.svg(title: "diverges <sometimes> & \"often\"", trials, Sample.error)
            }
        ),
        (
            "history-decades",
            {
                let trials = (0..<40).map { PlottedTrial(number: $0, ending: .complete, values: [Double(1 << (39 - $0)) * 1e-6]) }
                return try HistoryPicture.svg(title: "valley", trials, Sample.error)
            }
        ),
        ("history-one", { try HistoryPicture.svg(title: "one", [PlottedTrial(number: 0, ending: .complete, values: [0.25])], Sample.accuracy) }),
        (
            "history-equal",
            { try HistoryPicture.svg(title: "flat", (0..<12).map { PlottedTrial(number: $0, ending: .complete, values: [0]) }, Sample.error) }
        ),
        (
            "intermediate",
            {
                let (curves, endings) = Sample.curves(24)
                return try IntermediatePicture.svg(title: "digits-mlp", curves, metric: Sample.error, endings: endings, best: 6)
            }
        ),
        ("parallel", { try ParallelPicture.svg(title: "digits-svm", Sample.trials(60), Sample.parameters, Sample.error) }),
        ("slice", { try SlicePicture.svg(title: "digits-svm", Sample.trials(60), Sample.parameters, Sample.error) }),
        (
            "slice-one",
            { try SlicePicture.svg(title: "digits-svm", Sample.trials(30).map { var one = $0; one.configuration = [one.configuration[0]]; return one }, [Sample.parameters[0]], Sample.error) }
        ),
        (
            "importance",
            {
                let shares = [("C", 0.61), ("kernel", 0.27), ("optimizer.schedule.warm_restarts.first_period", 0.0812), ("degree", 0.0388), ("shrinking", 0)]
                return try ImportancePicture.svg(
                    title: "digits-svm", shares.map { PlottedShare(names: [$0.0], share: $0.1) }, method: "ped-anova", objective: Sample.error, trials: 55)
            }
        ),
        (
            "rungs",
            {
                let (climbs, budgets) = Sample.climbs(81)
                return try RungsPicture.svg(title: "digits-mlp", climbs, budgets: budgets, unit: "epochs", Sample.error)
            }
        ),
        ("lineage", { try LineagePicture.svg(title: "digits-pbt", Sample.population(10, generations: 12), Sample.error) }),
        (
            "pareto",
            {
                let trials = Sample.trials(80)
                let scored = trials.filter { $0.ending == .complete }
                let front = scored.filter { one in
                    !scored.contains { $0.values[0] <= one.values[0] && $0.values[1] <= one.values[1] && $0.values != one.values }
                }
                return try ParetoPicture.svg(
                    title: "digits-svm", trials, [Sample.error, PlottedObjective(name: "seconds", minimizes: true)], front: Set(front.map(\.number)))
            }
        ),
    ]

    @Test(arguments: pictures.map(\.name)) func looksAsBefore(_ name: String) throws {
        let picture = try #require(Self.pictures.first { $0.name == name })
        let svg = try picture.draw()
        #expect(try picture.draw() == svg, "the same twice")
        let file = Self.folder.appending(path: "\(name).svg")
        if ProcessInfo.processInfo.environment["TUNED_WRITE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            return try svg.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        let difference = zip(svg.split(separator: "\n"), golden.split(separator: "\n")).first { $0 != $1 }
        #expect(svg == golden, "\(name).svg differs, first in \(difference.map { "\($0.0) where \($0.1) was" } ?? "its length"); look at it, then `make golden`")
    }

    @Test func nothingLiesAroundWithoutATest() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".svg") }
        #expect(Set(files) == Set(Self.pictures.map { "\($0.name).svg" }))
    }
}
