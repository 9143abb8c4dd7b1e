/// How far each of some points is from its neighbours, summed over the objectives, each by its range (K. Deb et al.
/// 2002: A fast and elitist multiobjective genetic algorithm: NSGA-II, section III-B). The ends are infinitely far.
package enum CrowdingDistance {
    /// - Parameter value: of a point in `0..<count` and an objective.
    package static func distances(count: Int, objectives: Int, value: (_ point: Int, _ objective: Int) -> Double) -> [Double] {
        var distances = [Double](repeating: 0, count: count)
        for objective in 0..<objectives {
            // Equal values in the order of the points.
            let order = (0..<count).map { (value: value($0, objective), point: $0) }.sorted {
                $0.value != $1.value ? $0.value < $1.value : $0.point < $1.point
            }
            guard let first = order.first, let last = order.last else { return [] }
            let range = last.value - first.value
            distances[first.point] = .infinity
            distances[last.point] = .infinity
            guard range > 0, range.isFinite else { continue }
            for place in order.indices.dropFirst().dropLast() {
                distances[order[place].point] += (order[place + 1].value - order[place - 1].value) / range
            }
        }
        return distances
    }
}
