import Glibc
import TunedNumerics
import TunedSpace

/// The grid that a parameter's densities are compared on: a cell for each value of a parameter with few, else 50 equal
/// parts of its unit scale; and the kernel that spreads a trial over the cells.
struct ImportanceGrid {
    private let edges: [Double]
    private let isCategorical: Bool
    /// Row by row: how much of a trial in one cell counts in another.
    private let masses: [Double]

    var count: Int { isCategorical ? Int(edges[0]) : edges.count - 1 }

    init(_ axis: ParzenAxes.Axis, bandwidthOf places: [Double]) {
        isCategorical = axis.isCategorical
        if axis.isCategorical {
            edges = [Double(axis.categories)]
            masses = []
            return
        }
        let points = min(ParzenImportance.gridPoints, axis.scale.cellCount ?? .max)
        let isExact = axis.scale.cellCount == points
        let edges = (0...points).map { point in
            if point == 0 { return 0.0 }
            return isExact ? axis.scale.bounds(ofCell: point - 1).upper : Double(point) / Double(points)
        }
        self.edges = edges
        // 90% of the kernel within a cell at least, as S. Watanabe's own code has it (0.5 / 1.64).
        let bandwidth = max(ScottBandwidth.of(places), 0.5 / 1.64 / Double(points))
        var masses: [Double] = []
        for place in 1..<edges.count {
            let middle = (edges[place - 1] + edges[place]) / 2
            let below = edges.map { StandardNormal.cumulative(($0 - middle) / bandwidth) }
            let inside = below[below.count - 1] - below[0]
            for cell in 1..<edges.count { masses.append((below[cell] - below[cell - 1]) / inside) }
        }
        self.masses = masses
    }

    func mass(of place: Int, in cell: Int) -> Double {
        isCategorical ? (place == cell ? 1 : 0) : masses[place * count + cell]
    }

    /// The cells of which a part may count in this one.
    func neighbours(of cell: Int) -> Range<Int> { isCategorical ? cell..<cell + 1 : 0..<count }

    /// The number of trials in each cell, by their coordinates.
    func counts(_ places: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: count)
        for place in places { counts[cell(of: place)] += 1 }
        return counts
    }

    private func cell(of place: Double) -> Int {
        if isCategorical { return min(Int(place), count - 1) }
        var (low, high) = (0, count - 1)
        while low < high {
            let middle = (low + high) / 2
            if place < edges[middle + 1] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The rule of D. W. Scott 1992: Multivariate density estimation, robust against outliers: 1.059 min(σ, IQR / 1.34)
/// n^(-1/5).
enum ScottBandwidth {
    static func of(_ places: [Double]) -> Double {
        guard places.count > 1 else { return 0 }
        let n = Double(places.count)
        let mean = places.reduce(0, +) / n
        let deviation = (places.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
        let sorted = places.sorted()
        let range = quantile(0.75, sorted) - quantile(0.25, sorted)
        return 1.059 * (range > 0 ? min(deviation, range / 1.34) : deviation) * pow(n, -0.2)
    }

    /// Linear between the order statistics.
    static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}
