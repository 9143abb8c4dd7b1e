import Testing
import TunedNumerics
import TunedSearch
import Glibc

/// What pruning is for: the same result for less, and no worker idle. The clock is simulated.
@Suite struct PrunerEconomyTests {
    @Test(arguments: ["asha", "hyperband", "sha", "sha?trials=3", "hyperband?pace=in-step"])
    func unevenWorkersStayBusy(_ named: String) throws {
        var lab = try PrunerLab(named, high: 81) { trial, fold, step in [PrunerConformanceTests.decay(trial, fold, step)] }
        lab.recordsAnswers = false
        lab.pace = { worker, trial in (1 + Double(worker % 5)) * (0.3 + PrunerConformanceTests.quality(trial + 77)) }
        lab.run(100_000, workers: 16, until: 2_000)
        #expect(lab.problems.isEmpty)
        #expect(lab.idle == 0, "\(lab.idle) of \(16 * lab.clock)")
        #expect(lab.clock > 1_000)
    }

    /// Curves that cross: an end, a start above it, and how fast one becomes the other.
    private static func curve(_ trial: Int, _ step: Int, seed: UInt64) -> Double {
        var random = CounterRandom(seed: seed, trial: UInt64(trial))
        let (end, start, rate) = (random.uniform(), random.uniform(), 0.5 + random.uniform())
        var noise = CounterRandom(seed: seed, trial: UInt64(trial), stream: UInt32(step + 1))
        return end + (0.5 + start) * exp(-rate * log(Double(step) + 1)) + 0.005 * noise.normal()
    }

    @Test(arguments: ["asha", "hyperband", "sha"])
    func reachesRandomSearchsBestEarlier(_ named: String) throws {
        var ratios: [Double] = []
        for seed in 1...10 as ClosedRange<UInt64> {
            var time: [Double] = []
            var goal = -Double.infinity
            for pruner in ["none", named] {
                var lab = try PrunerLab(pruner, high: 81) { trial, _, step in [Self.curve(trial, step, seed: seed)] }
                lab.recordsAnswers = false
                // The same work for both, at most; to reach the best of 100 trials at the full budget.
                lab.run(pruner == "none" ? 100 : 100_000, workers: 8, until: 100 * 81 / 8)
                if pruner == "none" { goal = lab.results.map(\.loss).min() ?? goal }
                time.append(lab.results.first { $0.loss <= goal }?.busy ?? lab.busy)
            }
            // Where the best came in the order of trials is luck: all of random search's time counts.
            ratios.append(time[1] / (100 * 81))
        }
        let median = ratios.sorted()[5]
        print("\(named): \(ratios.sorted())")
        #expect(median < (named == "asha" ? 1.0 / 3 : 0.6))
    }
}
