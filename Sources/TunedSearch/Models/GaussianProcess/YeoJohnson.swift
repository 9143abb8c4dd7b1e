import Glibc

/// The power transformation of I.-K. Yeo and R. A. Johnson 2000 (A new family of power transformations to improve normality or symmetry,
/// equation 1.4), which takes numbers of both signs:
///
///     ψ(y) = ((1 + y)^λ - 1) / λ               y ≥ 0, λ ≠ 0        ln(1 + y)     λ = 0
///     ψ(y) = -((1 - y)^(2-λ) - 1) / (2 - λ)    y < 0, λ ≠ 2       -ln(1 - y)     λ = 2
struct YeoJohnson: Hashable, Sendable {
    /// 1 leaves every number as it is; below, what is large is drawn together, above, what is small.
    let power: Double

    /// Further ones would say that nearly all values are alike.
    static let powers = -3.0...5.0
    /// Steps of the search for the power, each of which makes its interval shorter by the golden ratio: to 10⁻⁷.
    private static let steps = 38

    init(power: Double) { self.power = power }

    /// The power under which the values are most like draws of a normal distribution (their equation 3.1); 1 where they are all equal.
    ///
    /// - Parameter values: at most 10²⁰ in magnitude, so that no square of a power overflows.
    init(fittedTo values: [Double]) {
        guard let first = values.first, values.contains(where: { $0 != first }) else {
            power = 1
            return
        }
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (Self.powers.lowerBound, Self.powers.upperBound)
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var (atLeft, atRight) = (Self.logLikelihood(left, values), Self.logLikelihood(right, values))
        for _ in 0..<Self.steps {
            if atLeft > atRight {
                (high, right, atRight) = (right, left, atLeft)
                left = high - ratio * (high - low)
                atLeft = Self.logLikelihood(left, values)
            } else {
                (low, left, atLeft) = (left, right, atRight)
                right = low + ratio * (high - low)
                atRight = Self.logLikelihood(right, values)
            }
        }
        let found = (low + high) / 2
        power = Self.logLikelihood(found, values) > Self.logLikelihood(1, values) ? found : 1
    }

    /// -n/2 ln σ²(λ) + (λ - 1) Σ sign(y) ln(1 + |y|), without its constant.
    static func logLikelihood(_ power: Double, _ values: [Double]) -> Double {
        let transformation = YeoJohnson(power: power)
        let transformed = values.map(transformation.callAsFunction)
        let count = Double(values.count)
        let mean = transformed.reduce(0) { $0 + $1 / count }
        let variance = transformed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
        guard variance > 0, variance.isFinite else { return -.infinity }
        let jacobian = values.reduce(0) { $0 + ($1 < 0 ? -log1p(-$1) : log1p($1)) }
        return -0.5 * count * log(variance) + (power - 1) * jacobian
    }

    func callAsFunction(_ y: Double) -> Double {
        y < 0 ? -Self.boxCox(log1p(-y), 2 - power) : Self.boxCox(log1p(y), power)
    }

    /// (exp(λ t) - 1) / λ.
    private static func boxCox(_ t: Double, _ power: Double) -> Double {
        abs(power) * max(t, 1) < 1e-12 ? t : expm1(power * t) / power
    }
}
