import Glibc
package import TunedSpace

/// A person's prior as a factor of an acquisition function, which fades as trials tell more:
///
///     α(x) · π(x)^(β/n)
///
/// (C. Hvarfner et al. 2022: πBO, arXiv 2204.11051, equation 6). With logarithms: add ``logWeight(at:trials:)`` to log α. The
/// acquisition has to be above zero, as expected improvement is.
package struct PriorWeight: Sendable {
    /// β: how many trials the belief is worth. The paper takes a tenth of the budget (section 4.1), and 10 for one of 100.
    package static let defaultStrength = 10.0

    private let priors: [(index: Int, density: UnitDensity)]
    private let strength: Double

    /// nil where nobody believes anything, and so nothing is to be added.
    package init?(_ cube: UnitCube, strength: Double = defaultStrength) {
        priors = cube.priors.enumerated().compactMap { index, density in density.map { (index, $0) } }
        self.strength = strength
        if priors.isEmpty { return nil }
    }

    /// log π(x), over the parameters that are active there (their coordinates are not NaN). x on the unit scale.
    package func logDensity(at point: [Double]) -> Double {
        priors.reduce(0) { sum, prior in
            let place = point[prior.index]
            return place.isNaN ? sum : sum + prior.density.logDensity(at: place)
        }
    }

    /// β/n · log π(x), after n finished trials.
    package func logWeight(at point: [Double], trials: Int) -> Double {
        strength / Double(max(trials, 1)) * logDensity(at: point)
    }
}
