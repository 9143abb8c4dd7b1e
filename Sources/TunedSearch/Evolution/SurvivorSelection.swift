package import TunedNumerics

/// Chooses who may have children.
package protocol SurvivorSelection: Sendable {
    /// - Parameter pool: the parents of a generation and its children.
    /// - Returns: at most `count` of them, the best first.
    mutating func survivors(of pool: Contestants, count: Int, _ random: inout CounterRandom) -> [Survivor]
}

package struct Survivor: Hashable, Sendable {
    package let row: Int
    /// The lower one wins a tournament; between equal ones the draw decides.
    package let place: Int
}

/// By fronts, and within the one that does not fit whole the least crowded (K. Deb et al. 2002, NSGA-II, section III-C).
/// With one objective that is by value, the newer first of two equal ones: a population on a plateau drifts.
package struct CrowdingSelection: SurvivorSelection {
    package init() {}

    package mutating func survivors(of pool: Contestants, count: Int, _ random: inout CounterRandom) -> [Survivor] {
        var survivors: [Survivor] = []
        var place = 0
        for front in pool.fronts() {
            let distances = distances(front, pool)
            let order = front.indices.sorted { a, b in
                distances[a] != distances[b] ? distances[a] > distances[b] : pool.rows[front[a]] > pool.rows[front[b]]
            }
            for (index, member) in order.enumerated() {
                if survivors.count == count { return survivors }
                if index > 0, distances[member] != distances[order[index - 1]] { place += 1 }
                survivors.append(Survivor(row: pool.rows[front[member]], place: place))
            }
            place += 1
        }
        return survivors
    }

    private func distances(_ front: [Int], _ pool: Contestants) -> [Double] {
        guard pool.objectives > 1, let first = front.first, pool.levels[first].kind == .feasible else {
            return Array(repeating: 0, count: front.count)
        }
        return CrowdingDistance.distances(count: front.count, objectives: pool.objectives) { pool.value(front[$0], $1) }
    }
}
