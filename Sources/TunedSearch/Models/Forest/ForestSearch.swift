import TunedNumerics
import TunedSpace

/// Looks for the points that a model scores highest: random ones, and local searches from the best of them and from the
/// best trials, which go to the best of a point's neighbours until none is better (F. Hutter et al. 2011: Sequential
/// model-based optimization for general algorithm configuration, section 4.3). A neighbour differs in one parameter: in
/// another category, or in a number drawn around its own with a deviation of a fifth of the range, four of each; what
/// this makes active is drawn anew.
struct ForestSearch {
    static let rounds = 10
    static let neighbours = 4
    static let deviation = 0.2

    private let axes: ParzenAxes
    private let model: ForestModel
    /// Random points.
    private let candidates: Int
    /// Whether the activity of others depends on an axis.
    private let isParent: [Bool]

    init(_ axes: ParzenAxes, _ model: ForestModel, candidates: Int) {
        self.axes = axes
        self.model = model
        self.candidates = candidates
        var isParent = [Bool](repeating: false, count: axes.axes.count)
        for axis in axes.axes { for condition in axis.conditions { isParent[condition.parent] = true } }
        self.isParent = isParent
    }

    private var width: Int { axes.axes.count }

    /// The best of all points that were looked at, and that are free; of equal ones the first.
    /// - Parameter incumbents: the best trials; half as many of the random points are searched from, too.
    func best(from incumbents: [[Double]], _ random: inout CounterRandom, where isFree: ([Double]) -> Bool) -> [Double]? {
        var found: [Double] = []
        found.reserveCapacity(width * candidates)
        for _ in 0..<candidates {
            var point = [Double](repeating: .nan, count: width)
            complete(&point, &random)
            found += point
        }
        var scores = model.scores(of: found, axes: width)
        var starts = order(scores).prefix((incumbents.count + 1) / 2).map { (point: point($0, found), score: scores[$0]) }
        let known = model.scores(of: incumbents.flatMap { $0 }, axes: width)
        starts += zip(incumbents, known).map { (point: $0, score: $1) }
        for start in starts { climb(from: start, &found, &scores, &random) }
        for index in order(scores) {
            let point = point(index, found)
            if isFree(point) { return point }
        }
        return nil
    }

    private func climb(
        from start: (point: [Double], score: Double), _ found: inout [Double], _ scores: inout [Double],
        _ random: inout CounterRandom
    ) {
        var current = start
        for _ in 0..<Self.rounds {
            let near = neighbours(of: current.point, &random)
            let values = model.scores(of: near, axes: width)
            guard let best = values.indices.max(by: { values[$0] < values[$1] }) else { return }
            // All are kept: the best of them may be one that was tried already.
            found += near
            scores += values
            guard values[best] > current.score else { return }
            current = (point(best, near), values[best])
        }
    }

    private func order(_ scores: [Double]) -> [Int] {
        scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    }

    private func point(_ index: Int, _ points: [Double]) -> [Double] { Array(points[index * width..<(index + 1) * width]) }

    // MARK: Points

    /// Gives what the conditions make active a coordinate, and takes it from all else.
    private func complete(_ point: inout [Double], _ random: inout CounterRandom) {
        for axis in axes.space.order {
            if !axes.isActive(axis, at: point) {
                point[axis] = .nan
            } else if point[axis].isNaN {
                point[axis] = axes.snapped(random.uniform(), axis)
            }
        }
    }

    /// One after the other.
    private func neighbours(of point: [Double], _ random: inout CounterRandom) -> [Double] {
        var near: [Double] = []
        near.reserveCapacity(axes.varyingAxes.count * Self.neighbours * width)
        for index in axes.varyingAxes where !point[index].isNaN {
            let categories = axes.axes[index].categories
            // All other categories, where they are few.
            let areAll = categories > 0 && categories <= Self.neighbours + 1
            for place in 0..<(areAll ? categories - 1 : Self.neighbours) {
                let coordinate: Double
                if categories > 0 {
                    let other = areAll ? place : random.index(below: categories - 1)
                    coordinate = Double(other < Int(point[index]) ? other : other + 1)
                } else {
                    let moved = point[index] + Self.deviation * random.normal()
                    coordinate = axes.snapped(min(max(moved, 0), 1), index)
                }
                if isParent[index] {
                    var neighbour = point
                    neighbour[index] = coordinate
                    complete(&neighbour, &random)
                    near += neighbour
                } else {
                    near += point
                    near[near.count - width + index] = coordinate
                }
            }
        }
        return near
    }
}
