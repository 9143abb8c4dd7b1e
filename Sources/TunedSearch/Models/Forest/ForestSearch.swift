import TunedNumerics
import TunedSpace

/// Looks for the points that a model scores highest: random ones, and local searches from the best of them and from the best trials,
/// which go to the best of a point's neighbours until none is better (F. Hutter et al. 2011: Sequential model-based optimization
/// for general algorithm configuration, section 4.3). A neighbour differs in one parameter: in another category, or in a number
/// drawn around its own with a deviation of a fifth of the range, four of each; what this makes active is drawn anew.
struct ForestSearch {
    static let randomStarts = 5
    static let rounds = 10
    static let neighbours = 4
    static let deviation = 0.2

    let axes: ParzenAxes
    let model: ForestModel
    let candidates: Int

    private var width: Int { axes.axes.count }

    /// The points that were looked at and may be taken, from the best on; equal ones as they were found.
    func ranked(from incumbents: [[Double]], _ random: inout CounterRandom) -> [[Double]] {
        var found: [Double] = []
        for _ in 0..<candidates { found += draw(&random) }
        var scores = model.scores(of: found, axes: width)

        var starts = order(scores).prefix(Self.randomStarts).map { (point: point($0, found), score: scores[$0]) }
        let known = model.scores(of: incumbents.flatMap { $0 }, axes: width)
        starts += zip(incumbents, known).map { (point: $0, score: $1) }
        for start in starts { climb(from: start, &found, &scores, &random) }
        return order(scores).map { point($0, found) }
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

    private func draw(_ random: inout CounterRandom) -> [Double] {
        var point = [Double](repeating: .nan, count: width)
        complete(&point, &random)
        return point
    }

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

    private func neighbours(of point: [Double], _ random: inout CounterRandom) -> [Double] {
        var near: [Double] = []
        for index in axes.varyingAxes where !point[index].isNaN {
            let axis = axes.axes[index]
            // All other categories, where they are few.
            let others = axis.isCategorical && axis.categories <= Self.neighbours + 1
            for place in 0..<(others ? axis.categories - 1 : Self.neighbours) {
                var neighbour = point
                if axis.isCategorical {
                    let other = others ? place : random.index(below: axis.categories - 1)
                    neighbour[index] = Double(other < Int(point[index]) ? other : other + 1)
                } else {
                    let moved = point[index] + Self.deviation * random.normal()
                    neighbour[index] = axes.snapped(min(max(moved, 0), 1), index)
                }
                complete(&neighbour, &random)
                near += neighbour
            }
        }
        return near
    }
}
