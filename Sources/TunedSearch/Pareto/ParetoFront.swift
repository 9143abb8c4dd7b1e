/// Points of several objectives, all of them minimised: which are worth having.
public enum ParetoFront {
    /// Whether the first point is nowhere worse and somewhere better. False where either has a NaN.
    ///
    /// - Precondition: equally many coordinates.
    public static func dominates(_ a: [Double], _ b: [Double]) -> Bool {
        precondition(a.count == b.count)
        var isBetter = false
        for (x, y) in zip(a, b) {
            if !(x <= y) { return false }
            if x < y { isBetter = true }
        }
        return isBetter
    }

    /// The points that no other one dominates.
    ///
    /// Equal points are all on the front; one with a NaN is not. Two objectives cost O(n log n), more of them O(n log n
    /// + n f), where f is the size of the front.
    ///
    /// - Parameter points: one coordinate an objective.
    /// - Precondition: all have equally many coordinates.
    /// - Returns: their indices, ascending.
    public static func indices(of points: [[Double]]) -> [Int] {
        guard let dimensions = points.first?.count else { return [] }
        precondition(points.allSatisfy { $0.count == dimensions })
        // Whatever dominates a point comes before it.
        let order = points.indices.filter { !points[$0].contains(where: \.isNaN) }.sorted { a, b in
            for (x, y) in zip(points[a], points[b]) where x != y { return x < y }
            return a < b
        }
        return (dimensions == 2 ? swept(order, points) : compared(order, points)).sorted()
    }

    private static func swept(_ order: [Int], _ points: [[Double]]) -> [Int] {
        var front: [Int] = []
        for index in order {
            if let last = front.last, points[index][1] >= points[last][1], points[index] != points[last] { continue }
            front.append(index)
        }
        return front
    }

    private static func compared(_ order: [Int], _ points: [[Double]]) -> [Int] {
        var front: [Int] = []
        for index in order where !front.contains(where: { dominates(points[$0], points[index]) }) { front.append(index) }
        return front
    }
}
