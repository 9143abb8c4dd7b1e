import Glibc
import Testing
import TunedRecords
@testable import TunedEngine

@Suite struct FoldPlannerTests {
    @Test(arguments: [(97, 5, 3), (10, 10, 1), (1797, 5, 10), (64, 7, 2)])
    func everyRowIsEvaluatedOnceAndClassesAreSpread(rows: Int, folds: Int, classes: Int) throws {
        let labels = (0..<rows).map { Int32(($0 * 7919 + $0 / 3) % classes) }
        let plan = try FoldPlanner(rows: rows, labels: labels, seed: 5).crossValidation(folds: folds)
        #expect(plan.folds.flatMap(\.evaluate).sorted() == Array(0..<UInt32(rows)))
        for fold in plan.folds {
            #expect(Set(fold.train).isDisjoint(with: fold.evaluate))
            #expect(fold.train.count + fold.evaluate.count == rows)
            #expect(fold.train == fold.train.sorted() && fold.evaluate == fold.evaluate.sorted())
            for label in 0..<Int32(classes) {
                let total = labels.count { $0 == label }
                let here = fold.evaluate.count { labels[Int($0)] == label }
                #expect(abs(here - total / folds) <= 1)
            }
        }
        let sizes = plan.folds.map(\.evaluate.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test func seedDecides() throws {
        let planner = { (seed: UInt64) in try FoldPlanner(rows: 100, labels: nil, seed: seed).crossValidation(folds: 4).folds }
        #expect(try planner(1) == planner(1))
        #expect(try planner(1) != planner(2))
    }

    @Test func holdoutKeepsItsFractionOfEachClass() throws {
        let labels = (0..<200).map { Int32($0 < 150 ? 0 : 1) }
        let fold = try FoldPlanner(rows: 200, labels: labels, seed: 1).holdout(fraction: 0.2).folds[0]
        #expect(fold.evaluate.count { labels[Int($0)] == 0 } == 30)
        #expect(fold.evaluate.count { labels[Int($0)] == 1 } == 10)
    }

    @Test func tooFewRowsOfAClassAreSaid() {
        #expect { try FoldPlanner(rows: 10, labels: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], seed: 1).crossValidation(folds: 5) } throws: {
            ($0 as? FoldPlanner.Problem)?.message.contains("smallest has 1") ?? false
        }
        #expect(throws: FoldPlanner.Problem.self) { try FoldPlanner(rows: 3, labels: nil, seed: 1).crossValidation(folds: 5) }
    }

    @Test func planSurvivesItsBinaryForm() throws {
        let plan = try FoldPlanner(rows: 500, labels: nil, seed: 3).crossValidation(folds: 7)
        #expect(try FoldPlan.decode(plan.encoded).folds == plan.folds)
        for cut in [0, 1, 5, plan.encoded.count - 1] {
            #expect(throws: (any Error).self) { try FoldPlan.decode(Array(plan.encoded.prefix(cut))) }
        }
    }
}

@Suite struct DataStoreTests {
    private func file(_ text: String) throws -> String {
        let path = try TemporaryDirectory.make() + "/data.csv"
        try DurableFile.write(Array(text.utf8), to: path)
        return path
    }

    private func split(test: Double) -> SplitSpecification {
        var split = SplitSpecification()
        split.test = test
        return split
    }

    @Test func testRowsAreNotInTheCopy() throws {
        let rows = (0..<100).map { "\($0),\($0 % 2 == 0 ? "even" : "odd")" }
        let origin = try file("number,parity\n" + rows.joined(separator: "\n") + "\n")
        let store = try DataStore(directory: try TemporaryDirectory.make())
        let copy = try store.add(origin, split: split(test: 0.2), target: "parity")
        let left = String(decoding: try DurableFile.read(copy.path, limit: 1 << 20), as: UTF8.self).split(separator: "\n")
        #expect(copy.testRows == 20)
        #expect(left.count == 81)
        #expect(left[0] == "number,parity")
        #expect(left.count { $0.hasSuffix("even") } == 40)
        let again = try store.add(origin, split: split(test: 0.2), target: "parity")
        #expect(again.path == copy.path)
    }

    @Test func wholeFileIsCopiedWithoutASplit() throws {
        let origin = try file("a,b\n1,2\n")
        let store = try DataStore(directory: try TemporaryDirectory.make())
        let copy = try store.add(origin, split: nil, target: nil)
        #expect(try DurableFile.read(copy.path, limit: 100) == Array("a,b\n1,2\n".utf8))
        try DurableFile.write(Array("changed".utf8), to: origin)
        #expect(try DurableFile.read(copy.path, limit: 100) == Array("a,b\n1,2\n".utf8))
    }

    @Test func badFilesAreSaid() throws {
        let store = try DataStore(directory: try TemporaryDirectory.make())
        for (origin, words) in [
            ("/nonexistent/x.csv", "No such file"), ("relative.csv", "not absolute"), (try file(""), "empty"), ("/", "no regular file"),
        ] {
            #expect { try store.add(origin, split: nil, target: nil) } throws: {
                ($0 as? EngineError)?.message.contains(words) ?? false
            }
        }
        #expect { try store.add(try file("a,b\n1,\"x\ny\"\n2,3\n"), split: split(test: 0.5), target: nil) } throws: {
            ($0 as? EngineError)?.message.contains("spans several lines") ?? false
        }
    }
}
