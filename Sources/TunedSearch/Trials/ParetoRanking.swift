/// Ranks complete trials of several objectives: by the number of trials that dominate each (C. M. Fonseca and P. J.
/// Fleming 1993), which can be kept as trials come in; within the rank that does not fit whole, by crowding distance
/// (K. Deb et al. 2002, NSGA-II, section III-B).
struct ParetoRanking: Sendable {
    /// Rows of complete trials, in the order in which they finished, and the number of trials that dominate each.
    private var rows: [Int] = []
    private var dominators: [Int] = []

    /// Costs one comparison with each complete trial.
    mutating func insert(_ row: Int, in history: TrialHistory) {
        var own = 0
        for index in rows.indices {
            if Self.dominates(rows[index], row, history) { own += 1 }
            if Self.dominates(row, rows[index], history) { dominators[index] += 1 }
        }
        rows.append(row)
        dominators.append(own)
    }

    mutating func remove(_ row: Int, in history: TrialHistory) {
        guard let index = rows.firstIndex(of: row) else { return }
        rows.remove(at: index)
        dominators.remove(at: index)
        for index in rows.indices where Self.dominates(row, rows[index], history) { dominators[index] -= 1 }
    }

    /// The best trials, at most so many.
    func best(_ count: Int, in history: TrialHistory) -> [Int] {
        let order = rows.indices.sorted { (dominators[$0], rows[$0]) < (dominators[$1], rows[$1]) }
        guard count < order.count else { return order.map { rows[$0] } }
        let boundary = dominators[order[count]]
        let better = order.filter { dominators[$0] < boundary }.map { rows[$0] }
        let tied = order.filter { dominators[$0] == boundary }.map { rows[$0] }
        return better + Self.leastCrowded(tied, count - better.count, history)
    }

    private static func dominates(_ a: Int, _ b: Int, _ history: TrialHistory) -> Bool {
        var isBetter = false
        for (x, y) in zip(history.values(of: a), history.values(of: b)) {
            if x > y { return false }
            if x < y { isBetter = true }
        }
        return isBetter
    }

    private static func leastCrowded(_ tied: [Int], _ count: Int, _ history: TrialHistory) -> [Int] {
        var distances = [Double](repeating: 0, count: tied.count)
        for objective in 0..<history.objectives {
            func value(_ index: Int) -> Double { history.values[tied[index] * history.objectives + objective] }
            let order = tied.indices.sorted { (value($0), $0) < (value($1), $1) }
            guard let first = order.first, let last = order.last else { return [] }
            let range = value(last) - value(first)
            distances[first] = .infinity
            distances[last] = .infinity
            guard range > 0, range.isFinite else { continue }
            for place in order.indices.dropFirst().dropLast() {
                distances[order[place]] += (value(order[place + 1]) - value(order[place - 1])) / range
            }
        }
        let order = tied.indices.sorted { (-distances[$0], tied[$0]) < (-distances[$1], tied[$1]) }
        return order.prefix(count).map { tied[$0] }
    }
}
