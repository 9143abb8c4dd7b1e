import Testing
import TunedNumerics
import TunedSpace
@testable import TunedSearch

/// What is kept so that a promotion costs little decides nothing: the plain way comes to the same.
@Suite struct ReportEconomyTests {
    /// A judge that keeps the extrapolations of pruned trials, and one that makes them anew whenever it is asked.
    @Test(arguments: [1, 2], 1...8 as ClosedRange<UInt64>)
    func keptExtrapolationsSayWhatFreshOnesDo(_ objectives: Int, _ seed: UInt64) throws {
        let problem = PrunerProblem(objectives: objectives, fidelity: FidelityRange(low: 1, high: 20), folds: 1 + Int(seed % 2))
        var settings = MethodSettings(["startup": 2, "probability": 0.4], of: "curve", as: "pruner")
        var keeping = try CurveJudge(problem, &settings)
        let plain = keeping
        var field = ReportField(problem)
        var random = CounterRandom(seed: seed, trial: 0)
        var objections = 0
        func observe(_ observation: PrunerObservation) {
            field.observe(observation)
            keeping.observe(observation, field)
        }
        for trial in 0..<60 {
            // Every seventh is taken up again, and pruned once more with other curves.
            for number in trial % 7 == 6 ? [trial, trial - 3] : [trial] {
                observe(.began(trial: number, budget: nil))
                let level = (0..<objectives).map { _ in random.uniform() }
                let length = 3 + random.index(below: 16)
                for fold in 0..<problem.folds {
                    for step in 1...length {
                        let losses = level.map { random.uniform() < 0.01 ? .infinity : $0 + 1 / Double(step) + 0.05 * random.uniform() }
                        observe(.reported(trial: number, fold: fold, step: Int64(step), losses: losses))
                    }
                }
                observe(.ended(trial: number, trial % 4 == 0 ? .complete(level) : .pruned))
            }
            for other in 0...trial {
                let (kept, fresh) = (keeping.objection(to: other, field)?(), plain.objection(to: other, field)?())
                #expect(kept == fresh, "seed \(seed), trial \(other) after \(trial)")
                if kept != nil { objections += 1 }
            }
        }
        #expect(objections > 100)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func ranksAreThoseOfTheWholeOrder(_ seed: UInt64) {
        var random = CounterRandom(seed: seed, trial: 0)
        var ranking = ParetoRanking()
        var losses: [Int: [Double]] = [:]
        for row in 0..<50 {
            // Few values, so that many are equal.
            losses[row] = [Double(random.index(below: 6)), random.uniform() < 0.1 ? .infinity : Double(random.index(below: 6))]
            ranking.insert(row, losses[row] ?? [])
            if row % 5 == 4 {
                ranking.remove(row - 2)
                losses[row - 2] = nil
            }
            func dominators(_ own: [Double]) -> Int { losses.values.count { Losses.dominates($0, own) } }
            let own = [Double(random.index(below: 6)), Double(random.index(below: 6))]
            #expect(ranking.ahead(of: own) == losses.values.count { dominators($0) < dominators(own) })
            for limit in [0, 1, 3, losses.count / 2, losses.count, 80] {
                let best = ranking.best(limit)
                for other in 0...row { #expect(ranking.isAmong(best: limit, other) == best.contains(other), "seed \(seed), \(other) of \(limit)") }
            }
        }
    }
}
