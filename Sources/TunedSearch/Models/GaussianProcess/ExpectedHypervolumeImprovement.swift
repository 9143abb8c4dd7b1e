import Glibc
import TunedNumerics

/// The logarithm of the expected gain in hypervolume over a front (M. T. M. Emmerich, A. H. Deutz and J. W. Klinkenberg 2011), of
/// objectives that are independent normal variables.
///
/// Exact for any number of objectives: the gain of a point is the sum over ``NondominatedBoxes`` of ∏ (u - max(l, y))⁺, and as the
/// boxes do not overlap and the objectives are independent, its expectation is Σ ∏ (ψ(u) - ψ(l)), where ψ(a) = E (a - Y)⁺ = σ h((a -
/// μ) / σ) (K. Yang et al. 2019: Efficient computation of expected hypervolume improvement using box decomposition algorithms,
/// equations 11 to 13). All of it is computed in logarithms, as ``ExpectedImprovement`` is, so that a point has a slope also where its
/// gain is less than the least number.
struct ExpectedHypervolumeImprovement: Sendable {
    private let objectives: Int
    /// One after the other by objective, and where each begins.
    private let levels: [Double]
    private let starts: [Int]
    /// Box by box and objective by objective: the places of both its ends among the levels.
    private let ends: [(lower: Int, upper: Int)]
    private let count: Int

    /// Points of a front that are kept at most, by the number of objectives; from the last on the same. The number of boxes grows fast.
    private static let limits = [1, 200, 200, 40, 20, 12]

    /// - Parameters:
    ///   - points: dominated ones may be among them.
    ///   - floor: below it an objective gains nothing more (K. Yang et al. 2016: Truncated expected hypervolume improvement); nil where
    ///     there is no end to it.
    init(front points: [[Double]], reference: [Double], floor: [Double]? = nil) {
        let partition = NondominatedBoxes(of: Self.spread(points), reference: reference)
        var (levels, starts) = ([Double](), [Int]())
        for (objective, own) in partition.levels.enumerated() {
            starts.append(levels.count)
            levels += [floor?[objective] ?? -.infinity] + own.dropFirst()
        }
        objectives = reference.count
        self.levels = levels
        self.starts = starts
        ends = partition.boxes.flatMap { box in
            starts.indices.map { objective in
                let lower = box.lower[objective]
                return (starts[objective] + lower, starts[objective] + box.upper[objective])
            }
        }
        count = partition.boxes.count
    }

    /// The least crowded ones where there are too many.
    private static func spread(_ points: [[Double]]) -> [[Double]] {
        guard let objectives = points.first?.count else { return [] }
        let front = ParetoFront.indices(of: points).map { points[$0] }
        let limit = limits[min(objectives, limits.count) - 1]
        guard front.count > limit else { return front }
        let distances = CrowdingDistance.distances(count: front.count, objectives: objectives) { front[$0][$1] }
        return front.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }.prefix(limit).map { front[$0] }
    }

    /// Between what gains count: the reference and the floor.
    struct Bounds: Sendable {
        private(set) var floor: [Double] = []
        private(set) var reference: [Double] = []

        /// Share of the range by which both lie beyond the values.
        private static let margin = 0.1
        /// A point is on the front by next to nothing where another one is worse by no more than this in any objective and better by ten
        /// times as much, which is telling, in one.
        private static let negligible = 0.02
        private static let telling = 0.2

        /// The reference is a tenth of the front's range beyond its worst values (H. Ishibuchi et al. 2018: How to specify a reference point
        /// in hypervolume calculation), and beyond that a part of the way to the worst of all values: all of it as long as the
        /// front is a point, which says nothing of how far the true one reaches and would leave nothing to gain at its sides; less the
        /// more points there are that differ. Those that are on the front by next to nothing do not move the reference: where
        /// an objective is flat along a side of the space, the whole side would be worth a search.
        ///
        /// The floor is a tenth of the range of all values below the best of two objectives, and nearer to it of more.
        ///
        /// - Parameters:
        ///   - front: at least one point.
        ///   - values: of all trials, the front's among them; of variance 1.
        init(of front: [[Double]], among values: [[Double]]) {
            let front = Self.proper(front)
            let sides = Double(max((front.first ?? []).count - 1, 1))
            let share = min(1, sides / Double(Self.distinctCount(front)))
            for objective in (front.first ?? []).indices {
                let (own, all) = (Self.range(front, objective), Self.range(values, objective))
                reference.append(own.most + Self.margin * max(own.most - own.least, 1e-5) + share * max(all.most - own.most, 0))
                floor.append(all.least - Self.margin * max(all.most - all.least, 1e-5) / sides)
            }
        }

        private static func proper(_ front: [[Double]]) -> [[Double]] {
            let proper = front.filter { point in
                !front.contains { other in
                    zip(other, point).allSatisfy { $0 <= $1 + negligible } && zip(other, point).contains { $0 < $1 - telling }
                }
            }
            return proper.isEmpty ? front : proper
        }

        private static func distinctCount(_ front: [[Double]]) -> Int {
            var distinct: [[Double]] = []
            for point in front where !distinct.contains(where: { zip($0, point).allSatisfy { abs($0 - $1) < telling } }) {
                distinct.append(point)
            }
            return max(distinct.count, 1)
        }

        private static func range(_ points: [[Double]], _ objective: Int) -> (least: Double, most: Double) {
            points.reduce((.infinity, -.infinity)) { (min($0.0, $1[objective]), max($0.1, $1[objective])) }
        }
    }

    /// - Parameter predictions: one an objective.
    func logarithm(_ predictions: [GaussianProcess.Prediction]) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: levels.count + count) { buffer in
            let gains = UnsafeMutableBufferPointer(rebasing: buffer[..<levels.count])
            let terms = UnsafeMutableBufferPointer(rebasing: buffer[levels.count...])
            fill(gains, predictions)
            return sum(UnsafeBufferPointer(gains), into: terms)
        }
    }

    /// Its derivatives over the means and the deviations as well: dψ/dμ = -Φ(z), dψ/dσ = φ(z).
    func slopes(_ predictions: [GaussianProcess.Prediction]) -> (value: Double, slopes: [(mean: Double, deviation: Double)]) {
        var gains = [Double](repeating: 0, count: levels.count)
        var terms = [Double](repeating: 0, count: count)
        let value = gains.withUnsafeMutableBufferPointer { gains in
            fill(gains, predictions)
            return terms.withUnsafeMutableBufferPointer { sum(UnsafeBufferPointer(gains), into: $0) }
        }
        var slopes = [(mean: Double, deviation: Double)](repeating: (0, 0), count: objectives)
        guard value > -.infinity else { return (value, slopes) }
        for objective in 0..<objectives {
            let prediction = predictions[objective]
            func z(_ level: Int) -> Double { (levels[level] - prediction.mean) / prediction.deviation }
            for box in 0..<count where terms[box] > -.infinity {
                let (lower, upper) = ends[box * objectives + objective]
                let scale = terms[box] - value - Self.difference(gains[lower], gains[upper])
                slopes[objective].mean -= exp(StandardNormal.logCumulative(z(upper)) + scale)
                slopes[objective].deviation += exp(StandardNormal.logDensity(z(upper)) + scale)
                guard levels[lower] > -.infinity else { continue }
                slopes[objective].mean += exp(StandardNormal.logCumulative(z(lower)) + scale)
                slopes[objective].deviation -= exp(StandardNormal.logDensity(z(lower)) + scale)
            }
        }
        return (value, slopes)
    }

    /// log ψ at all levels.
    private func fill(_ gains: UnsafeMutableBufferPointer<Double>, _ predictions: [GaussianProcess.Prediction]) {
        for objective in 0..<objectives {
            let (mean, deviation) = (predictions[objective].mean, predictions[objective].deviation)
            let logDeviation = log(deviation)
            for level in starts[objective]..<(objective + 1 < objectives ? starts[objective + 1] : levels.count) {
                gains[level] = levels[level] == -.infinity ? -.infinity : logDeviation + LogImprovement.logUnit((levels[level] - mean) / deviation)
            }
        }
    }

    /// The logarithm of the sum over the boxes, each of which is a term.
    private func sum(_ gains: UnsafeBufferPointer<Double>, into terms: UnsafeMutableBufferPointer<Double>) -> Double {
        var largest = -Double.infinity
        for box in 0..<count {
            var term = 0.0
            for objective in 0..<objectives {
                let (lower, upper) = ends[box * objectives + objective]
                term += Self.difference(gains[lower], gains[upper])
            }
            terms[box] = term
            largest = max(largest, term)
        }
        guard largest > -.infinity else { return -.infinity }
        return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    }

    /// log(exp(b) - exp(a)) for a <= b.
    private static func difference(_ a: Double, _ b: Double) -> Double {
        if a == -.infinity { return b }
        return a < b ? b + log(-expm1(a - b)) : -.infinity
    }
}
