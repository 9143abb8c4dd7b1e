import Testing
import TunedNumerics
@testable import TunedSearch
import TunedSpace

@Suite struct RandomForestTests {
    private static func grow(
        _ categories: [Int], _ rows: [[Double]], _ targets: [Double], seed: UInt64 = 1,
        _ settings: RandomForest.Settings = RandomForest.Settings(trees: 1, isBootstrapped: false)
    ) -> RandomForest {
        RandomForest(ForestColumns(categories: categories), rows: rows.flatMap { $0 }, targets: targets, settings: settings) {
            CounterRandom(seed: seed, trial: UInt64($0))
        }
    }

    @Test func aTreeSplitsWhereTheSquaredErrorFallsMost() {
        // Between 0.3 and 0.6 the two sides are [1, 1, 2] and [7, 7]; no other cut does as well.
        let forest = Self.grow([0], [[0.1], [0.2], [0.3], [0.6], [0.9]], [1, 1, 2, 7, 7])
        let root = forest.nodes[Int(forest.roots[0])]
        #expect(root.column == 0)
        #expect(root.value >= 0.3 && root.value < 0.6)
        #expect(forest.predict([0.05]).mean == 1)
        #expect(forest.predict([0.3]).mean == 2)
        #expect(forest.predict([0.6]).mean == 7)
        #expect(forest.predict([0.95]).variance == 0)
    }

    @Test func leavesHaveTheirLeastSize() {
        let forest = Self.grow(
            [0], [[0.1], [0.2], [0.3], [0.4]], [0, 10, 10, 10],
            RandomForest.Settings(trees: 1, leafSize: 2, isBootstrapped: false))
        // The best cut is after the first; two on each side are the only way.
        #expect(forest.predict([0.1]).mean == 5)
        #expect(forest.predict([0.4]).mean == 10)
    }

    @Test func findsTheBestDivisionOfCategories() {
        // 0 and 2 are low, 1 and 3 are high: no cut of the order of the indices tells them apart.
        let forest = Self.grow([5], [[0], [1], [2], [3], [0], [3]], [1, 8, 1, 8, 1, 8])
        #expect(forest.nodes.count == 3)
        #expect([0, 1, 2, 3].map { forest.predict([$0]).mean } == [1, 8, 1, 8])
    }

    @Test func categoriesThatWereNeverSeenGoEitherWay() {
        let forest = Self.grow(
            [200], [[3], [150]], [0, 1], RandomForest.Settings(trees: 200, isBootstrapped: false))
        for category in [0, 64, 199] as [Double] {
            let mean = forest.predict([category]).mean
            #expect(mean > 0.35 && mean < 0.65, "category \(category): \(mean)")
        }
        #expect(forest.predict([3]).mean == 0)
        #expect(forest.predict([150]).mean == 1)
    }

    @Test func inactiveNumbersAreABranchOfTheirOwn() {
        let forest = Self.grow([0], [[-1], [-1], [0.02], [0.9]], [4, 4, 0, 0], RandomForest.Settings(trees: 20, isBootstrapped: false))
        #expect(forest.predict([-1]).mean == 4)
        #expect(forest.predict([0]).mean == 0)
        #expect(forest.predict([0]).variance == 0)
    }

    @Test func meanAndVarianceAreOverTheTrees() {
        let forest = Self.grow([0], [[0.2], [0.8]], [0, 1], seed: 5, RandomForest.Settings(trees: 50))
        // A tree whose sample has both rows predicts 0 for the first one; one that has a row twice, that row's target.
        let values = forest.roots.map { root -> Double in
            let node = forest.nodes[Int(root)]
            return node.column == RandomForest.Node.leaf ? node.value : 0
        }
        let mean = values.reduce(0, +) / 50
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50
        let predicted = forest.predict([0.1])
        #expect(abs(predicted.mean - mean) < 1e-12)
        #expect(abs(predicted.variance - variance) < 1e-12)
        #expect(mean > 0.1 && mean < 0.45)
    }

    @Test func learnsAnInteraction() {
        var random = CounterRandom(seed: 3, trial: 0)
        func value(_ row: [Double]) -> Double { (row[0] > 0.5) == (row[1] == 1) ? 1 : 0 }
        func draw() -> [Double] { [random.uniform(), Double(random.index(below: 2)), random.uniform()] }
        let rows = (0..<200).map { _ in draw() }
        let forest = Self.grow([0, 3, 0], rows, rows.map(value), RandomForest.Settings(columnShare: 0.7))
        let tests = (0..<200).map { _ in draw() }
        let right = tests.count { abs(forest.predict($0).mean - value($0)) < 0.5 }
        #expect(right > 180)
    }

    @Test func aSpaceWithoutColumnsHasTheMean() {
        let forest = Self.grow([], [[], []], [1, 3])
        #expect(forest.predict([]).mean == 2)
    }
}

@Suite struct LogImprovementTests {
    /// log(φ(z) + z Φ(z)) to 17 digits, by mpmath with 60.
    @Test(arguments: [
        (0, -0.918_938_533_204_672_7), (1, 0.080_026_218_849_307_04), (-1, -2.485_121_025_712_641_3), (2.5, 0.917_092_065_592_166),
        (-10, -55.553_122_036_122_356), (-19.9, -204.912_887_694_921_66), (-20.1, -208.932_740_416_624_62), (-30, -457.724_653_760_598),
        (-100, -5_010.129_578_800_25),
    ])
    func agreesWithMoreDigits(_ z: Double, _ expected: Double) {
        #expect(abs(LogImprovement.logUnit(z) - expected) < 1e-9 * max(1, abs(expected)))
    }

    @Test func hasTheUnitsOfTheValue() {
        // E[max(0, 1 - Y)] of Y ~ Normal(3, 2²) is 2 h(-1).
        let expected = 0.693_147_180_559_945_3 + LogImprovement.logUnit(-1)
        #expect(abs(LogImprovement.expected(mean: 3, deviation: 2, best: 1) - expected) < 1e-12)
        #expect(LogImprovement.expected(mean: 3, deviation: 0, best: 1) == -.infinity)
        #expect(LogImprovement.expected(mean: 1, deviation: 0, best: 2) == 0)
    }
}

@Suite struct ForestTargetsTests {
    @Test func areTheSameWhereverTheValuesLie() {
        let values = [3.0, 0.5, 0.51, 12, 7, 1e4]
        let targets = ForestTargets.transformed(values)
        let moved = ForestTargets.transformed(values.map { 8 * $0 - 1_000 })
        for (a, b) in zip(targets, moved) { #expect(abs(a - b) < 1e-9) }
        #expect(values.indices.sorted { targets[$0] < targets[$1] } == [1, 2, 0, 4, 3, 5])
        #expect(abs(targets.reduce(0, +)) < 1e-9)
        #expect(abs(targets.reduce(0) { $0 + $1 * $1 } / 6 - 1) < 1e-9)
    }

    @Test(arguments: [
        [1.7e308, -1.7e308, 0], [.leastNonzeroMagnitude, 0, 2 * .leastNonzeroMagnitude], [1, 1, 1], [1, 1, 1, 2], [-1e300, 1e-300, 0, 5], [7],
    ] as [[Double]])
    func areFiniteAndOrdered(_ values: [Double]) {
        let targets = ForestTargets.transformed(values)
        #expect(targets.allSatisfy { $0.isFinite })
        for a in values.indices { for b in values.indices where values[a] < values[b] { #expect(targets[a] <= targets[b]) } }
    }

    @Test func prunedTrialsAreInTheWorseHalf() {
        var history = TrialHistory(dimensions: 1, objectives: 1)
        for trial in 0..<8 {
            let row = history.begin(trial, Configuration([.float(0)]), at: [0])
            history.finish(row, trial < 5 ? .complete([Double(trial)]) : .pruned(step: Int64(trial), value: 1))
        }
        let learnt = ForestTargets(history, seed: 1, trial: 9)
        #expect(learnt.rows == Array(0..<8))
        #expect(learnt.incumbents == [0, 1, 2, 3, 4])
        let (middle, worst) = (learnt.targets[2], learnt.targets[4])
        #expect(learnt.targets[5...].allSatisfy { $0 > middle && $0 < worst })
        // The one that came farthest is the best of them.
        #expect(learnt.targets[7] < learnt.targets[6] && learnt.targets[6] < learnt.targets[5])
    }

    @Test func keepTheBestOfManyTrials() {
        var history = TrialHistory(dimensions: 1, objectives: 1)
        for trial in 0..<3_000 {
            let row = history.begin(trial, Configuration([.float(0)]), at: [0])
            history.finish(row, .complete([Double((trial * 7) % 3_000)]))
        }
        let learnt = ForestTargets(history, seed: 1, trial: 0)
        #expect(learnt.rows.count == ForestTargets.rowLimit)
        #expect(learnt.rows == learnt.rows.sorted())
        let kept = Set(learnt.rows)
        #expect((0..<3_000).filter { ($0 * 7) % 3_000 < 250 }.allSatisfy { kept.contains($0) })
    }
}
