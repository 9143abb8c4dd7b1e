import Glibc
import TunedNumerics

/// The logarithm of the expected improvement on a value to be undercut, exact also where the improvement itself is too small for a
/// number (S. Ament et al. 2023, arXiv 2310.20708, equations 8 and 9).
struct ExpectedImprovement: Sendable {
    let best: Double

    /// log(σ h(z)) with z = (best - μ) / σ and h(z) = φ(z) + z Φ(z).
    func logarithm(_ prediction: GaussianProcess.Prediction) -> Double {
        LogImprovement.expected(mean: prediction.mean, deviation: prediction.deviation, best: best)
    }

    /// Its derivatives over the mean and the deviation: -Φ(z) / (σ h), φ(z) / (σ h).
    func slopes(_ prediction: GaussianProcess.Prediction) -> (mean: Double, deviation: Double) {
        let z = (best - prediction.mean) / prediction.deviation
        let logH = LogImprovement.logUnit(z)
        return (
            -exp(StandardNormal.logCumulative(z) - logH) / prediction.deviation,
            exp(StandardNormal.logDensity(z) - logH) / prediction.deviation
        )
    }
}
