/// Boxes from the origin to a corner each, all coordinates positive: the volume of their union.
struct BoxUnion {
    private let dimensions: Int
    /// Box by box.
    private var corners: [Double]
    private let count: Int

    init(_ boxes: [[Double]], dimensions: Int) {
        self.init(corners: boxes.flatMap { $0 }, count: boxes.count, dimensions: dimensions)
    }

    private init(corners: [Double], count: Int, dimensions: Int) {
        self.corners = corners
        self.count = count
        self.dimensions = dimensions
    }

    private func corner(_ box: Int, _ dimension: Int) -> Double { corners[box * dimensions + dimension] }

    // MARK: Volume

    func volume() -> Double {
        guard count > 0, dimensions > 0 else { return 0 }
        switch dimensions {
        case 1: return corners.max() ?? 0
        case 2: return area()
        case 3: return sweep()
        default: return slices()
        }
    }

    private func area() -> Double {
        var (area, height) = (0.0, 0.0)
        for box in descending(0) where corner(box, 1) > height {
            area += corner(box, 0) * (corner(box, 1) - height)
            height = corner(box, 1)
        }
        return area
    }

    /// From the highest box down, with the area of the staircase that all boxes above make (N. Beume et al. 2009: On
    /// the complexity of computing the hypervolume indicator).
    private func sweep() -> Double {
        var staircase = Staircase()
        var volume = 0.0
        let order = descending(2)
        for (place, box) in order.enumerated() {
            staircase.insert(corner(box, 0), corner(box, 1))
            let below = place + 1 < count ? corner(order[place + 1], 2) : 0
            let height = corner(box, 2) - below
            if height > 0 { volume += staircase.area * height }
        }
        return volume
    }

    /// The sum over the boxes, from the lowest up, of what each adds to those after it: as these are higher, its part of
    /// them is as high as the box itself, and one dimension falls away (While et al. 2012, section IV).
    private func slices() -> Double {
        let order = Array(descending(dimensions - 1).reversed())
        var volume = 0.0
        for (place, box) in order.enumerated() {
            var base = 1.0
            for dimension in 0..<dimensions - 1 { base *= corner(box, dimension) }
            let covered = overlap(of: box, with: order[(place + 1)...], dimensions: dimensions - 1).volume()
            volume += corner(box, dimensions - 1) * (base - covered)
        }
        return volume
    }

    /// In the order of a coordinate, the largest first.
    private func descending(_ dimension: Int) -> [Int] {
        (0..<count).sorted { a, b in
            let (x, y) = (corner(a, dimension), corner(b, dimension))
            return x != y ? x > y : a < b
        }
    }

    /// What a box shares with others (the limit set), in its first dimensions.
    private func overlap(of box: Int, with others: some Sequence<Int>, dimensions: Int) -> BoxUnion {
        var shared: [Double] = []
        var size = 0
        for other in others where other != box {
            for dimension in 0..<dimensions { shared.append(min(corner(other, dimension), corner(box, dimension))) }
            size += 1
        }
        let union = BoxUnion(corners: shared, count: size, dimensions: dimensions)
        // The sweeps pass over boxes within boxes by themselves.
        return dimensions > 3 ? union.pruned() : union
    }

    /// Without boxes that lie within another.
    private func pruned() -> BoxUnion {
        var kept: [Int] = []
        for box in 0..<count where !kept.contains(where: { isWithin(box, $0) }) {
            kept.removeAll { isWithin($0, box) }
            kept.append(box)
        }
        guard kept.count < count else { return self }
        let corners = kept.flatMap { self.corners[$0 * dimensions..<($0 + 1) * dimensions] }
        return BoxUnion(corners: corners, count: kept.count, dimensions: dimensions)
    }

    private func isWithin(_ inner: Int, _ outer: Int) -> Bool {
        for dimension in 0..<dimensions where corner(inner, dimension) > corner(outer, dimension) { return false }
        return true
    }

    // MARK: Contributions

    /// The volume of each box that no other covers.
    func contributions() -> [Double] {
        guard dimensions > 0 else { return Array(repeating: 0, count: count) }
        if dimensions == 2, let areas = corners2D() { return areas }
        return (0..<count).map(exclusiveVolume)
    }

    private func exclusiveVolume(_ box: Int) -> Double {
        // Exactly none, where the difference might leave a rounding error.
        if (0..<count).contains(where: { $0 != box && isWithin(box, $0) }) { return 0 }
        var whole = 1.0
        for dimension in 0..<dimensions { whole *= corner(box, dimension) }
        return max(0, whole - overlap(of: box, with: 0..<count, dimensions: dimensions).volume())
    }

    /// In two dimensions a box has to itself what sticks out between the next wider and the next higher one; nil where
    /// a box within another one may cover a part of that.
    private func corners2D() -> [Double]? {
        let order = descending(0)
        var areas = [Double](repeating: 0, count: count)
        for (place, box) in order.enumerated() {
            let inside = place + 1 < count ? corner(order[place + 1], 0) : 0
            let below = place > 0 ? corner(order[place - 1], 1) : 0
            guard corner(box, 0) > inside, corner(box, 1) > below else { return nil }
            areas[box] = (corner(box, 0) - inside) * (corner(box, 1) - below)
        }
        return areas
    }
}

/// The union of rectangles at the origin, as they come in.
struct Staircase {
    /// The outermost corners: x rises, y falls.
    private var xs: [Double] = []
    private var ys: [Double] = []
    private(set) var area = 0.0

    mutating func insert(_ x: Double, _ y: Double) {
        var (low, high) = (0, xs.count)
        while low < high {
            let middle = (low + high) / 2
            if xs[middle] > x { high = middle } else { low = middle + 1 }
        }
        // `end` is the first corner further out; those before it that are no higher disappear.
        let end = low
        if end < xs.count, ys[end] >= y { return }
        if end > 0, xs[end - 1] == x, ys[end - 1] >= y { return }
        var start = end
        while start > 0, ys[start - 1] <= y { start -= 1 }
        var left = start > 0 ? xs[start - 1] : 0
        for index in start..<end {
            area += (xs[index] - left) * (y - ys[index])
            left = xs[index]
        }
        area += (x - left) * (y - (end < xs.count ? ys[end] : 0))
        xs.replaceSubrange(start..<end, with: CollectionOfOne(x))
        ys.replaceSubrange(start..<end, with: CollectionOfOne(y))
    }
}
