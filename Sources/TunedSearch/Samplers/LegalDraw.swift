import TunedNumerics
import TunedSpace

/// Draws from the configurations that keep all rules of a space, following the priors of its parameters; from all where there
/// are no rules.
///
/// Rejection first, which is exact. Where the rules leave too little for that, a walk that begins at a legal configuration
/// near the last draw: hit-and-run (R. L. Smith 1984: Efficient Monte Carlo procedures for generating points uniformly
/// distributed over bounded regions) along one coordinate, two, or all that the rules look at. What is legal on a line
/// need be no interval, so a step is a slice of the whole line that shrinks towards where the walk stands (R. M. Neal
/// 2003: Slice sampling, section 4), which leaves the uniform distribution as it is. The work is bounded.
struct LegalDraw: Sendable {
    /// Draws before the walk: of a space of which a twentieth is legal, 19 of 20 end here.
    private static let attempts = 64
    /// A line shrinks to its 2^-40th, about.
    private static let maximumShrinks = 60
    private static let maximumMoves = 120

    let cube: UnitCube
    /// Parameters that decide what is legal.
    private let ruled: [Int]

    init(_ cube: UnitCube) {
        self.cube = cube
        ruled = cube.space.ruledParameters
    }

    func configuration(_ random: inout CounterRandom) -> Configuration {
        var shares = draw(&random)
        var configuration = configuration(atShares: shares)
        guard !ruled.isEmpty else { return configuration }
        for _ in 1..<Self.attempts {
            if cube.space.isLegal(configuration) { return configuration }
            shares = draw(&random)
            configuration = self.configuration(atShares: shares)
        }
        return cube.space.isLegal(configuration) ? configuration : walk(from: shares, &random)
    }

    /// The configuration at a point of the unit cube where that is legal, else a legal one near it.
    func legal(near point: [Double]) -> Configuration {
        guard !ruled.isEmpty else { return cube.configuration(at: point) }
        return cube.space.legal(near: point)
    }

    private func draw(_ random: inout CounterRandom) -> [Double] {
        // In order: the same draws as ever where there are no rules.
        cube.scales.indices.map { _ in random.uniform() }
    }

    /// Uniform shares are draws from the priors, so the walk is over shares.
    private func configuration(atShares shares: [Double]) -> Configuration {
        cube.configuration(at: cube.point(ofShares: shares))
    }

    // MARK: The walk

    private func walk(from start: [Double], _ random: inout CounterRandom) -> Configuration {
        var current = cube.space.legal(near: cube.point(ofShares: start))
        var shares = start
        // Those that have no value keep their draw, for when they become active.
        let legal = cube.shares(below: cube.coordinates(of: current))
        for index in shares.indices where !legal[index].isNaN { shares[index] = legal[index] }
        // A cell's middle, or a logarithm and back, may lie on the other side of a bound.
        guard cube.space.isLegal(configuration(atShares: shares)) else { return current }
        for move in 0..<min(4 * ruled.count + 8, Self.maximumMoves) {
            let line = direction(move, &random)
            if let next = step(shares, along: line, &random) { (shares, current) = next }
        }
        return current
    }

    /// One coordinate in turn, two at random, or all.
    private func direction(_ move: Int, _ random: inout CounterRandom) -> [(index: Int, slope: Double)] {
        switch move % 4 {
        case 0, 2: return [(ruled[random.index(below: ruled.count)], 1)]
        case 1 where ruled.count > 1:
            let first = random.index(below: ruled.count)
            let second = (first + 1 + random.index(below: ruled.count - 1)) % ruled.count
            return [(ruled[first], random.normal()), (ruled[second], random.normal())]
        default: return ruled.map { ($0, random.normal()) }
        }
    }

    private func step(
        _ shares: [Double], along line: [(index: Int, slope: Double)], _ random: inout CounterRandom
    ) -> (shares: [Double], configuration: Configuration)? {
        var (low, high) = (-Double.infinity, Double.infinity)
        for (index, slope) in line where slope != 0 {
            let (a, b) = ((0 - shares[index]) / slope, (1 - shares[index]) / slope)
            low = max(low, min(a, b))
            high = min(high, max(a, b))
        }
        guard low < high, low.isFinite, high.isFinite else { return nil }
        for _ in 0..<Self.maximumShrinks {
            let place = low + (high - low) * random.uniform()
            var moved = shares
            for (index, slope) in line { moved[index] = min(max(shares[index] + place * slope, 0), 1) }
            let configuration = configuration(atShares: moved)
            if cube.space.isLegal(configuration) { return (moved, configuration) }
            if place < 0 { low = place } else { high = place }
        }
        return nil
    }
}
