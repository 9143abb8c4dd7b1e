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
        cumulative = (0..<estimator.count).map { kernel in
            sum += estimator.weight(of: kernel)
            return sum
        }
    }

    /// One point: of one kernel, or of the prior, along the parameters that the conditions make active.
    package func draw(_ random: inout CounterRandom) -> [Double] {
        let place = random.uniform()
        let kernel = cumulative.firstIndex { place < $0 }
        var point = [Double](repeating: .nan, count: space.axes.count)
        for axis in space.space.order where space.isActive(axis, at: point) {
            let position = kernel.map { estimator.position(of: $0, along: axis) } ?? .nan
            point[axis] = coordinate(axis, position, &random)
        }
        return point
    }

    private func coordinate(_ index: Int, _ position: Double, _ random: inout CounterRandom) -> Double {
        let axis = space.axes[index]
        let place = random.openUniform()
        guard !position.isNaN, !axis.isFixed else { return space.snapped(place, index) }
        guard axis.isCategorical else {
            let normal = TruncatedNormal(mean: position, deviation: estimator.width(along: index), low: 0, high: 1)
            return space.snapped(normal.quantile(place), index)
        }
        let chances = estimator.categoryChances(axis.categories)
        guard place >= chances.own else { return position }
        let other = min(Int((place - chances.own) / chances.other), axis.categories - 2)
        return Double(other < Int(position) ? other : other + 1)
    }
}
