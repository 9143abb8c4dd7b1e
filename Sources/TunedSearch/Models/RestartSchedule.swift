import Glibc
import TunedNumerics

/// BIPOP (N. Hansen 2009: Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed, section 2.1): restarts with a population
/// that doubles alternate with ones of a small population and a small step, so that both have had the same number of trials.
struct RestartSchedule: Sendable {
    struct Run: Sendable, Equatable {
        var population: Int
        var stepSize: Double
    }

    /// What the populations are multiples of.
    private let usual: Run
    private let seed: UInt64
    private var doublings = 0
    private var isLarge = true
    private var largeTrials = 0
    private var smallTrials = 0

    init(usual: Run, seed: UInt64) { (self.usual, self.seed) = (usual, seed) }

    /// The run that follows one which took so many trials.
    /// - Parameter number: counts the restarts, from 1 on.
    mutating func next(_ number: Int, after trials: Int) -> Run {
        // The first run counts for neither.
        if number > 1 {
            if isLarge { largeTrials += trials } else { smallTrials += trials }
        }
        isLarge = number == 1 || largeTrials <= smallTrials
        if isLarge {
            doublings = min(doublings + 1, 9)
            return Run(population: usual.population << doublings, stepSize: usual.stepSize)
        }
        var random = CounterRandom(seed: seed, trial: UInt64(number), stream: RandomStream.restarts)
        let (u, v) = (random.uniform(), random.uniform())
        let ratio = 0.5 * Double(1 << doublings)
        return Run(
            population: max(4, Int(Double(usual.population) * pow(ratio, u * u))), stepSize: usual.stepSize * pow(10, -2 * v))
    }
}
