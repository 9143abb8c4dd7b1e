/// The hypervolume indicator: the volume that points dominate within the box that a reference point bounds, all
/// objectives minimised (E. Zitzler and L. Thiele 1998). Exact.
///
/// Points that are not better than the reference in every objective, or not finite, add nothing. Two objectives cost
/// O(n log n) and three O(n log n) and at most O(n²), by a sweep along the last one; more of them go by the WFG algorithm
/// (L. While, L. Bradstreet and L. Barone 2012: A fast way of calculating exact hypervolumes), exponential in the number
/// of objectives at worst.
public enum Hypervolume {
    /// - Parameters:
    ///   - points: one coordinate an objective.
    ///   - reference: a point worse than all that count.
    /// - Precondition: the points have as many coordinates as the reference.
    /// - Returns: infinity where the volume is too large for a double; 0 without objectives.
    public static func volume(of points: [[Double]], reference: [Double]) -> Double {
        finite(BoxUnion(points.compactMap { gains($0, reference) }, dimensions: reference.count).volume())
    }

    /// What each point adds to the volume of the others: 0 for one that another one dominates or equals.
    ///
    /// Two objectives cost O(n log n); more of them n volumes of the parts of the boxes that overlap.
    ///
    /// - Precondition: as for ``volume(of:reference:)``.
    public static func contributions(of points: [[Double]], reference: [Double]) -> [Double] {
        var contributions = [Double](repeating: 0, count: points.count)
        let boxes = points.indices.compactMap { index in gains(points[index], reference).map { (index, $0) } }
        let union = BoxUnion(boxes.map(\.1), dimensions: reference.count)
        for (box, share) in union.contributions().enumerated() { contributions[boxes[box].0] = finite(share) }
        return contributions
    }

    /// A point as a box at the origin: what it is better by than the reference.
    private static func gains(_ point: [Double], _ reference: [Double]) -> [Double]? {
        precondition(point.count == reference.count)
        guard zip(point, reference).allSatisfy({ $0 < $1 && $0.isFinite && $1.isFinite }) else { return nil }
        return zip(point, reference).map { $1 - $0 }
    }

    /// Differences of infinite volumes are not a number.
    private static func finite(_ volume: Double) -> Double { volume.isNaN ? .infinity : volume }
}
