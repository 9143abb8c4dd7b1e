import Testing
import TunedSpace
@testable import TunedEngine
@testable import TunedRecords

/// Groups that are never divided, folds forward in time, and rows that are divided more than once.
@Suite struct SplitTests {
    private func planner(_ kind: FoldPlanner.Kind, rows: Int, seed: UInt64 = 3, available: [UInt32]? = nil) -> FoldPlanner {
        FoldPlanner(rows: rows, kind: kind, seed: seed, available: available)
    }

    /// Groups of 1 to 13 rows, scattered.
    private func groups(_ rows: Int, of count: Int) -> [Int32] { (0..<rows).map { Int32(($0 * $0 + $0 / 7) % count) } }

    @Test(arguments: [(200, 23, 5), (40, 8, 8), (97, 12, 3)])
    func aGroupIsNeverInTwoFolds(rows: Int, count: Int, folds: Int) throws {
        let groups = groups(rows, of: count)
        let plan = try planner(.grouped(groups, labels: nil), rows: rows).crossValidation(folds: folds)
        #expect(plan.folds.flatMap(\.evaluate).sorted() == Array(0..<UInt32(rows)))
        #expect(FoldPlanner.divided(groups, in: plan) == 0)
        var homes: [Int32: Set<Int>] = [:]
        for (index, fold) in plan.folds.enumerated() {
            #expect(!fold.evaluate.isEmpty)
            #expect(Set(fold.train).isDisjoint(with: fold.evaluate) && fold.train.count + fold.evaluate.count == rows)
            for row in fold.evaluate { homes[groups[Int(row)], default: []].insert(index) }
        }
        #expect(homes.values.allSatisfy { $0.count == 1 })
        // No fold is larger than another by more than a group.
        let sizes = plan.folds.map(\.evaluate.count)
        let largest = Dictionary(grouping: groups, by: { $0 }).values.map(\.count).max() ?? 0
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= largest)
    }

    @Test func groupsKeepTheSharesOfTheClasses() throws {
        // 30 groups of 10 rows; a group's rows are all of one class, a third of the groups of class 1.
        let groups = (0..<300).map { Int32($0 / 10) }
        let labels = groups.map { Int32($0 % 3 == 0 ? 1 : 0) }
        let plan = try planner(.grouped(groups, labels: labels), rows: 300).crossValidation(folds: 5)
        for fold in plan.folds {
            #expect(fold.evaluate.count == 60)
            #expect(fold.evaluate.count { labels[Int($0)] == 1 } == 20)
        }
        #expect(FoldPlanner.divided(groups, in: plan) == 0)
    }

    @Test func aGroupedHoldoutIsOfWholeGroups() throws {
        let groups = groups(120, of: 15)
        for seed in 0..<20 {
            let plan = try planner(.grouped(groups, labels: nil), rows: 120, seed: UInt64(seed)).holdout(fraction: 0.25)
            #expect(FoldPlanner.divided(groups, in: plan) == 0)
            #expect((20...40).contains(plan.folds[0].evaluate.count), "\(plan.folds[0].evaluate.count)")
        }
        // One group is nearly everything: one side gets the rest.
        let uneven = (0..<100).map { Int32($0 < 95 ? 0 : 1) }
        let plan = try planner(.grouped(uneven, labels: nil), rows: 100).holdout(fraction: 0.2)
        #expect(plan.folds[0].evaluate.count == 5)
    }

    @Test func whatIsScoredComesLater() throws {
        let times = (0..<100).map { Int64(($0 * 61) % 100) }
        let plan = try planner(.forward(times), rows: 100).crossValidation(folds: 4)
        #expect(plan.folds.map(\.evaluate.count) == [20, 20, 20, 20])
        #expect(plan.folds.map(\.train.count) == [20, 40, 60, 80], "the window grows")
        for fold in plan.folds {
            let last = fold.train.map { times[Int($0)] }.max() ?? .max
            let first = fold.evaluate.map { times[Int($0)] }.min() ?? .min
            #expect(last < first)
        }
        let holdout = try planner(.forward(times), rows: 100).holdout(fraction: 0.3).folds[0]
        #expect(Set(holdout.evaluate.map { times[Int($0)] }) == Set(70..<100))
    }

    @Test func rowsOfOneTimeStayTogether() throws {
        let times = (0..<90).map { Int64($0 / 15) }
        let plan = try planner(.forward(times), rows: 90).crossValidation(folds: 4)
        for fold in plan.folds { #expect(Set(fold.train.map { times[Int($0)] }).isDisjoint(with: fold.evaluate.map { times[Int($0)] })) }
        #expect { try planner(.forward([Int64](repeating: 1, count: 90)), rows: 90).crossValidation(folds: 2) } throws: {
            ($0 as? FoldPlanner.Problem)?.message.contains("1 different times") ?? false
        }
    }

    @Test func repeatsDivideAnew() throws {
        let labels = (0..<60).map { Int32($0 % 2) }
        let once = try FoldPlanner(rows: 60, labels: labels, seed: 9).crossValidation(folds: 3)
        let plan = try FoldPlanner(rows: 60, labels: labels, seed: 9).crossValidation(folds: 3, repeats: 4)
        #expect(plan.folds.count == 12)
        #expect(Array(plan.folds.prefix(3)) == once.folds, "the first is what a study without repeats has")
        for turn in 0..<4 {
            #expect(plan.folds[turn * 3..<turn * 3 + 3].flatMap(\.evaluate).sorted() == Array(0..<60))
        }
        #expect(Set(plan.folds).count == 12, "no two are equal")
    }

    @Test func rowsThatAreKeptBackAreInNoFold() throws {
        let left = (0..<100).filter { $0 % 5 != 0 }.map(UInt32.init)
        let labels = (0..<100).map { Int32($0 % 3) }
        let kinds: [FoldPlanner.Kind] = [
            .plain, .stratified(labels), .grouped((0..<100).map { Int32($0 / 4) }, labels: nil), .forward((0..<100).map { Int64($0) }),
        ]
        for kind in kinds {
            let plan = try planner(kind, rows: 100, available: left).crossValidation(folds: 4)
            for fold in plan.folds { #expect(Set(fold.train + fold.evaluate).isSubset(of: left)) }
            #expect(try FoldPlan.decode(plan.encoded).folds == plan.folds, "also in its binary form")
            let holdout = try planner(kind, rows: 100, available: left).holdout(fraction: 0.25).folds[0]
            #expect(Set(holdout.train + holdout.evaluate) == Set(left))
        }
    }

    @Test func whatCannotBeDividedIsSaid() {
        func message(_ body: () throws -> FoldPlan) -> String {
            do { _ = try body() } catch { return (error as? FoldPlanner.Problem)?.message ?? "\(error)" }
            return "no error"
        }
        #expect(message { try planner(.grouped([0, 0, 1, 1, 2], labels: nil), rows: 5).crossValidation(folds: 4) }.contains("at least 4 groups; the data has 3"))
        #expect(message { try planner(.grouped([7, 7, 7], labels: nil), rows: 3).holdout(fraction: 0.5) }.contains("at least 2 groups"))
        #expect(message { try planner(.stratified([0, 0, 0, 1, 1]), rows: 5).crossValidation(folds: 3) }.contains("smallest has 2"))
        #expect(message { try planner(.forward([1, 2]), rows: 2).crossValidation(folds: 2) }.contains("3 stretches of time"))
    }

    @Test(arguments: [
        (#"{"by": "sideways"}"#, "split.by", "use one of plain, stratified, grouped, stratified-groups, time"),
        (#"{"repeats": 3}"#, "split.repeats", "folds"),
        (#"{"folds": 5, "repeats": 2, "by": "time"}"#, "split.repeats", "one order in time"),
        (#"{"folds": 500, "repeats": 3}"#, "split.repeats", "1500 runs"),
        (#"{"column": "patient"}"#, "split.column", "by: grouped"),
        (#"{"test": 0.6, "validation": 0.5}"#, "split", "no rows are left to train on"),
    ])
    func settingsThatMakeNoSense(text: String, path: String, words: String) throws {
        let json = try JSONValue(parsing: text)
        #expect {
            try SplitSpecification(json: json, path: "split")
        } throws: {
            guard let error = $0 as? SpecificationError else { return false }
            return error.path == path && error.message.contains(words)
        }
    }

    @Test func settingsSurviveTheLog() throws {
        let split = try SplitSpecification(json: JSONValue(parsing: #"{"by": "stratified-groups", "column": "patient", "folds": 4, "repeats": 3, "test": 0.2}"#), path: "split")
        #expect(try SplitSpecification(json: split.json, path: "split") == split)
    }
}
