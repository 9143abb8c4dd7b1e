import Glibc

/// The strategy parameters of CMA-ES by N. Hansen 2016 (The CMA evolution strategy: a tutorial, arXiv 1604.00772, version 2; equation numbers
/// are those of its table 1), and for a diagonal covariance by R. Ros and N. Hansen 2008.
struct EvolutionConstants: Sendable {
    /// n, the axes of numbers.
    let dimensions: Int
    /// λ.
    let population: Int
    /// w_i of equation (53) for the better half, as they are; zero for the others.
    let positiveWeights: [Double]
    /// w_i of equation (53) for the worse half, below zero; zero for the others.
    let negativeWeights: [Double]
    /// μ_eff.
    let effectiveSize: Double
    /// c_σ and d_σ.
    let stepRate: Double
    let stepDamping: Double
    /// c_c.
    let pathRate: Double
    /// c_1 and c_μ.
    let rankOneRate: Double
    let rankMuRate: Double
    /// E‖N(0, I)‖.
    let expectedNorm: Double

    /// Equation (48).
    static func usualPopulation(dimensions: Int) -> Int { 4 + Int(3 * log(Double(max(dimensions, 1)))) }

    /// That of a first run: points that fill the distribution evenly say as much as more independent ones, and budgets are small.
    static func firstPopulation(dimensions: Int) -> Int { 4 + Int(log(Double(max(dimensions, 1)))) }

    /// Factors on c_1 and c_μ, and on the 1 in d_σ: steps of a generation whose points fill the distribution evenly vary less than those of
    /// independent ones, so more can be learnt from them. Measured; 1 and 1 are the tutorial's.
    static let covarianceSpeed = 1.3
    static let damping = 0.7

    init(
        dimensions: Int, population: Int, isDiagonal: Bool, covarianceSpeed: Double = covarianceSpeed, damping: Double = damping
    ) {
        self.dimensions = dimensions
        self.population = population
        let n = Double(max(dimensions, 1))
        // (49)
        let raw = (1...population).map { log((Double(population) + 1) / 2) - log(Double($0)) }
        let positive = raw.map { max($0, 0) }
        let negative = raw.map { min($0, 0) }
        func effective(_ weights: [Double]) -> Double {
            let sum = weights.reduce(0, +)
            let squares = weights.reduce(0) { $0 + $1 * $1 }
            return squares > 0 ? sum * sum / squares : 0
        }
        effectiveSize = effective(positive)
        let m = effectiveSize
        // (57) and (58), with α_cov = 2; a diagonal one learns (n + 2) / 3 times as fast (Ros and Hansen 2008, equation 3).
        let speed = covarianceSpeed * (isDiagonal ? (n + 2) / 3 : 1)
        rankOneRate = min(0.5, speed * 2 / ((n + 1.3) * (n + 1.3) + m))
        rankMuRate = min(1 - rankOneRate, speed * 2 * (0.25 + m + 1 / m - 2) / ((n + 2) * (n + 2) + m))
        // (50) to (53)
        let negativeSize = effective(negative)
        let limit = min(
            1 + rankOneRate / rankMuRate, 1 + 2 * negativeSize / (m + 2), (1 - rankOneRate - rankMuRate) / (n * rankMuRate))
        let (positiveSum, negativeSum) = (positive.reduce(0, +), -negative.reduce(0, +))
        positiveWeights = positive.map { $0 / positiveSum }
        negativeWeights = negative.map { negativeSum > 0 ? $0 * max(limit, 0) / negativeSum : 0 }
        // (55) and (56)
        stepRate = (m + 2) / (n + m + 5)
        stepDamping = damping + 2 * max(0, ((m - 1) / (n + 1)).squareRoot() - 1) + stepRate
        pathRate = (4 + m / n) / (n + 4 + 2 * m / n)
        expectedNorm = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    }
}
