import Testing
import TunedSearch
import TunedSpace

/// Successive halving in all its forms, on the tables of the papers and on promotions made by hand.
@Suite struct RungPrunerTests {
    private func make(_ name: String, _ settings: [String: JSONValue] = [:], objectives: Int = 1, high: Double = 81) throws -> any Pruner {
        try PrunerRegistry.make(
            name: name, settings: settings, problem: PrunerProblem(objectives: objectives, fidelity: FidelityRange(low: 1, high: high)))
    }

    private func stand(_ pruner: inout any Pruner, _ trial: Int, _ budget: Double, _ losses: [Double]) {
        pruner.observe(.began(trial: trial, budget: budget))
        pruner.observe(.reached(trial: trial, budget: budget, losses: losses))
    }

    // MARK: Asynchronous

    @Test func promotesByAlgorithm2() throws {
        var pruner = try make("asha")
        #expect(pruner.firstBudget(of: 0) == 1)
        for (trial, loss) in [0.3, 0.1].enumerated() { stand(&pruner, trial, 1, [loss]) }
        #expect(pruner.promotion() == nil, "of two trials a third is none")
        stand(&pruner, 2, 1, [0.2])
        #expect(pruner.promotion() == Promotion(trial: 1, budget: 3, reason: "among the best 1 of 3 at budget 1"))
        pruner.observe(.began(trial: 1, budget: 3))
        #expect(pruner.promotion() == nil)
        for trial in 3..<6 { stand(&pruner, trial, 1, [0.25 + 0.1 * Double(trial)]) }
        #expect(pruner.promotion()?.trial == 2)
        pruner.observe(.began(trial: 2, budget: 3))
        pruner.observe(.reached(trial: 2, budget: 3, losses: [0.15]))
        pruner.observe(.reached(trial: 1, budget: 3, losses: [0.05]))
        #expect(pruner.promotion() == nil)
        // A new best: three stand at 3 then, and one of these goes on before anyone else.
        stand(&pruner, 6, 1, [0.01])
        #expect(pruner.promotion()?.trial == 6)
        pruner.observe(.began(trial: 6, budget: 3))
        pruner.observe(.reached(trial: 6, budget: 3, losses: [0.5]))
        #expect(pruner.promotion() == Promotion(trial: 1, budget: 9, reason: "among the best 1 of 3 at budget 3"))
    }

    @Test func othersMoveUpWhenLeadersFail() throws {
        var pruner = try make("asha")
        for (trial, loss) in [0.1, 0.2, 0.3, 0.4].enumerated() { stand(&pruner, trial, 1, [loss]) }
        pruner.observe(.began(trial: 0, budget: 3))
        #expect(pruner.promotion() == nil)
        pruner.observe(.ended(trial: 0, .failed))
        #expect(pruner.promotion()?.trial == 1)
        // One that stood, and was said to be pruned, is none the worse for it.
        pruner.observe(.ended(trial: 1, .pruned))
        #expect(pruner.promotion()?.trial == 1)
        pruner.observe(.ended(trial: 2, .cancelled))
        #expect(pruner.promotion() == nil)
    }

    @Test func finishesTheBestOfFew() throws {
        var pruner = try make("asha", high: 9)
        stand(&pruner, 0, 1, [0.2])
        stand(&pruner, 1, 1, [0.1])
        #expect(pruner.promotion() == nil)
        pruner.observe(.closing)
        #expect(pruner.promotion()?.trial == 1)
        pruner.observe(.began(trial: 1, budget: 3))
        #expect(pruner.promotion() == nil)
        pruner.observe(.reached(trial: 1, budget: 3, losses: [0.1]))
        #expect(pruner.promotion()?.budget == nil && pruner.promotion()?.trial == 1)
        pruner.observe(.began(trial: 1, budget: nil))
        pruner.observe(.ended(trial: 1, .complete([0.1])))
        #expect(pruner.promotion() == nil)
    }

    @Test func whatIsNotFiniteStays() throws {
        var pruner = try make("asha")
        for trial in 0..<9 { stand(&pruner, trial, 1, [trial == 5 ? 1e300 : .nan]) }
        #expect(pruner.promotion()?.trial == 5)
        pruner.observe(.began(trial: 5, budget: 3))
        #expect(pruner.promotion() == nil)
    }

    @Test func severalObjectivesByRankThenCrowding() throws {
        var pruner = try make("asha", objectives: 2)
        // Two fronts; the ends of the first are the least crowded.
        for (trial, losses) in [[5.0, 5], [2, 2], [1, 3], [2.1, 1.9], [3, 1], [6, 6]].enumerated() { stand(&pruner, trial, 1, losses) }
        #expect(pruner.promotion()?.trial == 2)
        pruner.observe(.began(trial: 2, budget: 3))
        #expect(pruner.promotion()?.trial == 4)
        pruner.observe(.began(trial: 4, budget: 3))
        #expect(pruner.promotion() == nil)
    }

    @Test(arguments: [
        (1.0, 81.0, 3, "1, 3, 9, 27, 81"), (1, 100, 3, "1, 3, 9, 27, 100"), (1, 200, 3, "1, 3, 9, 27, 81, 200"), (0.5, 4, 2, "0.5, 1, 2, 4"), (7, 7, 3, "7"),
        (100, 1000, 10, "100, 1000"),
    ])
    func rungs(_ low: Double, _ high: Double, _ eta: Int64, _ shown: String) throws {
        let pruner = try PrunerRegistry.make(
            name: "asha", settings: ["reduction": .integer(eta)], problem: PrunerProblem(fidelity: FidelityRange(low: low, high: high)))
        #expect(pruner.explanation.hasSuffix("at budgets \(shown)"), "\(pruner.explanation)")
    }

    @Test func leavesOutTheLowestRungs() throws {
        #expect(try make("asha", ["rate": 2]).firstBudget(of: 0) == 9)
        #expect(try make("asha", ["rate": 40]).firstBudget(of: 0) == nil)
        #expect(try make("asha", ["min": 5]).firstBudget(of: 0) == 5)
        #expect(throws: SearchError.self) { try make("asha", ["min": 100]) }
        #expect(throws: SearchError.self) { try make("asha", ["reduction": 1]) }
        #expect(throws: SearchError.self) { try make("asha", ["mode": "halt"]) }
    }

    // MARK: In step

    /// By budget, how many runs there were to it.
    private func runs(_ lab: PrunerLab) -> [Double: Int] {
        var runs: [Double: Int] = [:]
        for case .began(_, let budget) in lab.observations { runs[budget ?? 81, default: 0] += 1 }
        return runs
    }

    private func firsts(_ lab: PrunerLab) -> [Double: Int] {
        var (seen, firsts): (Set<Int>, [Double: Int]) = ([], [:])
        for case .began(let trial, let budget) in lab.observations where seen.insert(trial).inserted { firsts[budget ?? 81, default: 0] += 1 }
        return firsts
    }

    private func lab(_ named: String) throws -> PrunerLab {
        var lab = try PrunerLab(named, high: 81) { trial, fold, step in [PrunerConformanceTests.decay(trial, fold, step)] }
        lab.recordsAnswers = false
        return lab
    }

    @Test(arguments: [1, 6])
    func successiveHalving(_ workers: Int) throws {
        var lab = try lab("sha")
        lab.run(162, workers: workers)
        #expect(lab.problems.isEmpty)
        #expect(runs(lab) == [1: 162, 3: 54, 9: 18, 27: 6, 81: 2])
    }

    /// Table 1 of Li et al. 2018, R = 81, eta = 3.
    @Test func hyperband() throws {
        var lab = try lab("hyperband?pace=in-step")
        lab.run(128, workers: 5)
        #expect(lab.problems.isEmpty)
        #expect(firsts(lab) == [1: 81, 3: 27, 9: 9, 27: 6, 81: 5])
        #expect(runs(lab) == [1: 81, 3: 27 + 27, 9: 9 + 9 + 9, 27: 3 + 3 + 3 + 6, 81: 1 + 1 + 1 + 2 + 5])
    }

    @Test func hyperbandSharesTrialsOutEvenly() throws {
        let pruner = try make("hyperband")
        var counts: [Double: Int] = [:]
        for trial in 0..<1_280 { counts[pruner.firstBudget(of: trial) ?? 81, default: 0] += 1 }
        for (budget, share) in [(1.0, 810), (3, 270), (9, 90), (27, 60), (81, 50)] {
            #expect(abs((counts[budget] ?? 0) - share) <= 3, "\(counts)")
        }
    }

    @Test func aRungWaitsForAllButThoseThatAreOverdue() throws {
        var pruner = try make("sha", ["trials": 3], high: 9)
        for trial in 0..<3 { pruner.observe(.began(trial: trial, budget: pruner.firstBudget(of: trial))) }
        pruner.observe(.reached(trial: 0, budget: 1, losses: [0.2]))
        pruner.observe(.reached(trial: 1, budget: 1, losses: [0.3]))
        #expect(pruner.promotion() == nil)
        pruner.observe(.overdue(trial: 2))
        #expect(pruner.promotion()?.trial == 0)
        pruner.observe(.began(trial: 0, budget: 3))
        // Too late for its rung, but better than the one that went on.
        pruner.observe(.reached(trial: 2, budget: 1, losses: [0.1]))
        #expect(pruner.promotion()?.trial == 2)
    }

    @Test func aFailedMemberIsReplaced() throws {
        var pruner = try make("sha", ["trials": 3], high: 9)
        for trial in 0..<3 { pruner.observe(.began(trial: trial, budget: 1)) }
        pruner.observe(.ended(trial: 1, .failed))
        for (trial, loss) in [(0, 0.1), (2, 0.2)] { pruner.observe(.reached(trial: trial, budget: 1, losses: [loss])) }
        #expect(pruner.promotion() == nil, "a new trial at the lowest rung comes first")
        pruner.observe(.began(trial: 3, budget: 1))
        pruner.observe(.reached(trial: 3, budget: 1, losses: [0.3]))
        #expect(pruner.promotion()?.trial == 0)
        pruner.observe(.began(trial: 0, budget: 3))
        pruner.observe(.ended(trial: 0, .failed))
        #expect(pruner.promotion()?.trial == 2, "by the next best above it")
    }

    /// No slot is idle while a rung waits for its last trials; what is further on goes first.
    @Test func theNextBracketFillsWhileARungWaits() throws {
        var pruner = try make("hyperband", ["pace": "in-step"], high: 9)
        for trial in 0..<9 {
            #expect(pruner.firstBudget(of: trial) == 1)
            pruner.observe(.began(trial: trial, budget: 1))
        }
        for trial in 9..<12 {
            #expect(pruner.mayBegin && pruner.firstBudget(of: trial) == 3, "the second bracket has three trials")
            pruner.observe(.began(trial: trial, budget: 3))
        }
        #expect(pruner.firstBudget(of: 12) == nil, "those of the third are trained in full at once")
        for trial in 0..<8 { pruner.observe(.reached(trial: trial, budget: 1, losses: [Double(trial)])) }
        #expect(pruner.promotion() == nil)
        for trial in 9..<12 { pruner.observe(.reached(trial: trial, budget: 3, losses: [Double(trial)])) }
        #expect(pruner.promotion() == Promotion(trial: 9, budget: nil, reason: "among the best 1 of 3 at budget 3"))
        var other = pruner
        pruner.observe(.reached(trial: 8, budget: 1, losses: [8]))
        #expect(pruner.promotion() == Promotion(trial: 0, budget: 3, reason: "among the best 3 of 9 at budget 1"), "older brackets go first")
        // One that failed is replaced in its own bracket, before another one begins.
        other.observe(.ended(trial: 8, .failed))
        #expect(other.firstBudget(of: 12) == 1)
        other.observe(.began(trial: 12, budget: 1))
        #expect(other.firstBudget(of: 13) == nil)
        other.observe(.reached(trial: 12, budget: 1, losses: [0.5]))
        #expect(other.promotion()?.trial == 0)
    }
}
