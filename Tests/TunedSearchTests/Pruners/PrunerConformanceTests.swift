import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

/// What every pruner has to keep. A population is none of so many trials, of which the best survives: ``PopulationPrunerTests`` are its own.
@Suite struct PrunerConformanceTests {
    static let pruners =
        PrunerRegistry.names.filter { $0 != "pbt" } + [
            "asha?mode=stop", "asha?rate=1", "asha?reduction=2", "hyperband?pace=in-step", "sha?trials=5", "patience?pruner=median", "percentile?percentile=80",
            "median?startup=0",
        ]

    /// Wilcoxon's test needs folds; the others take them as they come.
    static func folds(_ named: String) -> Int { named.hasPrefix("wilcoxon") ? 8 : 1 }

    /// How good a trial is, the less the better: curves that do not cross.
    static func quality(_ trial: Int) -> Double {
        var random = CounterRandom(seed: 5, trial: UInt64(trial))
        return random.uniform()
    }

    static func decay(_ trial: Int, _ fold: Int, _ step: Int) -> Double {
        var random = CounterRandom(seed: 6, trial: UInt64(fold))
        return quality(trial) + 0.1 * random.uniform() + 1 / Double(step)
    }

    static func lab(_ named: String, objectives: Int = 1, high: Int? = nil) throws -> PrunerLab {
        let folds = folds(named)
        return try PrunerLab(named, objectives: objectives, folds: folds, high: high ?? (folds > 1 ? 3 : 27)) { trial, fold, step in
            (0..<objectives).map { $0 == 0 ? decay(trial, fold, step) : quality(trial + 100 * $0) + 1 / Double(step) }
        }
    }

    private func uneven(_ lab: inout PrunerLab) {
        lab.pace = { worker, trial in (1 + 0.7 * Double(worker)) * (0.5 + Self.quality(trial + 1_000)) * (trial % 17 == 16 ? 40 : 1) }
        lab.patience = 12
    }

    @Test(arguments: pruners, [1, 4, 7])
    func endsWithTheBestAtItsFullBudget(_ named: String, _ workers: Int) throws {
        var lab = try Self.lab(named)
        uneven(&lab)
        lab.fails = { trial, step in trial % 6 == 5 && step == 1 + trial % 4 }
        lab.run(50, workers: workers)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        let working = lab.trials.indices.filter { $0 % 6 != 5 }
        let best = try #require(working.min { Self.quality($0) < Self.quality($1) })
        #expect(lab.trials[best].state == .complete, "trial \(best)")
        #expect(lab.trials[best].verdicts == 0)
        #expect(lab.trials.allSatisfy { $0.state != .running })
    }

    @Test(arguments: pruners)
    func neverPrunesTheBestSoFar(_ named: String) throws {
        // Each trial is better than all before it.
        var lab = try PrunerLab(named, folds: Self.folds(named), high: Self.folds(named) > 1 ? 3 : 27) { trial, fold, step in
            [1 / Double(trial + 1) + 1 / Double(step) + 0.01 * Double(fold)]
        }
        lab.run(30, workers: 1)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        #expect(lab.trials.allSatisfy { $0.verdicts == 0 })
        #expect(lab.trials[29].state == .complete)
    }

    @Test(arguments: pruners)
    func isAPureFunctionOfWhatItSaw(_ named: String) throws {
        var lab = try Self.lab(named)
        uneven(&lab)
        lab.fails = { trial, step in trial % 9 == 5 && step == 2 }
        lab.run(25, workers: 3)
        var fresh = try pruner(named, lab.problem)
        var copy = fresh
        for (index, observation) in lab.observations.enumerated() {
            fresh.observe(observation)
            copy.observe(observation)
            if index % 7 == 0 { _ = (copy.promotion(), copy.mayBegin, copy.verdict(on: index % 25)) }
            if index % 50 == 0 { copy = fresh }
        }
        for trial in -1..<30 {
            #expect(fresh.verdict(on: trial) == lab.pruner.verdict(on: trial))
            #expect(fresh.firstBudget(of: trial) == lab.pruner.firstBudget(of: trial))
            #expect(copy.verdict(on: trial) == fresh.verdict(on: trial))
        }
        #expect(fresh.promotion() == lab.pruner.promotion())
        #expect(copy.promotion() == fresh.promotion())
        #expect(fresh.identity == lab.pruner.identity)
        var other = try Self.lab(named)
        uneven(&other)
        other.fails = lab.fails
        other.run(25, workers: 3)
        #expect(other.observations == lab.observations)
        #expect(other.answers == lab.answers)
    }

    @Test(arguments: pruners)
    func oneTrialAlone(_ named: String) throws {
        var lab = try Self.lab(named)
        lab.run(1, workers: 3)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        #expect(lab.trials.map(\.state) == [.complete])
    }

    @Test(arguments: pruners)
    func allFail(_ named: String) throws {
        var lab = try Self.lab(named)
        lab.fails = { _, step in step == 2 || step == 1 }
        lab.run(40, workers: 4)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        #expect(lab.trials.count == 40)
        #expect(lab.trials.allSatisfy { $0.state == .failed })
    }

    @Test(arguments: pruners, [0.5, .nan, .infinity, -.infinity, 1.7e308, -1.7e308])
    func equalValues(_ named: String, _ value: Double) throws {
        var lab = try PrunerLab(named, folds: Self.folds(named), high: 9) { _, _, _ in [value] }
        lab.run(30, workers: 4)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        #expect(lab.trials.count == 30)
        // What is not finite may be ended at once, and need not go on.
        guard value.isFinite else { return }
        #expect(lab.trials.contains { $0.state == .complete })
        if !named.hasPrefix("asha") { #expect(lab.trials.allSatisfy { $0.verdicts == 0 }) }
    }

    @Test(arguments: pruners, [2, 3])
    func severalObjectives(_ named: String, _ objectives: Int) throws {
        var lab = try Self.lab(named, objectives: objectives)
        lab.losses = { trial, fold, step in
            // Trial 20 dominates all others, all the time.
            let loss = trial == 20 ? -1.0 : 0
            return (0..<objectives).map { loss + Self.quality(trial + 100 * $0) + 1 / Double(step) }
        }
        uneven(&lab)
        lab.run(40, workers: 4)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        #expect(lab.trials[20].state == .complete)
        #expect(lab.trials[20].verdicts == 0)
        // Those that are dominated by nearly all are found out.
        if ["asha", "hyperband", "median", "percentile", "sha"].contains(named) {
            #expect(lab.trials.contains { $0.state == .pruned || $0.state == .standing })
        }
    }

    @Test(arguments: pruners)
    func severalFolds(_ named: String) throws {
        var lab = try PrunerLab(named, folds: 6, high: 9, losses: { trial, fold, step in [Self.decay(trial, fold, step)] })
        uneven(&lab)
        lab.run(30, workers: 3)
        #expect(lab.problems.isEmpty, "\(lab.problems.prefix(3))")
        let best = try #require(lab.trials.indices.min { Self.quality($0) < Self.quality($1) })
        #expect(lab.trials[best].state == .complete)
    }

    @Test(arguments: pruners)
    func takesNothingFromStrangers(_ named: String) throws {
        var lab = try Self.lab(named)
        var plain = try Self.lab(named)
        lab.run(12, workers: 2)
        plain.run(12, workers: 2)
        for trial in [-1, 0, 500, .max] {
            for step in [-5, 0, 3, .max] as [Int64] {
                lab.observe(.reported(trial: trial, fold: 0, step: step, losses: [-100]))
                lab.observe(.reported(trial: trial, fold: 77, step: step, losses: [-100]))
                lab.observe(.reported(trial: trial, fold: -1, step: step, losses: []))
            }
            lab.observe(.foldEnded(trial: trial, fold: 0, losses: [-100]))
            lab.observe(.overdue(trial: trial))
            guard trial != 0 else { continue }
            lab.observe(.reached(trial: trial, budget: 3, losses: [-100]))
            lab.observe(.ended(trial: trial, .complete([-100])))
        }
        for trial in 0..<12 { #expect(lab.pruner.verdict(on: trial) == plain.pruner.verdict(on: trial)) }
        #expect(lab.pruner.promotion() == plain.pruner.promotion())
        #expect(lab.pruner.verdict(on: 500) == .goOn)
    }

    /// Anything in any order: no crash, no promotion of what runs, is complete or failed, and the same answers again.
    @Test(arguments: pruners, 1...6 as ClosedRange<UInt64>)
    func survivesRandomSequences(_ named: String, _ seed: UInt64) throws {
        var random = CounterRandom(seed: seed, trial: 0)
        let folds = Self.folds(named)
        let problem = PrunerProblem(objectives: 1 + Int(seed % 2), fidelity: FidelityRange(low: 0.5, high: 30), folds: folds)
        var pruner = try pruner(named, problem)
        var again = pruner
        var states: [Int: PrunerLab.Trial.State] = [:]
        let values = [0, 1, 0.5, -3, .nan, .infinity, -.infinity, 1e308]
        for turn in 0..<600 {
            let trial = random.index(below: 12)
            let losses = (0..<[problem.objectives, problem.objectives, 5][random.index(below: 3)]).map { _ in
                random.uniform() < 0.3 ? values[random.index(below: values.count)] : random.uniform()
            }
            let budget = [nil, 0.5, 1.5, 4.5, 7, 100][random.index(below: 6)]
            let observation: PrunerObservation
            switch random.index(below: 10) {
            case 0, 1: observation = .began(trial: trial, budget: budget)
            case 2, 3, 4: observation = .reported(trial: trial, fold: random.index(below: folds), step: Int64(random.index(below: 40)) - 2, losses: losses)
            case 5: observation = .foldEnded(trial: trial, fold: random.index(below: folds), losses: losses)
            case 6: observation = .reached(trial: trial, budget: budget ?? 2, losses: losses)
            case 7: observation = .ended(trial: trial, [.complete(losses), .pruned, .failed, .cancelled][random.index(below: 4)])
            case 8: observation = .overdue(trial: trial)
            default: observation = turn > 400 ? .closing : .overdue(trial: -1)
            }
            switch observation {
            case .began: states[trial] = .running
            case .reached: if states[trial] == .running { states[trial] = .standing }
            case .ended(_, .complete): if states[trial] == .running { states[trial] = .complete }
            case .ended(_, .pruned): if states[trial] == .running || states[trial] == .standing { states[trial] = .pruned }
            case .ended: if states[trial] == .running || states[trial] == .standing { states[trial] = .failed }
            default: break
            }
            pruner.observe(observation)
            again.observe(observation)
            let promotion = pruner.promotion()
            #expect(promotion == again.promotion(), "seed \(seed), turn \(turn)")
            if let promotion { #expect([.standing, .pruned].contains(states[promotion.trial]), "seed \(seed), turn \(turn): \(promotion)") }
            #expect(pruner.verdict(on: trial) == again.verdict(on: trial))
            if states[trial] != .running { #expect(pruner.verdict(on: trial) == .goOn, "seed \(seed), turn \(turn)") }
        }
    }

    @Test(arguments: pruners)
    func explainsItself(_ named: String) throws {
        let pruner = try Self.lab(named).pruner
        #expect(!pruner.explanation.isEmpty && !pruner.explanation.contains("\n"))
        #expect(PrunerRegistry.names.contains(pruner.identity.name))
    }
}
