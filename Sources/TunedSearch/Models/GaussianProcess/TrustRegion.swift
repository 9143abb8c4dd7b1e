import Glibc

/// How far from the best point a search looks, by how it fared so far: TuRBO with one region (D. Eriksson et al. 2019, arXiv 1910.01739,
/// section 2). After a few successes in a row the region doubles, after as many failures as there are dimensions it is halved, and where it
/// has become too small the search begins anew: with a design over the whole space, and without what it knew.
struct TrustRegion: Sendable {
    /// Of its sides, before they are stretched by the process's length scales; 1 is the whole range.
    private(set) var length = Self.lengths.first
    /// Rows asked for before belong to a search that was given up.
    private(set) var firstRow = 0
    /// Complete trials before anything counts: until then there is no region.
    private var warmUp: Int
    private let design: Int
    private let failureLimit: Int
    private var complete = 0
    private var best = Double.infinity
    private var successes = 0
    private var failures = 0

    private static let lengths = (first: 0.8, least: 1.0 / 128, largest: 1.6)
    private static let successLimit = 3
    /// Share of the best value by which a success improves on it.
    private static let leastGain = 1e-3

    /// - Parameters:
    ///   - warmUp: complete trials before the first region.
    ///   - design: trials of the design after each new beginning.
    init(dimensions: Int, warmUp: Int, design: Int) {
        (self.warmUp, self.design) = (warmUp, design)
        failureLimit = max(4, dimensions)
    }

    var isActive: Bool { complete >= warmUp }
    /// Whether the search has begun anew and has to fill the space first.
    var isDesigning: Bool { firstRow > 0 && !isActive }

    /// A trial has ended.
    ///
    /// - Parameters:
    ///   - value: nil of one that is not complete.
    ///   - asked: rows so far.
    /// - Returns: whether the search begins anew.
    mutating func learn(_ row: Int, value: Double?, asked: Int) -> Bool {
        guard row >= firstRow else { return false }
        let counts = isActive
        let isSuccess = value.map { best.isInfinite || $0 < best - Self.leastGain * abs(best) } ?? false
        if let value {
            complete += 1
            best = min(best, value)
        }
        guard counts else { return false }
        (successes, failures) = isSuccess ? (successes + 1, 0) : (0, failures + 1)
        if successes == Self.successLimit {
            (length, successes) = (min(2 * length, Self.lengths.largest), 0)
        } else if failures == failureLimit {
            (length, failures) = (length / 2, 0)
        }
        guard length < Self.lengths.least else { return false }
        self = TrustRegion(dimensions: failureLimit, warmUp: design, design: design)
        firstRow = asked
        return true
    }

    /// - Parameters:
    ///   - centre: coordinates; NaN where a parameter is inactive.
    ///   - logLengths: of the process, one a parameter.
    func box(around centre: [Double], _ logLengths: [Double], _ axes: ParzenAxes) -> SearchBox {
        let sides = axes.numericAxes
        let mean = sides.reduce(0) { $0 + logLengths[$1] } / Double(max(sides.count, 1))
        var box = SearchBox(centre: centre)
        // λ L / (∏ λ)^(1/d), so that the volume is L^d whatever the scales are.
        for index in sides where !centre[index].isNaN {
            box.limit(index, to: length * exp(logLengths[index] - mean), axes)
        }
        return box
    }
}
