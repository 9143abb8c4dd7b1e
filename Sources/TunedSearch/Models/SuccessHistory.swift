import Glibc
import TunedNumerics

/// The scale factors and crossover rates that led to better trials lately (R. Tanabe and A. Fukunaga 2014: Improving the search performance
/// of SHADE using linear population size reduction, section II-B).
struct SuccessHistory: Sendable {
    struct Success: Sendable {
        var scale: Double
        var crossover: Double
        /// By how much the trial was better; nil where there are no two values to compare.
        var gain: Double?
    }

    /// H.
    static let entries = 6
    private static let spread = 0.1

    /// M_F and M_CR; the latter nil for the terminal value ⊥, which stands for 0.
    private(set) var scales: [Double]
    private(set) var crossovers: [Double?]
    private var oldest = 0

    init(scale: Double = 0.5, crossover: Double = 0.5) {
        scales = Array(repeating: scale, count: Self.entries)
        crossovers = Array(repeating: crossover, count: Self.entries)
    }

    /// F from a Cauchy distribution, cut to (0, 1]; CR from a normal one, cut to [0, 1] (equations 1 and 2).
    func draw(_ random: inout CounterRandom) -> (scale: Double, crossover: Double) {
        let entry = random.index(below: Self.entries)
        var scale = 0.0
        // Below zero it is drawn anew; as a Cauchy variate about a positive number is positive in more than half of all cases, for long it
        // is not.
        for _ in 0..<64 where scale <= 0 { scale = scales[entry] + Self.spread * tan(.pi * (random.openUniform() - 0.5)) }
        let normal = random.normal()
        let crossover = crossovers[entry].map { min(max($0 + Self.spread * normal, 0), 1) } ?? 0
        return (scale > 0 ? min(scale, 1) : scales[entry], crossover)
    }

    /// Algorithm 1 and equations (3) to (6): the oldest entry becomes the Lehmer mean, weighted by the gains. A success without a gain counts
    /// like the mean of those that have one.
    mutating func learn(_ successes: [Success]) {
        guard !successes.isEmpty else { return }
        let gains = successes.compactMap(\.gain)
        let largest = gains.max() ?? 0
        let mean = largest > 0 ? gains.reduce(0) { $0 + $1 / largest } / Double(gains.count) : 1
        let weights = successes.map { success in success.gain.map { largest > 0 ? $0 / largest : 1 } ?? mean }
        func lehmer(_ values: [Double]) -> Double {
            let upper = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
            let lower = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
            return lower > 0 ? upper / lower : 0
        }
        scales[oldest] = lehmer(successes.map(\.scale))
        let isTerminal = crossovers[oldest] == nil || successes.allSatisfy { $0.crossover == 0 }
        crossovers[oldest] = isTerminal ? nil : lehmer(successes.map(\.crossover))
        oldest = (oldest + 1) % Self.entries
    }
}
