import TunedSpace

/// How a forest sees a point of ``ParzenAxes``: one column for each parameter that varies. A number is its place in
/// [0, 1], or -1 where it is inactive, which a split at ``inactiveThreshold`` tells from all active ones; a category is
/// its index, an inactive one the index after the last. So the inactive ones are a branch of their own.
struct ForestColumns: Sendable {
    static let inactive = -1.0
    static let inactiveThreshold = -0.5

    /// The axis of each column.
    let axes: [Int]
    /// The number of categories of each column, the inactive one among them; 0 for a number.
    let categories: [Int]

    var count: Int { axes.count }

    init(_ space: ParzenAxes) {
        axes = space.varyingAxes
        categories = axes.map { space.axes[$0].isCategorical ? space.axes[$0].categories + 1 : 0 }
    }

    /// For tests and for models over other things than a space.
    init(categories: [Int]) {
        axes = Array(categories.indices)
        self.categories = categories
    }

    @inline(__always)
    func coded(_ coordinate: Double, _ column: Int) -> Double {
        if !coordinate.isNaN { return coordinate }
        return categories[column] > 0 ? Double(categories[column] - 1) : Self.inactive
    }

    /// The row of a point, which has a coordinate for each axis.
    func row(of point: some RandomAccessCollection<Double>) -> [Double] {
        axes.indices.map { coded(point[point.index(point.startIndex, offsetBy: axes[$0])], $0) }
    }
}
