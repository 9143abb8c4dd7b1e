import Glibc
import TunedNumerics
import TunedSpace

/// Makes points of a space out of others. A point has a coordinate for each parameter, as ``ParzenAxes`` has them; NaN where it is
/// inactive.
struct PointMoves: Sendable {
    let axes: ParzenAxes
    private let cube: UnitCube
    private let permutations: [PermutationAxis?]

    init(_ axes: ParzenAxes) {
        self.axes = axes
        permutations = axes.space.parameters.map(PermutationAxis.init)
        cube = UnitCube(axes.space)
    }

    /// Cells by which the coordinate search moves.
    private static let strides: [Int64] = [1, 2, 5, 20]
    /// Categories that it compares at most.
    private static let categoryLimit = 12
    /// Exchanges of two items that it compares at most.
    private static let exchangeLimit = 40

    /// A point with the coordinates that `draw` gives, of the parameters that are active there.
    private func point(_ coordinate: (Int, [Double]) -> Double) -> [Double] {
        var result = [Double](repeating: .nan, count: axes.space.count)
        for index in axes.space.order where axes.isActive(index, at: result) { result[index] = coordinate(index, result) }
        return result
    }

    /// A point without NaN, as a kernel takes it.
    func imputed(_ point: [Double]) -> [Double] { KernelPoints.imputed(point, axes) }

    /// The point at a place of the unit cube.
    func point(at place: [Double]) -> [Double] { point { index, _ in axes.snapped(place[index], index) } }

    /// The same with some coordinates of another point, where they are active there too.
    func point(at place: [Double], keeping other: [Double], where isKept: [Bool]) -> [Double] {
        point { index, _ in isKept[index] && !other[index].isNaN ? other[index] : axes.snapped(place[index], index) }
    }

    /// The point at a place of the unit cube; where that breaks a rule, one of the legal ones.
    func legalPoint(at place: [Double], _ random: inout CounterRandom) -> [Double] {
        let point = point(at: place)
        return isLegal(point) ? point : axes.coordinates(of: UniformDraw.configuration(in: cube, &random))
    }

    func isLegal(_ point: [Double]) -> Bool { axes.space.rules.isEmpty || axes.space.isLegal(axes.configuration(at: point)) }

    /// A point near another one: some of its coordinates are moved, by a normal step of the deviation given.
    ///
    /// - Parameter share: of the coordinates, on average; at least one is moved.
    func neighbour(of point: [Double], deviation: Double, share: Double, _ random: inout CounterRandom) -> [Double] {
        let movable = axes.varyingAxes.filter { !point[$0].isNaN }
        guard let certain = movable.isEmpty ? nil : movable[random.index(below: movable.count)] else { return point }
        var draws = random
        defer { random = draws }
        return self.point { index, _ in
            let present = point[index]
            guard !present.isNaN, !axes.axes[index].isFixed else { return axes.snapped(draws.uniform(), index) }
            let isMoved = draws.uniform() < share || index == certain
            return isMoved ? moved(present, index, deviation, &draws) : present
        }
    }

    private func moved(_ present: Double, _ index: Int, _ deviation: Double, _ random: inout CounterRandom) -> Double {
        let axis = axes.axes[index]
        if let permutation = permutations[index] {
            let times = max(1, Int((abs(deviation * random.normal()) * Double(permutation.items)).rounded()))
            return permutation.exchanged(present, times: times, &random)
        }
        if axis.isCategorical {
            let other = random.index(below: axis.categories - 1)
            return Double(other >= Int(present) ? other + 1 : other)
        }
        return axes.snapped(min(max(present + deviation * random.normal(), 0), 1), index)
    }

    /// Every point that differs in one countable parameter: by a few cells, or in its category.
    func singleSteps(from point: [Double], _ random: inout CounterRandom) -> [[Double]] {
        var result: [[Double]] = []
        for index in axes.varyingAxes where !point[index].isNaN {
            for coordinate in otherCoordinates(index, point[index], &random) {
                var draws = random
                result.append(self.point { other, _ in
                    if other == index { return coordinate }
                    return point[other].isNaN ? axes.snapped(draws.uniform(), other) : point[other]
                })
                random = draws
            }
        }
        return result
    }

    private func otherCoordinates(_ index: Int, _ present: Double, _ random: inout CounterRandom) -> [Double] {
        let axis = axes.axes[index]
        guard let count = axis.scale.cellCount else { return [] }
        if let permutation = permutations[index] {
            return Self.some(Self.exchangeLimit, of: permutation.neighbours(of: present), &random)
        }
        if axis.isCategorical {
            return Self.some(Self.categoryLimit, of: (0..<axis.categories).map { Double($0) }.filter { $0 != present }, &random)
        }
        let cell = Int64(axis.scale.cell(at: present, of: count))
        let cells = Self.strides.flatMap { [cell - $0, cell + $0] }.filter { $0 >= 0 && $0 < Int64(clamping: count) }
        return cells.map { cell in
            let bounds = axis.scale.bounds(ofCell: UInt64(cell))
            return axes.snapped((bounds.lower + bounds.upper) / 2, index)
        }
    }

    private static func some(_ limit: Int, of others: [Double], _ random: inout CounterRandom) -> [Double] {
        guard others.count > limit else { return others }
        var others = others
        random.shuffle(&others)
        return Array(others.prefix(limit))
    }
}
