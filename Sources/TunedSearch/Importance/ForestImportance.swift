import TunedNumerics
import TunedSpace

/// fANOVA (F. Hutter et al. 2014: An efficient approach for assessing hyperparameter importance): the variance of a
/// random forest over the whole space, divided among the parameters (their algorithm 2), each tree by itself, then
/// averaged.
///
/// Values beyond median + 4 (median - best) count as that, so that a few that diverged do not explain everything. A
/// parameter with conditions is taken to be active in the share of the trials in which it was, independently of the
/// others, and its own effect is the variance over its active values.
struct ForestImportance {
    static let settings = RandomForest.Settings(trees: 32, columnShare: 0.8, leafSize: 1, sampleLimit: 1_000)

    let effects: [Importance.Effect]

    init(_ trials: AnalysedTrials, interactions: Bool) {
        let columns = ForestColumns(trials.axes)
        let rows = trials.ranked[..<trials.completeCount]
        let forest = RandomForest(
            columns, rows: rows.flatMap { columns.row(of: trials.history.coordinates(of: $0)) },
            targets: ForestTargets.clipped(rows.map(trials.value)), settings: Self.settings
        ) { CounterRandom(seed: 0, trial: UInt64($0), stream: RandomStream.bootstrap) }

        let active = columns.axes.map { axis in
            let count = trials.ranked.count { !trials.coordinate(of: $0, along: axis).isNaN }
            return Double(count) / Double(trials.ranked.count)
        }
        let firsts = interactions ? 0..<columns.count : 0..<0
        let pairs = firsts.flatMap { first in (first + 1..<max(first + 1, columns.count)).map { (first, $0) } }
        var main = [Double](repeating: 0, count: columns.count)
        var joint = [Double](repeating: 0, count: pairs.count)
        for tree in forest.roots.indices {
            let marginals = TreeMarginals(forest, tree: tree, active: active)
            guard marginals.variance > 0 else { continue }
            for column in main.indices { main[column] += marginals.mainEffect(of: column) / marginals.variance }
            for (index, pair) in pairs.enumerated() {
                joint[index] += marginals.interaction(pair.0, pair.1) / marginals.variance
            }
        }
        effects =
            main.indices.map { Importance.Effect(axes: [columns.axes[$0]], size: main[$0]) }
            + joint.indices.map {
                Importance.Effect(axes: [columns.axes[pairs[$0].0], columns.axes[pairs[$0].1]], size: joint[$0])
            }
    }
}
