import Glibc
import TunedNumerics

/// The logarithm of the expected improvement of a normal belief over a value to beat (D. R. Jones et al. 1998:
/// Efficient global optimization, equation 15; its logarithm as S. Ament et al. 2023, arXiv 2310.20708, which also
/// shows why).
enum LogImprovement {
    /// log E[max(0, best - Y)] of Y ~ Normal(mean, deviation²).
    static func expected(mean: Double, deviation: Double, best: Double) -> Double {
        guard deviation > 0 else { return mean < best ? log(best - mean) : -.infinity }
        return log(deviation) + logUnit((best - mean) / deviation)
    }

    /// log(φ(z) + z Φ(z)).
    static func logUnit(_ z: Double) -> Double {
        if z > -1 { return log(exp(StandardNormal.logDensity(z)) + z * StandardNormal.cumulative(z)) }
        if z > -20 {
            // φ (1 + z Φ / φ): the factor loses z² times the rounding error.
            let density = exp(StandardNormal.logDensity(z))
            return log(density) + log1p(z * StandardNormal.cumulative(z) / density)
        }
        // Φ / φ ~ 1/t - 1/t³ + 3/t⁵ - 15/t⁷ + 105/t⁹ at t = -z, Abramowitz and Stegun 26.2.12.
        let r = 1 / (z * z)
        return StandardNormal.logDensity(z) + log(r) + log1p(-r * (3 - r * (15 - 105 * r)))
    }
}
