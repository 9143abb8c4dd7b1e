/// Ranks trials of several objectives: by the number of trials that dominate each (C. M. Fonseca and P. J.
/// Fleming 1993), which can be kept as trials come in; within the rank that does not fit whole, by crowding distance
/// (K. Deb et al. 2002, NSGA-II, section III-B).
struct ParetoRanking: Sendable {
    /// Rows of the trials, in the order in which they came in, the number of trials that dominate each, and their
    /// values side by side: every new trial is compared with all of them.
    private var rows: [Int] = []
    private var dominators: [Int] = []
    private var values: [Double] = []

    /// Costs one comparison with each complete trial.
    mutating func insert(_ row: Int, _ losses: some Collection<Double>) {
        let losses = Array(losses)
        let own = compare(losses, change: 1)
        rows.append(row)
        dominators.append(own)
        values += losses
    }

    mutating func remove(_ row: Int) {
        guard let index = rows.firstIndex(of: row) else { return }
        let places = index * objectives..<(index + 1) * objectives
        let losses = Array(values[places])
        rows.remove(at: index)
        dominators.remove(at: index)
        values.removeSubrange(places)
        _ = compare(losses, change: -1)
    }

    var count: Int { rows.count }

    private var objectives: Int { rows.isEmpty ? 0 : values.count / rows.count }

    /// How many of the trials fewer trials dominate than would dominate a further one.
    func ahead(of losses: [Double]) -> Int {
        let own = dominators(of: losses)
        return dominators.count { $0 < own }
    }

    private func dominators(of own: [Double]) -> Int {
        var (found, start) = (0, 0)
        values.withUnsafeBufferPointer { values in
            while start < values.count {
                var (isWorse, isBetter) = (false, false)
                for objective in own.indices {
                    let (theirs, ours) = (values[start + objective], own[objective])
                    isWorse = isWorse || theirs > ours
                    isBetter = isBetter || theirs < ours
                }
                if isBetter && !isWorse { found += 1 }
                start += own.count
            }
        }
        return found
    }

    /// Counts a trial among the dominators of those that it dominates, or no longer.
    /// - Returns: how many dominate it.
    private mutating func compare(_ own: [Double], change: Int) -> Int {
        let (count, objectives) = (rows.count, own.count)
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

    /// Whether ``best(_:)`` has a trial; only a rank that does not fit whole has to be put in order for that.
    func isAmong(best count: Int, _ row: Int) -> Bool {
        guard count > 0, let index = rows.firstIndex(of: row) else { return false }
        let boundary = boundary(count)
        return dominators[index] == boundary ? best(count).contains(row) : dominators[index] < boundary
    }

    /// The best trials, at most so many.
    func best(_ count: Int) -> [Int] {
        guard count > 0 else { return [] }
        let boundary = boundary(count)
        let better = rows.indices.filter { dominators[$0] < boundary }
            .sorted { (dominators[$0], rows[$0]) < (dominators[$1], rows[$1]) }.map { rows[$0] }
        let tied = rows.indices.filter { dominators[$0] == boundary }.sorted { rows[$0] < rows[$1] }
        return better + (tied.isEmpty ? [] : leastCrowded(tied, count - better.count))
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

    /// - Parameter tied: places, in the order of their rows.
    private func leastCrowded(_ tied: [Int], _ count: Int) -> [Int] {
        let objectives = objectives
        let distances = CrowdingDistance.distances(count: tied.count, objectives: objectives) { values[tied[$0] * objectives + $1] }
        let order = tied.indices.sorted { (-distances[$0], rows[tied[$0]]) < (-distances[$1], rows[tied[$1]]) }
        return order.prefix(count).map { rows[tied[$0]] }
    }
}
