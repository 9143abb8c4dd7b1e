import Glibc
package import TunedNumerics
package import TunedSpace

/// Changes one gene.
package enum Mutation {
    /// Up to so many cells a mutation that would end in its own goes to the next one; with more that hardly happens.
    private static let steppedCells: UInt64 = 1 << 20

    /// Polynomial mutation within [0, 1] (K. Deb and S. Agrawal 1999: A niched-penalty approach for constraint handling
    /// in genetic algorithms, equations 6 and 7): the larger the index, the closer.
    ///
    /// - Parameter u: uniform in [0, 1).
    package static func polynomial(_ gene: Double, index: Double, _ u: Double) -> Double {
        let power = index + 1
        let shift: Double
        if u < 0.5 {
            shift = pow(2 * u + (1 - 2 * u) * pow(1 - gene, power), 1 / power) - 1
        } else {
            shift = 1 - pow(2 * (1 - u) + (2 * u - 1) * pow(gene, power), 1 / power)
        }
        return min(max(gene + shift, 0), 1)
    }

    /// Another place of a number, or another cell where the values are countable.
    package static func number(_ gene: Double, _ scale: UnitScale, index: Double, _ random: inout CounterRandom) -> Double {
        let mutant = polynomial(gene, index: index, random.uniform())
        guard let count = scale.cellCount, count > 1, count <= steppedCells else { return mutant }
        let cell = scale.cell(at: gene, of: count)
        guard scale.cell(at: mutant, of: count) == cell else { return mutant }
        let isUp = cell == 0 || (cell + 1 < count && mutant >= gene)
        let bounds = scale.bounds(ofCell: isUp ? cell + 1 : cell - 1)
        return (bounds.lower + bounds.upper) / 2
    }

    /// Another category, all with the same chance.
    package static func category(_ cell: UInt64, of count: UInt64, _ random: inout CounterRandom) -> UInt64 {
        guard count > 1 else { return cell }
        let other = random.integer(below: count - 1)
        return other < cell ? other : other + 1
    }
}
