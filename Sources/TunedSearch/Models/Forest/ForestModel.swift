import Glibc
import TunedNumerics
import TunedSpace

/// What a forest sampler makes of its trials: how much better than the best a point may be, and whether it works out.
///
/// Trials that still run are learnt with the mean that a first forest predicts for them. A second one tells from all
/// ended trials the chance that a configuration neither fails nor breaks a constraint; a leaf of n trials counts for it like n + 1, of which
/// one is as all of them together.
struct ForestModel: Sendable {
    private let columns: ForestColumns
    private let forest: RandomForest
    private let working: RandomForest?
    private let workingShare: Double
    /// The lowest mean at a trial that ended: what there is to beat.
    let best: Double

    /// - Precondition: `learnt` has a row at least.
    init(
        _ columns: ForestColumns, _ history: TrialHistory, _ learnt: ForestTargets, trees: Int, seed: UInt64, trial: Int
    ) {
        self.columns = columns
        func numbers(_ stream: UInt32) -> (Int) -> CounterRandom {
            { CounterRandom(seed: seed, trial: UInt64(trial), stream: stream + UInt32($0)) }
        }
        func coded(_ rows: [Int]) -> [Double] { rows.flatMap { columns.row(of: history.coordinates(of: $0)) } }

        let settings = RandomForest.Settings(trees: trees, columnShare: Self.columnShare)
        let rows = coded(learnt.rows)
        var forest = RandomForest(
            columns, rows: rows, targets: learnt.targets, settings: settings, random: numbers(RandomStream.bootstrap))
        let pending = (0..<history.count).filter { history.standings[$0] == .pending }
        if !pending.isEmpty {
            let running = coded(pending)
            forest = RandomForest(
                columns, rows: rows + running, targets: learnt.targets + forest.means(of: running, count: pending.count),
                settings: settings, random: numbers(RandomStream.bootstrap))
        }
        best = forest.means(of: rows, count: learnt.rows.count).min() ?? 0
        self.forest = forest

        let ended = (0..<history.count).filter { history.standings[$0].isInformative }
        func isBroken(_ row: Int) -> Bool { history.standings[row] == .failed || history.standings[row] == .infeasible }
        let failed = ended.count(where: isBroken)
        workingShare = (Double(ended.count - failed) + 1) / (Double(ended.count) + 2)
        guard failed > 0 else {
            working = nil
            return
        }
        let sample = ForestTargets.thinned(ended, best: 0, seed: seed, row: { $0 })
        working = RandomForest(
            columns, rows: coded(sample), targets: sample.map { isBroken($0) ? 0 : 1 },
            settings: settings, random: numbers(RandomStream.bootstrapOfFailures))
    }

    static let columnShare = 0.7
    /// A point about which all trees agree is still not certain: where little is left to gain, that keeps the chance to
    /// fail from being outweighed by any doubt at all. In standard deviations of the targets.
    private static let leastDeviation = 0.1

    /// log expected improvement + log P(works out), of points with a coordinate for each axis, one after the other.
    func scores(of points: [Double], axes: Int) -> [Double] {
        let count = points.count / axes
        var coded = [Double](repeating: 0, count: count * columns.count)
        for index in 0..<count {
            for column in 0..<columns.count {
                coded[index * columns.count + column] = columns.coded(points[index * axes + columns.axes[column]], column)
            }
        }
        var scores = [Double](repeating: 0, count: count)
        forest.predict(coded, count: count) { index, mean, variance in
            scores[index] = LogImprovement.expected(
                mean: mean, deviation: max(variance.squareRoot(), Self.leastDeviation), best: best)
        }
        if let working {
            working.leaves(coded, count: count) { index, share, trials in
                scores[index] += log((share * trials + workingShare) / (trials + 1))
            }
        }
        return scores
    }
}
