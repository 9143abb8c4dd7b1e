import Glibc
import TunedNumerics

/// The logarithm of the expected improvement on a value to be undercut, exact also where the improvement itself is too small for a
/// number (S. Ament et al. 2023, arXiv 2310.20708, equations 8 and 9).
struct ExpectedImprovement: Sendable {
    let best: Double

    /// log(σ h(z)) with z = (best - μ) / σ and h(z) = φ(z) + z Φ(z).
    func logarithm(_ prediction: GaussianProcess.Prediction) -> Double {
        log(prediction.deviation) + Self.logH((best - prediction.mean) / prediction.deviation)
    }

    /// Its derivatives over the mean and the deviation: -Φ(z) / (σ h), φ(z) / (σ h).
    func slopes(_ prediction: GaussianProcess.Prediction) -> (mean: Double, deviation: Double) {
        let z = (best - prediction.mean) / prediction.deviation
        let logH = Self.logH(z)
        return (
            -exp(StandardNormal.logCumulative(z) - logH) / prediction.deviation,
            exp(StandardNormal.logDensity(z) - logH) / prediction.deviation
        )
    }

    static func logH(_ z: Double) -> Double {
        if z > -1 { return log(exp(StandardNormal.logDensity(z)) + z * StandardNormal.cumulative(z)) }
        let density = StandardNormal.logDensity(z)
        // h = φ (1 + z Φ/φ), which cancels to about 1/z²; far out its series says more.
        if z > -25 { return density + log1p(z * exp(StandardNormal.logCumulative(z) - density)) }
        let r = 1 / (z * z)
        return density + log(r) + log1p(-r * (3 - 15 * r))
    }
}
