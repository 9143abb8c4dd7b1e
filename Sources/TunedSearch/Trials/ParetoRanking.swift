/// Ranks complete trials of several objectives: by the number of trials that dominate each (C. M. Fonseca and P. J.
/// Fleming 1993), which can be kept as trials come in; within the rank that does not fit whole, by crowding distance
/// (K. Deb et al. 2002, NSGA-II, section III-B).
struct ParetoRanking: Sendable {
    /// Rows of complete trials, in the order in which they finished, the number of trials that dominate each, and their
    /// values side by side: every new trial is compared with all of them.
    private var rows: [Int] = []
    private var dominators: [Int] = []
    private var values: [Double] = []

    /// Costs one comparison with each complete trial.
    mutating func insert(_ row: Int, in history: TrialHistory) {
        let own = compare(row, history, change: 1)
        rows.append(row)
        dominators.append(own)
        values += history.values(of: row)
    }

    mutating func remove(_ row: Int, in history: TrialHistory) {
        guard let index = rows.firstIndex(of: row) else { return }
        rows.remove(at: index)
        dominators.remove(at: index)
        values.removeSubrange(index * history.objectives..<(index + 1) * history.objectives)
        _ = compare(row, history, change: -1)
    }

    /// Counts a trial among the dominators of those that it dominates, or no longer.
    /// - Returns: how many dominate it.
    private mutating func compare(_ row: Int, _ history: TrialHistory, change: Int) -> Int {
        let objectives = history.objectives
        let (count, own) = (rows.count, Array(history.values(of: row)))
        var found = 0
        values.withUnsafeBufferPointer { values in
            dominators.withUnsafeMutableBufferPointer { dominators in
                var start = 0
                for index in 0..<count {
                    var (isWorse, isBetter) = (false, false)
                    for objective in 0..<objectives {
                        let (theirs, ours) = (values[start + objective], own[objective])
                        isWorse = isWorse || theirs > ours
                        isBetter = isBetter || theirs < ours
                    }
                    if isBetter != isWorse {
                        if isBetter { found += 1 } else { dominators[index] += change }
                    }
                    start += objectives
                }
            }
        }
        return found
    }

    /// The best trials, at most so many.
    func best(_ count: Int, in history: TrialHistory) -> [Int] {
        guard count > 0 else { return [] }
        let boundary = boundary(count)
        let better = rows.indices.filter { dominators[$0] < boundary }
            .sorted { (dominators[$0], rows[$0]) < (dominators[$1], rows[$1]) }.map { rows[$0] }
        let tied = rows.indices.filter { dominators[$0] == boundary }.map { rows[$0] }.sorted()
        return better + (tied.isEmpty ? [] : Self.leastCrowded(tied, count - better.count, history))
    }

    /// The number of dominators of the first trial that does not fit; one that none has where all fit. Found by counting:
    /// nearly all trials are far behind, and need no order.
    private func boundary(_ count: Int) -> Int {
        guard count < rows.count else { return .max }
        var trials = [Int](repeating: 0, count: rows.count)
        for number in dominators { trials[number] += 1 }
        var sum = 0
        for (number, size) in trials.enumerated() {
            sum += size
            if sum > count { return number }
        }
        return .max
    }

    private static func leastCrowded(_ tied: [Int], _ count: Int, _ history: TrialHistory) -> [Int] {
        let distances = CrowdingDistance.distances(count: tied.count, objectives: history.objectives) {
            history.values[tied[$0] * history.objectives + $1]
        }
        let order = tied.indices.sorted { (-distances[$0], tied[$0]) < (-distances[$1], tied[$1]) }
        return order.prefix(count).map { tied[$0] }
    }
}
