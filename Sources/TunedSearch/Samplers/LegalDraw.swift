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
    /// Legal points whose differences are directions.
    private static let guides = 6

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

    private struct Place {
        /// Of every parameter, also of those that have no value: for when they become active.
        var shares: [Double]
        var configuration: Configuration
    }

    private typealias Line = [(index: Int, slope: Double)]

    private func walk(from start: [Double], _ random: inout CounterRandom) -> Configuration {
        var place = legalPlace(near: start)
        // What the legal region is like: where a bound leaves only a thin slice, lines along it are all but never met at
        // random, and the differences of legal points lie along it.
        let others = (0..<Self.guides).map { _ in legalPlace(near: draw(&random)).shares }
        for move in 0..<min(4 * ruled.count + 8, Self.maximumMoves) {
            let line = direction(move, others, &random)
            if let next = step(place, along: line, &random) { place = next }
        }
        return place.configuration
    }

    private func legalPlace(near shares: [Double]) -> Place {
        let configuration = cube.space.legal(near: cube.point(ofShares: shares))
        let legal = cube.shares(below: cube.coordinates(of: configuration))
        return Place(shares: zip(shares, legal).map { $1.isNaN ? $0 : $1 }, configuration: configuration)
    }

    /// One coordinate, two, all, or along the difference of two legal points.
    private func direction(_ move: Int, _ others: [[Double]], _ random: inout CounterRandom) -> Line {
        let first = random.index(below: ruled.count)
        switch move % 4 {
        case 1 where ruled.count > 1:
            let second = (first + 1 + random.index(below: ruled.count - 1)) % ruled.count
            return [(ruled[first], random.normal()), (ruled[second], random.normal())]
        case 2: return ruled.map { ($0, random.normal()) }
        case 3:
            let from = random.index(below: others.count)
            let to = (from + 1 + random.index(below: others.count - 1)) % others.count
            return ruled.map { ($0, others[to][$0] - others[from][$0]) }
        default: return [(ruled[first], 1)]
        }
    }

    private func step(_ place: Place, along line: Line, _ random: inout CounterRandom) -> Place? {
        var (low, high) = (-Double.infinity, Double.infinity)
        for (index, slope) in line where slope != 0 {
            let (a, b) = ((0 - place.shares[index]) / slope, (1 - place.shares[index]) / slope)
            low = max(low, min(a, b))
            high = min(high, max(a, b))
        }
        guard low < high, low.isFinite, high.isFinite else { return nil }
        for _ in 0..<Self.maximumShrinks {
            let distance = low + (high - low) * random.uniform()
            var moved = place
            for (index, slope) in line where slope != 0 {
                moved.shares[index] = min(max(place.shares[index] + distance * slope, 0), 1)
                moved.configuration[index] = nil
            }
            complete(&moved)
            if cube.space.isLegal(moved.configuration) { return moved }
            if distance < 0 { low = distance } else { high = distance }
        }
        return nil
    }

    /// Reads off the values that are missing. Those that stay are not read again: a logarithm and back may lie on the other
    /// side of a bound.
    private func complete(_ place: inout Place) {
        let space = cube.space
        for index in space.order {
            if !space.active(index, in: place.configuration) {
                place.configuration[index] = nil
            } else if place.configuration[index] == nil {
                let share = place.shares[index]
                place.configuration[index] = cube.scales[index].value(at: cube.priors[index]?.place(of: share) ?? share)
            }
        }
    }
}
