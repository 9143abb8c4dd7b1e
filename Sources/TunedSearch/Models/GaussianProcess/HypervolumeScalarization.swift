import Glibc
import TunedNumerics

/// Several objectives as one: the random scalarisations of D. Golovin and Q. Zhang (2020, arXiv 2006.04655, equation 2), whose expectation
/// over directions is the hypervolume.
struct HypervolumeScalarization {
    private let history: TrialHistory
    private let direction: [Double]
    private let low: [Double]
    private let width: [Double]

    /// - Parameter rows: those whose values give the objectives their units.
    init(_ history: TrialHistory, of rows: some Sequence<Int>, seed: UInt64, turn: Int) {
        self.history = history
        var random = CounterRandom(seed: seed, trial: UInt64(turn), stream: RandomStream.direction)
        let normals = (0..<history.objectives).map { _ in abs(random.normal()) + 1e-3 }
        let length = normals.reduce(0) { $0 + $1 * $1 }.squareRoot()
        direction = normals.map { $0 / length }
        let complete = rows.filter { history.standings[$0] == .complete }
        var (low, width) = ([Double](), [Double]())
        for objective in 0..<history.objectives {
            let values = complete.map { history.values[$0 * history.objectives + objective] }
            let least = values.min() ?? 0
            let range = (values.max() ?? 1) / 2 - least / 2
            low.append(least)
            width.append(range > 0 && range.isFinite ? range * 2 : 1)
        }
        (self.low, self.width) = (low, width)
    }

    /// The largest of the objectives' distances from the best seen, each in its own units and along the direction; a pruned trial counts
    /// as bad as the worst.
    func losses(of rows: [Int]) -> [Double] {
        rows.map { row in
            guard history.standings[row] != .pruned else { return 1 / (direction.min() ?? 1) }
            return (0..<history.objectives).map { objective in
                let value = (history.values[row * history.objectives + objective] - low[objective]) / width[objective]
                return min(max(value, 0), 1) / direction[objective]
            }.max() ?? 0
        }
    }
}
