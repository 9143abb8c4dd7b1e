package import TunedNumerics
import TunedSpace

/// Draws points from an estimator.
package struct ParzenCandidates {
    private let space: ParzenAxes
    private let estimator: ParzenEstimator
    /// Sums of the kernels' weights up to each; the prior has what is left to 1.
    private let cumulative: [Double]

    package init(_ space: ParzenAxes, _ estimator: ParzenEstimator) {
        self.space = space
        self.estimator = estimator
        var sum = 0.0
        cumulative = estimator.shares.map { share in
            sum += share
            return sum
        }
    }

    /// One point: of one kernel, or of the prior, along the parameters that the conditions make active.
    package func draw(_ random: inout CounterRandom) -> [Double] {
        let place = random.uniform()
        let kernel = cumulative.firstIndex { place < $0 }
        var point = [Double](repeating: .nan, count: space.axes.count)
        for axis in space.order where space.isActive(axis, at: point) {
            let position = kernel.map { estimator.position(of: $0, along: axis) } ?? .nan
            point[axis] = coordinate(axis, position, &random)
        }
        return point
    }

    private func coordinate(_ index: Int, _ position: Double, _ random: inout CounterRandom) -> Double {
        let place = random.openUniform()
        guard !position.isNaN, !space.axes[index].isFixed else { return space.coordinate(ofShare: place, index) }
        guard space.axes[index].isCategorical else {
            return space.snapped(Self.truncatedNormal(position, estimator.width(along: index), place, &random), index)
        }
        let categories = space.axes[index].categories
        let chances = estimator.categoryChances(categories)
        guard place >= chances.own else { return position }
        let other = min(Int((place - chances.own) / chances.other), categories - 2)
        return Double(other < Int(position) ? other : other + 1)
    }

    /// A draw from a normal distribution cut to [0, 1], by rejection: at least half of the draws of a kernel, whose mean is
    /// inside, hit the interval where it is narrow, which is quicker than to find the mass that is cut off.
    private static func truncatedNormal(
        _ mean: Double, _ deviation: Double, _ place: Double, _ random: inout CounterRandom
    ) -> Double {
        var place = place
        for _ in 0..<8 {
            let draw = mean + deviation * StandardNormal.quantile(place)
            if draw >= 0, draw <= 1 { return draw }
            place = random.openUniform()
        }
        return TruncatedNormal(mean: mean, deviation: deviation, low: 0, high: 1).quantile(place)
    }
}
