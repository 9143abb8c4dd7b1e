import Testing
import TunedSearch
import TunedSpace

/// Pruners that judge reports, on values computed by hand.
@Suite struct ReportPrunerTests {
    private func make(_ named: String, _ settings: [String: JSONValue] = [:], objectives: Int = 1, folds: Int = 1, high: Double = 10) throws -> any Pruner {
        try PrunerRegistry.make(
            name: named, settings: settings,
            problem: PrunerProblem(objectives: objectives, fidelity: FidelityRange(low: 1, high: high), folds: folds))
    }

    private func isPruned(_ pruner: any Pruner, _ trial: Int) -> Bool { pruner.verdict(on: trial) != .goOn }

    private func begin(_ pruner: inout any Pruner, _ trial: Int) { pruner.observe(.began(trial: trial, budget: nil)) }

    private func report(_ pruner: inout any Pruner, _ trial: Int, _ step: Int64, _ loss: Double) {
        pruner.observe(.reported(trial: trial, fold: 0, step: step, losses: [loss]))
    }

    /// Trials from 0 on that run to their end, each with one loss a step.
    private func complete(_ pruner: inout any Pruner, _ curves: [[Double]]) {
        for (trial, curve) in curves.enumerated() {
            begin(&pruner, trial)
            for (step, loss) in curve.enumerated() { report(&pruner, trial, Int64(step + 1), loss) }
            pruner.observe(.foldEnded(trial: trial, fold: 0, losses: [curve[curve.count - 1]]))
            pruner.observe(.ended(trial: trial, .complete([curve[curve.count - 1]])))
        }
    }

    // MARK: Median and percentile

    @Test func medianOfTheBestSoFar() throws {
        var pruner = try make("median")
        // Best so far at step 2: 1, 2, 3, 4, 5; the third one's second value is worse than its first.
        complete(&pruner, [[1, 1], [9, 2], [3, 8], [4, 4], [9, 5]])
        begin(&pruner, 10)
        report(&pruner, 10, 2, 3)
        #expect(!isPruned(pruner, 10))
        report(&pruner, 10, 2, 3.01)
        #expect(isPruned(pruner, 10), "the last of repeated reports counts")
        #expect(pruner.verdict(on: 10) == .prune("3.01 at step 2 is above the median of 5 trials, 3"))
        report(&pruner, 10, 1, 2.9)
        #expect(!isPruned(pruner, 10), "an earlier step comes late, and is the best so far")
    }

    @Test func comparesAtTheLatestStepThatOthersHaveReached() throws {
        var pruner = try make("median", ["startup": 1])
        complete(&pruner, [[5, 4, 3]])
        begin(&pruner, 1)
        report(&pruner, 1, 3, 3.5)
        #expect(isPruned(pruner, 1))
        begin(&pruner, 2)
        report(&pruner, 2, 2, 3.9)
        report(&pruner, 2, 7, 3.8)
        #expect(!isPruned(pruner, 2), "nobody has reached step 7, and a step without anyone to compare with says nothing")
    }

    @Test func percentileInterpolates() throws {
        var pruner = try make("percentile", ["percentile": 25, "startup": 4])
        complete(&pruner, [[1], [2], [3], [4]])
        // The place 0.25 * 3 is between 1 and 2.
        begin(&pruner, 4)
        report(&pruner, 4, 1, 1.75)
        #expect(!isPruned(pruner, 4))
        report(&pruner, 4, 1, 1.76)
        #expect(isPruned(pruner, 4))
    }

    @Test func waitsForStartupAndWarmupAndInterval() throws {
        var pruner = try make("median", ["startup": 2, "warmup": 3, "interval": 4])
        complete(&pruner, [Array(repeating: 1, count: 12)])
        begin(&pruner, 5)
        report(&pruner, 5, 8, 100)
        #expect(!isPruned(pruner, 5), "one complete trial is not enough")
        complete(&pruner, [Array(repeating: 1, count: 12), Array(repeating: 2, count: 12)])
        begin(&pruner, 6)
        for step in 0...2 as ClosedRange<Int64> {
            report(&pruner, 6, step, 100)
            #expect(!isPruned(pruner, 6), "step \(step)")
        }
        report(&pruner, 6, 6, 100)
        #expect(isPruned(pruner, 6))
        begin(&pruner, 7)
        report(&pruner, 7, 4, 100)
        report(&pruner, 7, 3, 1)
        #expect(!isPruned(pruner, 7), "judged at step 3 until step 7")
    }

    @Test func percentileOfSeveralObjectives() throws {
        var pruner = try make("median", ["startup": 3], objectives: 2)
        for (trial, losses) in [[1.0, 4], [2, 3], [3, 2], [4, 1], [5, 5]].enumerated() {
            begin(&pruner, trial)
            pruner.observe(.reported(trial: trial, fold: 0, step: 1, losses: losses))
            pruner.observe(.ended(trial: trial, .complete(losses)))
        }
        // Dominated by none and by one: four have no dominator, the last has four.
        for (losses, isBehind) in [([2.5, 2.5], false), ([1.5, 3.5], false), ([2.1, 3.1], true), ([6, 6], true)] {
            begin(&pruner, 9)
            pruner.observe(.reported(trial: 9, fold: 0, step: 1, losses: losses))
            #expect(isPruned(pruner, 9) == isBehind, "\(losses)")
        }
    }

    @Test func foldsVote() throws {
        var pruner = try make("median", ["startup": 1], folds: 3)
        begin(&pruner, 0)
        for fold in 0..<3 { pruner.observe(.reported(trial: 0, fold: fold, step: 1, losses: [1])) }
        pruner.observe(.ended(trial: 0, .complete([1])))
        begin(&pruner, 1)
        pruner.observe(.reported(trial: 1, fold: 0, step: 1, losses: [0.5]))
        pruner.observe(.reported(trial: 1, fold: 1, step: 1, losses: [2]))
        #expect(!isPruned(pruner, 1))
        pruner.observe(.reported(trial: 1, fold: 2, step: 1, losses: [2]))
        #expect(isPruned(pruner, 1))
    }

    // MARK: Threshold and patience

    @Test func bounds() throws {
        var pruner = try make("threshold", ["lower": 0, "upper": 2, "warmup": 2])
        begin(&pruner, 0)
        for (step, loss, isOut) in [(1, 5.0, false), (2, 2, false), (3, 2.1, true), (4, -0.1, true), (5, 1, false), (6, .nan, true), (7, .infinity, true)] {
            report(&pruner, 0, Int64(step), loss)
            #expect(isPruned(pruner, 0) == isOut, "step \(step)")
        }
        #expect(throws: SearchError.self) { try make("threshold") }
        #expect(throws: SearchError.self) { try make("threshold", ["lower": 3, "upper": 2]) }
        #expect(throws: SearchError.self) { try make("threshold", ["upper": [1, 2]]) }
        #expect(throws: SearchError.self) { try make("threshold", ["upper": "much"]) }
    }

    @Test func boundsOfEachObjective() throws {
        var pruner = try make("threshold", ["upper": [1, 10]], objectives: 2)
        begin(&pruner, 0)
        pruner.observe(.reported(trial: 0, fold: 0, step: 1, losses: [0.5, 9]))
        #expect(!isPruned(pruner, 0))
        pruner.observe(.reported(trial: 0, fold: 0, step: 2, losses: [0.5, 11]))
        #expect(isPruned(pruner, 0))
    }

    @Test func patienceRunsOut() throws {
        var pruner = try make("patience", ["patience": 2, "tolerance": 0.1])
        begin(&pruner, 0)
        for (step, loss, isOver) in [(1, 1.0, false), (2, 1.2, false), (3, 1.3, false), (4, 1.05, false), (5, 2, false), (6, 2, false), (7, 2, true), (8, 0.9, false)] {
            report(&pruner, 0, Int64(step), loss)
            #expect(isPruned(pruner, 0) == isOver, "step \(step)")
        }
    }

    @Test func patienceWaitsForTheOther() throws {
        var pruner = try make("patience", ["patience": 1, "pruner": "median", "startup": 1])
        complete(&pruner, [[1, 1, 1, 1]])
        begin(&pruner, 1)
        for (step, loss, isOver) in [(1, 5.0, false), (2, 4, false), (3, 4.5, false), (4, 4.6, true)] {
            report(&pruner, 1, Int64(step), loss)
            #expect(isPruned(pruner, 1) == isOver, "step \(step)")
        }
        #expect(throws: SearchError.self) { try make("patience", ["pruner": "patience"]) }
        #expect(throws: SearchError.self) { try make("patience", ["startup": 3]) }
    }

    // MARK: Taking up again

    @Test func takesUpATrialThatTheFieldHasFallenBackTo() throws {
        var pruner = try make("asha", ["mode": "stop"], high: 9)
        for (trial, loss) in [0.1, 0.2, 0.3].enumerated() {
            begin(&pruner, trial)
            report(&pruner, trial, 1, loss)
            #expect(isPruned(pruner, trial) == (trial > 0))
            if trial > 0 { pruner.observe(.ended(trial: trial, .pruned)) }
        }
        #expect(pruner.promotion() == nil)
        pruner.observe(.ended(trial: 0, .failed))
        #expect(pruner.promotion()?.trial == 1)
        begin(&pruner, 1)
        #expect(pruner.promotion() == nil)
        // Once, by default.
        report(&pruner, 1, 3, 0.2)
        pruner.observe(.ended(trial: 1, .pruned))
        #expect(pruner.promotion() == nil)
        // Rung 0 has 0.2, 0.3 and grows: with six of them two go on.
        for trial in 5..<9 {
            begin(&pruner, trial)
            report(&pruner, trial, 1, 0.5)
            pruner.observe(.ended(trial: trial, .pruned))
        }
        #expect(pruner.promotion()?.trial == 2)
    }

    @Test func atTheEndThoseThatWereAheadOfTheBest() throws {
        var pruner = try make("median", ["startup": 3, "revive": 1])
        // The best one at its end began slowly.
        complete(&pruner, [[9, 0.1], [1, 1], [1, 1]])
        for (trial, loss) in [(5, 3.0), (6, 12), (7, 2)] {
            begin(&pruner, trial)
            report(&pruner, trial, 1, loss)
            #expect(isPruned(pruner, trial))
            pruner.observe(.ended(trial: trial, .pruned))
        }
        #expect(pruner.promotion() == nil)
        pruner.observe(.closing)
        #expect(pruner.promotion()?.trial == 7)
        begin(&pruner, 7)
        #expect(pruner.promotion()?.trial == 5)
        begin(&pruner, 5)
        #expect(pruner.promotion() == nil)
    }

    @Test func revivesNoneWhereThatIsUnwanted() throws {
        var pruner = try make("asha", ["mode": "stop", "revive": 0], high: 9)
        for (trial, loss) in [0.1, 0.2].enumerated() {
            begin(&pruner, trial)
            report(&pruner, trial, 1, loss)
        }
        pruner.observe(.ended(trial: 1, .pruned))
        pruner.observe(.ended(trial: 0, .failed))
        #expect(pruner.promotion() == nil)
    }

    // MARK: Many reports

    /// Any number of steps, in numbers of samples: the same decision as for epochs, at a bounded size.
    @Test(arguments: [1, 999, 1 << 40])
    func stepsOfAnySize(_ scale: Int64) throws {
        var pruner = try make("median", ["startup": 3])
        for trial in 0..<4 {
            begin(&pruner, trial)
            for step in 1...(2_000 as Int64) { report(&pruner, trial, step * scale, Double(trial) + 1 / Double(step)) }
            pruner.observe(.foldEnded(trial: trial, fold: 0, losses: [Double(trial)]))
            pruner.observe(.ended(trial: trial, .complete([Double(trial)])))
        }
        for (trial, loss) in [(10, 1.4), (11, 2.6)] {
            begin(&pruner, trial)
            for step in 1...(1_500 as Int64) { report(&pruner, trial, step * scale, loss) }
            #expect(isPruned(pruner, trial) == (loss > 2))
        }
        report(&pruner, 10, .max, 50)
        #expect(!isPruned(pruner, 10))
    }
}
