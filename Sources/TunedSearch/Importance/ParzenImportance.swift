import TunedNumerics
import TunedSpace

/// PED-ANOVA (S. Watanabe et al. 2023: PED-ANOVA, arXiv 2304.10255): a parameter matters as much as its density among
/// the best tenth of the trials differs from that among all, by the Pearson divergence Σ (p/q - 1)² q on a grid of 50
/// points (their algorithm 1).
///
/// Three departures, so that a parameter without effect has a share near 0 in a small study, too. Both densities have
/// the bandwidth of the best trials (Scott's rule), and theirs is drawn towards that of all by the weight of one trial:
/// with bandwidths and priors of their own they would differ even where the best are a random draw. And what a random
/// draw of as many trials would give on average is taken off; sampling without replacement makes that (n - m) / (m (n -
/// 1)) Σ Var(k) / q, over the kernels k of all n trials, for m best ones.
///
/// A parameter that is active in a share α of all trials, and α' of the best, counts with its divergence among the
/// active ones, times α'² / α: that is the variance, over the active values, of the chance to be among the best.
struct ParzenImportance {
    static let bestShare = 0.1
    /// The best trials are at least so many.
    static let leastBest = 2
    static let gridPoints: UInt64 = 50

    let effects: [Importance.Effect]

    init(_ trials: AnalysedTrials) {
        let best = trials.best(share: Self.bestShare, least: Self.leastBest)
        effects = trials.axes.varyingAxes.map { axis in
            func places(_ rows: ArraySlice<Int>) -> [Double] {
                rows.map { trials.coordinate(of: $0, along: axis) }.filter { !$0.isNaN }
            }
            let (good, all) = (places(best), places(trials.ranked[...]))
            guard !good.isEmpty else { return Importance.Effect(axes: [axis], size: 0) }
            let grid = ImportanceGrid(trials.axes.axes[axis], bandwidthOf: good)
            let goodShare = Double(good.count) / Double(best.count)
            let allShare = Double(all.count) / Double(trials.ranked.count)
            let divergence = Self.divergence(of: grid.counts(good), from: grid.counts(all), grid)
            return Importance.Effect(axes: [axis], size: goodShare * goodShare / allShare * divergence)
        }
    }

    /// The Pearson divergence of the good from all, less what chance alone would give; at least 0.
    static func divergence(of good: [Double], from all: [Double], _ grid: ImportanceGrid) -> Double {
        let (m, n) = (good.reduce(0, +), all.reduce(0, +))
        guard m > 0, n > m else { return 0 }
        let share = m / (m + 1)
        var (divergence, chance) = (0.0, 0.0)
        for cell in 0..<grid.count {
            var (p, q, squares) = (0.0, 0.0, 0.0)
            for place in grid.neighbours(of: cell) where all[place] > 0 {
                let mass = grid.mass(of: place, in: cell)
                p += good[place] / m * mass
                q += all[place] / n * mass
                squares += all[place] / n * mass * mass
            }
            guard q > 1e-300 else { continue }
            let difference = share * (p - q)
            divergence += difference * difference / q
            chance += share * share * (n - m) / (m * (n - 1)) * max(0, squares - q * q) / q
        }
        return max(0, divergence - chance)
    }
}
