import Glibc
import TunedNumerics
import TunedSpace

/// What a Parzen sampler has learnt about a group of parameters, from the trials that had them: the densities of the good, of the
/// other, and of the failed ones.
///
/// It costs about the same whatever the number of trials n: the order of the trials is kept, not made anew; at most
/// `goodLimit` of them are good; and the densities of the others and of the failed are estimated from a sample of at
/// most `sampleLimit` of them, drawn without replacement: those of the lowest priority, a random number that belongs to
/// the trial. At any point the sampled density differs from the whole one by more than K √(ln(2/δ) / 2m · (1 -
/// (m-1)/n)) with a chance below δ, where m is the size of the sample and K the height of a kernel (R. J. Serfling
/// 1974: Probability inequalities for the sum in sampling without replacement, corollary 1.1). Trials that still run
/// are all among the others (the constant liar), so that parallel suggestions keep apart.
struct ParzenModel: Sendable {
    static let goodLimit = 64
    static let sampleLimit = 256

    private struct Priority: Comparable, Sendable {
        let random: UInt64
        let row: Int

        static func < (a: Priority, b: Priority) -> Bool { (a.random, a.row) < (b.random, b.row) }
    }

    let group: ParzenGroup
    private let seed: UInt64
    private let goodShare: Double
    private let isMultiObjective: Bool
    /// Finished trials from the best on; of several objectives only those that are not complete.
    private var ranked = OrderedList<TrialRank>()
    private var pareto = ParetoRanking()
    private var finished = OrderedList<Priority>()
    private var failures = OrderedList<Priority>()
    private var pending: [Int] = []
    /// Finished trials that stand for all that are not good.
    private var sample: [Int] = []
    private var goodRows: [Int] = []
    /// Of each row, whether it is among those.
    private var isGood: [Bool] = []
    private(set) var parts: [ParzenPart]
    /// Which densities do not follow the trials yet.
    private var outdated = Outdated.none

    private enum Outdated { case none, rest, all }

    init(_ group: ParzenGroup, objectives: Int, seed: UInt64, goodShare: Double) {
        self.seed = seed
        self.goodShare = goodShare
        isMultiObjective = objectives > 1
        self.group = group
        parts = group.parts.map(ParzenPart.init)
    }

    /// The model of a history, made without any former one.
    init(of history: TrialHistory, _ group: ParzenGroup, seed: UInt64, goodShare: Double) {
        self.init(group, objectives: history.objectives, seed: seed, goodShare: goodShare)
        let rows = (0..<history.count).filter { group.has($0, of: history) }
        let complete = rows.filter { history.standings[$0] == .complete }
        let behind = rows.filter { history.standings[$0] == .pruned || history.standings[$0] == .infeasible }
        if isMultiObjective { for row in complete { pareto.insert(row, history.values(of: row)) } }
        ranked = OrderedList((isMultiObjective ? behind : complete + behind).map { TrialRank(row: $0, in: history) })
        finished = OrderedList((complete + behind).map(priority))
        failures = OrderedList(rows.filter { history.standings[$0] == .failed }.map(priority))
        pending = rows.filter { history.standings[$0] == .pending }
        refresh(history)
    }

    private func priority(of row: Int) -> Priority {
        var random = CounterRandom(seed: seed, trial: UInt64(row), stream: RandomStream.priority)
        return Priority(random: random.next(), row: row)
    }

    // MARK: Trials

    /// A trial's standing is about to change: forgets what it was. The history still has the old standing.
    mutating func forget(_ row: Int, _ standing: TrialHistory.Standing, _ history: TrialHistory) {
        guard group.has(row, of: history) else { return }
        switch standing {
        case .complete, .pruned, .infeasible:
            if isMultiObjective, standing == .complete {
                pareto.remove(row)
            } else {
                ranked.remove(TrialRank(row: row, in: history))
            }
            finished.remove(priority(of: row))
        case .failed: failures.remove(priority(of: row))
        case .pending: pending.removeAll { $0 == row }
        case .cancelled: break
        }
    }

    /// A trial has its first standing, or a new one after ``forget(_:_:_:)``. The densities follow with ``settle(_:)``.
    mutating func learn(_ row: Int, isNew: Bool = false, _ history: TrialHistory) {
        guard group.has(row, of: history) else { return }
        switch history.standings[row] {
        case .complete, .pruned, .infeasible:
            if isMultiObjective, history.standings[row] == .complete {
                pareto.insert(row, history.values(of: row))
            } else {
                ranked.insert(TrialRank(row: row, in: history))
            }
            finished.insert(priority(of: row))
        case .failed: failures.insert(priority(of: row))
        case .pending: pending.insert(row, at: pending.firstIndex { $0 > row } ?? pending.count)
        case .cancelled: break
        }
        outdated = isNew && outdated != .all ? .rest : .all
    }

    // MARK: Densities

    /// Makes the densities those of the trials that were learnt. Only who looks at them pays for it, not each result of many.
    mutating func settle(_ history: TrialHistory) {
        switch outdated {
        case .none: return
        case .rest: refreshRest(history)
        case .all: refresh(history)
        }
        outdated = .none
    }

    private mutating func refresh(_ history: TrialHistory) {
        let goodCount = min(Self.goodLimit, Int((goodShare * Double(finished.count)).rounded(.up)))
        for row in goodRows { isGood[row] = false }
        goodRows = bestRows(goodCount, history)
        isGood += Array(repeating: false, count: history.count - isGood.count)
        for row in goodRows { isGood[row] = true }
        let weights = improvements(goodRows, history)
        for part in parts.indices { parts[part].good.update(rows: goodRows, weights: weights, history: history) }
        sample = finished.first(Self.sampleLimit) { !isGood[$0.row] }.map(\.row)
        refreshRest(history)
        let failedSample = failures.first(Self.sampleLimit).map(\.row)
        let failedWeight = Double(failures.count) / Double(max(failedSample.count, 1))
        let failedWeights = Array(repeating: failedWeight, count: failedSample.count)
        for part in parts.indices { parts[part].failed.update(rows: failedSample, weights: failedWeights, history: history) }
    }

    /// All that a trial changes which begins.
    private mutating func refreshRest(_ history: TrialHistory) {
        let weight = Double(finished.count - goodRows.count) / Double(max(sample.count, 1))
        let rows = sample + pending
        let weights = Array(repeating: weight, count: sample.count) + Array(repeating: 1, count: pending.count)
        for part in parts.indices { parts[part].rest.update(rows: rows, weights: weights, history: history) }
    }

    private func bestRows(_ count: Int, _ history: TrialHistory) -> [Int] {
        let best = isMultiObjective ? pareto.best(count) : []
        return best + ranked.first(count - best.count).map(\.row)
    }

    /// Weights of the good trials by their improvement over the best one that is not among them (the weights by expected
    /// improvement of S. Watanabe 2023, arXiv 2304.11127), so scaled that the mean is about 1. Equal ones where there is
    /// nothing to compare.
    private func improvements(_ rows: [Int], _ history: TrialHistory) -> [Double] {
        let equal = [Double](repeating: 1, count: rows.count)
        let complete = rows.filter { history.standings[$0] == .complete }.count
        guard !isMultiObjective, complete > 0, let threshold = threshold(after: rows, complete, history) else { return equal }
        // Halves, so that the difference of two large numbers stays finite.
        let gains = rows.indices.map { index in
            index < complete ? max(0, threshold / 2 - history.values[rows[index]] / 2) : 0
        }
        let largest = gains.max() ?? 0
        guard largest > 0 else { return equal }
        let total = gains.reduce(0) { $0 + $1 / largest }
        // Each keeps a share, so that a trial on the threshold, or one that is not complete, still counts as good.
        return gains.map { Self.leastWeight + (1 - Self.leastWeight) * $0 / largest / total * Double(rows.count) }
    }

    private static let leastWeight = 0.1

    private func threshold(after rows: [Int], _ complete: Int, _ history: TrialHistory) -> Double? {
        let next = ranked.first(rows.count + 1).last
        if let next, next.row != rows.last, next.level == .complete { return next.primary }
        return rows.indices.contains(complete - 1) ? history.values[rows[complete - 1]] : nil
    }
}
