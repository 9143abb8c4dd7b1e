import TunedNumerics
import TunedSpace

/// A part of a space that a search for points keeps to: a range of each number around a centre. Categories, orders and what is inactive at
/// the centre are free.
struct SearchBox: Sendable {
    let centre: [Double]
    private(set) var lower: [Double]
    private(set) var upper: [Double]

    init(centre: [Double]) {
        self.centre = centre
        lower = centre.map { _ in 0 }
        upper = centre.map { _ in 1 }
    }

    /// A countable number can always move to the next value.
    mutating func limit(_ index: Int, to side: Double, _ axes: ParzenAxes) {
        let (scale, middle) = (axes.axes[index].scale, centre[index])
        lower[index] = max(middle - side / 2, 0)
        upper[index] = min(middle + side / 2, 1)
        guard let count = scale.cellCount else { return }
        let cell = scale.cell(at: middle, of: count)
        let neighbours = [cell > 0 ? cell - 1 : 0, min(cell + 1, count - 1)].map { cell in
            let bounds = scale.bounds(ofCell: cell)
            return (bounds.lower + bounds.upper) / 2
        }
        lower[index] = axes.snapped(min(lower[index], neighbours[0]), index)
        upper[index] = axes.snapped(max(upper[index], neighbours[1]), index)
    }

    private func isLimited(_ index: Int) -> Bool { lower[index] > 0 || upper[index] < 1 }

    func contains(_ point: [Double]) -> Bool {
        point.indices.allSatisfy { !isLimited($0) || !(point[$0] < lower[$0] || point[$0] > upper[$0]) }
    }

    /// The nearest point in the box.
    func clamped(_ point: [Double], _ axes: ParzenAxes) -> [Double] {
        point.indices.map { index in
            let x = point[index]
            guard isLimited(index), !x.isNaN, x < lower[index] || x > upper[index] else { return x }
            return axes.snapped(min(max(x, lower[index]), upper[index]), index)
        }
    }

    /// A place of the unit cube as one of the box.
    func scaled(_ place: [Double]) -> [Double] {
        place.indices.map { $0 < lower.count ? lower[$0] + place[$0] * (upper[$0] - lower[$0]) : place[$0] }
    }
}

extension SearchBox {
    /// Coordinates that differ from the centre's, on average at most: in many dimensions a point that differs in all is hardly ever better
    /// (R. G. Regis and C. A. Shoemaker 2013, as TuRBO's appendix takes it).
    private static let moved = 20.0

    /// A point in the box near a place of the unit cube, which keeps some coordinates of the centre.
    func point(at place: [Double], _ moves: PointMoves, _ random: inout CounterRandom) -> [Double] {
        let varying = moves.axes.varyingAxes
        let share = Self.moved / Double(max(varying.count, 1))
        var isKept = place.map { _ in false }
        if share < 1, !varying.isEmpty {
            for index in varying { isKept[index] = random.uniform() >= share }
            isKept[varying[random.index(below: varying.count)]] = false
        }
        return clamped(moves.point(at: scaled(place), keeping: centre, where: isKept), moves.axes)
    }
}
