import Glibc
package import TunedNumerics

/// Mixes the genes of two parents. A gene is a place on the unit scale; what has no order is only handed down.
package enum Crossover: Sendable, Hashable {
    /// Simulated binary crossover: around one of the parents, the closer to it the larger the index.
    case simulatedBinary(index: Double)
    /// The gene of either parent.
    case uniform
    /// Anywhere between the parents, and by `alpha` of their distance beyond (L. J. Eshelman and J. D. Schaffer 1993:
    /// Real-coded genetic algorithms and interval-schemata).
    case blend(alpha: Double)

    /// A gene of the child that takes after the first parent.
    package func gene(_ a: Double, _ b: Double, _ random: inout CounterRandom) -> Double {
        switch self {
        case .uniform: return random.uniform() < 0.5 ? a : b
        case .blend(let alpha):
            let (low, high) = (min(a, b), max(a, b))
            let margin = alpha * (high - low)
            return min(max(low - margin + random.uniform() * (high - low + 2 * margin), 0), 1)
        case .simulatedBinary(let index):
            // Half of the genes are handed down as they are, as in the authors' program.
            guard random.uniform() < 0.5, a != b else { return a }
            return Self.simulatedBinary(a, b, index: index, random.uniform(), isUpper: random.uniform() < 0.5)
        }
    }

    /// K. Deb and R. B. Agrawal 1995: Simulated binary crossover for continuous search space, with the spread bounded as
    /// in K. Deb and A. Kumar 1995: Real-coded genetic algorithms with simulated binary crossover: without the bound
    /// α = 2, and the spread β follows the density (η + 1) β^η / 2 up to 1 and (η + 1) / (2 β^(η + 2)) beyond.
    ///
    /// - Parameters:
    ///   - u: uniform in [0, 1).
    ///   - isUpper: which of the two children, at (a + b ± β |a - b|) / 2.
    package static func simulatedBinary(_ a: Double, _ b: Double, index: Double, _ u: Double, isUpper: Bool) -> Double {
        let (low, high) = (min(a, b), max(a, b))
        let gap = high - low
        guard gap > 0 else { return a }
        // The spread at which the child would meet the bound.
        let limit = 1 + 2 * (isUpper ? 1 - high : low) / gap
        let alpha = 2 - pow(limit, -(index + 1))
        let spread = pow(u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha), 1 / (index + 1))
        let child = (low + high + (isUpper ? spread : -spread) * gap) / 2
        return min(max(child, 0), 1)
    }
}
