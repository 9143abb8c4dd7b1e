import Glibc
import TunedNumerics

/// What a forest learns in place of the values of the trials: they are scaled so that the good ones differ from each
/// other as much as the bad ones do.
///
/// Of one objective the target is log(y - min + (median - min) / 10), standardised. It is that of SMAC3 (log y) where
/// the best value is near 0, and means the same wherever the values lie and whatever their unit. Several objectives are
/// brought to one by the augmented Chebyshev norm with weights of the trial's own (J. Knowles 2006: ParEGO, section
/// III).
///
/// Pruned trials are in the worse half of the complete ones, spread over it by their rank. Failed ones are not here at
/// all.
struct ForestTargets: Sendable {
    /// Rows of the history, each with its target.
    private(set) var rows: [Int] = []
    private(set) var targets: [Double] = []
    /// The rows of the best complete trials, from the best on.
    private(set) var incumbents: [Int] = []

    /// A forest learns from at most so many trials: the best quarter of the number, and a random sample of the others.
    /// It bounds the cost of a suggestion.
    static let rowLimit = 1_000
    static let incumbentLimit = 10
    private static let augmentation = 0.05

    init(_ history: TrialHistory, seed: UInt64, trial: Int) {
        let complete = (0..<history.count).filter { history.standings[$0] == .complete }
        let values =
            history.objectives == 1
            ? complete.map { history.values[$0] } : Self.scalarized(history, complete, seed: seed, trial: trial)
        let targets = Self.transformed(values)
        let order = complete.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        incumbents = order.prefix(Self.incumbentLimit).map { complete[$0] }

        let behind = (0..<history.count).filter { history.standings[$0] == .pruned || history.standings[$0] == .infeasible }
            .map { TrialRank(row: $0, in: history) }.sorted()
        let ranked = order.map { (row: complete[$0], target: targets[$0]) }
        let worse = ranked.isEmpty ? [-1, 1] : ranked[(ranked.count / 2)...].map(\.target)
        let rest = behind.enumerated().map { place, rank in
            (row: rank.row, target: ScottBandwidth.quantile((Double(place) + 0.5) / Double(behind.count), worse))
        }
        if ranked.isEmpty { incumbents = behind.prefix(Self.incumbentLimit).map(\.row) }
        let kept = Self.thinned(ranked + rest, best: Self.rowLimit / 4, seed: seed, row: \.row)
        rows = kept.map(\.row)
        self.targets = kept.map(\.target)
    }

    /// The first so many, and those of the others whose random number, which belongs to the row, is the lowest; in the
    /// order of the rows.
    static func thinned<Item>(_ items: [Item], best: Int, seed: UInt64, row: (Item) -> Int) -> [Item] {
        var kept = items
        if items.count > rowLimit {
            let others = items[best...].map { item in
                var random = CounterRandom(seed: seed, trial: UInt64(row(item)), stream: RandomStream.priority)
                return (priority: random.next(), item: item)
            }
            let sample = others.sorted { ($0.priority, row($0.item)) < ($1.priority, row($1.item)) }
            kept = items[..<best] + sample.prefix(rowLimit - best).map(\.item)
        }
        return kept.sorted { row($0) < row($1) }
    }

    // MARK: Scales

    static func transformed(_ values: [Double]) -> [Double] {
        let distances = distances(values)
        let logarithms = distances.map { log(max($0 + 0.1, .leastNonzeroMagnitude)) }
        let mean = logarithms.reduce(0) { $0 + $1 / Double(logarithms.count) }
        let variance = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / Double(logarithms.count) }
        return variance > 0 ? logarithms.map { ($0 - mean) / variance.squareRoot() } : values.map { _ in 0 }
    }

    /// Values as distances from the best, in units of the median's; none beyond 5.
    static func clipped(_ values: [Double]) -> [Double] { distances(values).map { min($0, 5) } }

    private static func distances(_ values: [Double]) -> [Double] {
        let sorted = values.sorted()
        guard let low = sorted.first, let high = sorted.last, low < high else { return values.map { _ in 0 } }
        // Quarters, so that the difference of two large numbers, and a little more, stays finite.
        let median = sorted[sorted.count / 2] / 4 - low / 4
        let unit = median > 0 ? median : high / 4 - low / 4
        guard unit > 0 else { return values.map { _ in 0 } }
        return values.map { min(($0 / 4 - low / 4) / unit, 1e300) }
    }

    private static func scalarized(_ history: TrialHistory, _ rows: [Int], seed: UInt64, trial: Int) -> [Double] {
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.weights)
        let draws = (0..<history.objectives).map { _ in -log(random.openUniform()) }
        let total = draws.reduce(0, +)
        var largest = [Double](repeating: -.infinity, count: rows.count)
        var sums = [Double](repeating: 0, count: rows.count)
        for objective in 0..<history.objectives {
            let scaled = clipped(rows.map { history.values[$0 * history.objectives + objective] })
            for index in rows.indices {
                let weighted = draws[objective] / total * scaled[index]
                largest[index] = max(largest[index], weighted)
                sums[index] += weighted
            }
        }
        return rows.indices.map { largest[$0] + augmentation * sums[$0] }
    }
}
