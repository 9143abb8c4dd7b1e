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

    @Test func testRowsAreKeptApartAndPutTogetherAgain() throws {
        let rows = (0..<40).map { "\($0),\($0 % 2)" }
        let origin = try file("number,parity\r\n" + rows.joined(separator: "\r\n"))
        let directory = try TemporaryDirectory.make()
        let store = try DataStore(directory: "\(directory)/data", held: "\(directory)/held")
        let copy = try store.add(origin, split: split(test: 0.25), target: "parity")
        let held = try #require(copy.held)
        #expect(Files.names(in: "\(directory)/data")?.count == 1, "nothing of the test rows lies beside what a plugin reads")
        let parts = try store.parts(copy: copy.path, held: held)
        let path = try store.writeWhole(parts, name: "final-1-1")
        let whole = String(decoding: try DurableFile.read(path, limit: 1 << 20), as: UTF8.self).split(separator: "\n").map(String.init)
        let rest = String(decoding: try DurableFile.read(copy.path, limit: 1 << 20), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(Array(whole.prefix(31)) == rest, "the rows of the search keep their places")
        #expect(Set(whole.dropFirst()) == Set(rows))
        store.removeWhole(path)
        #expect(Files.names(in: "\(directory)/held") == [held])
        // What is not as it was kept is not used.
        let file = "\(directory)/held/\(held)"
        chmod(file, 0o600)
        try DurableFile.write(Array("number,parity\n1,1\n".utf8), to: file)
        #expect { try store.parts(copy: copy.path, held: held) } throws: {
            ($0 as? EngineError)?.message.contains("does not match its name") ?? false
        }
    }

    @Test func aFileThatCannotBeCutIsCopiedWhole() throws {
        let origin = try file("a,b\n1,\"x\ny\"\n2,3\n")
        let store = try DataStore(directory: try TemporaryDirectory.make())
        let copy = try store.add(origin, split: split(test: 0.5), target: nil)
        #expect(copy.held == nil && copy.testRows == 0 && copy.rows == nil)
    }

    @Test func groupsAndTimesOfAColumn() throws {
        let rows = (0..<40).map { "\($0),p\($0 / 4),2026-\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)-01" }
        let origin = try file("number,patient,day\n" + rows.joined(separator: "\n") + "\n")
        let store = try DataStore(directory: try TemporaryDirectory.make())
        var split = split(test: 0.2)
        split.method = .grouped
        #expect { try store.add(origin, split: split, target: nil) } throws: {
            ($0 as? EngineError)?.message.contains("say which column") ?? false
        }
        split.column = "patients"
        #expect { try store.add(origin, split: split, target: nil) } throws: {
            ($0 as? EngineError)?.message.contains("did you mean \"patient\"?") ?? false
        }
        split.column = "patient"
        let grouped = try store.add(origin, split: split, target: nil)
        let groups = try #require(grouped.groups)
        #expect(grouped.testRows == 8 && groups.count == 32)
        #expect(Dictionary(grouping: groups, by: { $0 }).values.allSatisfy { $0.count == 4 }, "whole groups are left")
        split.method = .time
        split.column = "day"
        let timed = try store.add(origin, split: split, target: nil)
        let kept = String(decoding: try DurableFile.read(timed.path, limit: 1 << 20), as: UTF8.self)
        #expect(!kept.contains("2026-12-01") && kept.contains("2026-01-01"), "the test rows are the last")
        #expect(timed.times?.count == 40 - timed.testRows)
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
        #expect { try store.add(try file("a,b\n1,2\n3,4\n"), split: split(test: 0.01), target: nil) } throws: {
            ($0 as? EngineError)?.message.contains("leaves one side empty") ?? false
        }
    }
}
