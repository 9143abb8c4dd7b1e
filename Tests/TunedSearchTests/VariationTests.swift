import Glibc
import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

@Suite struct VariationTests {
    /// Parents at 0.4 and 0.6 with index 2. Below, the bound is at the spread 1 + 2 · 0.4 / 0.2 = 5, so that
    /// α = 2 - 5^-3 = 1.992.
    @Test func simulatedBinaryCrossoverByHand() {
        func child(_ u: Double, _ isUpper: Bool) -> Double {
            Crossover.simulatedBinary(0.6, 0.4, index: 2, u, isUpper: isUpper)
        }
        #expect(abs(child(0.1, false) - (0.5 - 0.1 * cbrt(0.1992))) < 1e-12)
        #expect(abs(child(0.1, true) - (0.5 + 0.1 * cbrt(0.1992))) < 1e-12)
        #expect(abs(child(0.9, false) - (0.5 - 0.1 / cbrt(2 - 0.9 * 1.992))) < 1e-12)
        // The parents themselves at the spread 1, the bound at the end.
        #expect(abs(child(1 / 1.992, false) - 0.4) < 1e-12)
        #expect(abs(child(1 - 1e-15, false)) < 1e-9)
        #expect(Crossover.simulatedBinary(0.3, 0.3, index: 2, 0.7, isUpper: true) == 0.3)
    }

    /// Deb and Agrawal: children within the parents' distance and beyond it are as likely (without a bound in the way).
    @Test func simulatedBinaryCrossoverContractsAsOftenAsItExpands() {
        var random = CounterRandom(seed: 4, trial: 0)
        let children = (0..<4_000).map { _ in
            Crossover.simulatedBinary(0.499, 0.501, index: 5, random.uniform(), isUpper: random.uniform() < 0.5)
        }
        let inside = children.count { $0 > 0.499 && $0 < 0.501 }
        #expect(abs(inside - 2_000) < 150)
        #expect(abs(children.reduce(0, +) / 4_000 - 0.5) < 1e-4)
    }

    /// Index 1 at 0.5: with u = 0.18 the shift is √(0.36 + 0.64 · 0.25) - 1 = √0.52 - 1.
    @Test func polynomialMutationByHand() {
        #expect(abs(Mutation.polynomial(0.5, index: 1, 0.18) - (0.52.squareRoot() - 0.5)) < 1e-12)
        #expect(abs(Mutation.polynomial(0.5, index: 1, 0.82) - (1.5 - 0.52.squareRoot())) < 1e-12)
        #expect(Mutation.polynomial(0.3, index: 20, 0.5) == 0.3)
        #expect(abs(Mutation.polynomial(0.3, index: 20, 0)) < 1e-12)
        #expect(abs(Mutation.polynomial(0.3, index: 20, 1 - 1e-16) - 1) < 1e-6)
        #expect(Mutation.polynomial(0, index: 3, 0.1) == 0)
    }

    @Test func blendStaysWithinItsInterval() {
        var random = CounterRandom(seed: 1, trial: 0)
        let genes = (0..<2_000).map { _ in Crossover.blend(alpha: 0.5).gene(0.4, 0.6, &random) }
        #expect(genes.allSatisfy { $0 >= 0.3 && $0 <= 0.7 })
        #expect((genes.min() ?? 1) < 0.302 && (genes.max() ?? 0) > 0.698)
        let clipped = (0..<200).map { _ in Crossover.blend(alpha: 2).gene(0.9, 0.1, &random) }
        #expect(clipped.contains(0) && clipped.contains(1))
        for _ in 0..<50 { #expect([0.4, 0.6].contains(Crossover.uniform.gene(0.4, 0.6, &random))) }
    }

    /// A mutated integer is another one, mostly a neighbour; a mutated category any other.
    @Test func mutatesByCells() {
        var random = CounterRandom(seed: 2, trial: 0)
        let scale = UnitScale(Parameter(name: "i", domain: .integer(IntegerDomain(low: 1, high: 5))))
        var seen: [Int64: Int] = [:]
        for start in 0..<5 {
            let gene = (Double(start) + 0.5) / 5
            for _ in 0..<200 {
                let value = scale.value(at: Mutation.number(gene, scale, index: 20, &random))
                #expect(value != .integer(Int64(start + 1)))
                if start == 2, case .integer(let number) = value { seen[number, default: 0] += 1 }
            }
        }
        #expect((seen[2] ?? 0) > 50 && (seen[4] ?? 0) > 50)
        var categories: [UInt64: Int] = [:]
        for _ in 0..<300 { categories[Mutation.category(1, of: 4, &random), default: 0] += 1 }
        #expect(categories[1] == nil && [0, 2, 3].allSatisfy { (categories[$0] ?? 0) > 60 })
        #expect(Mutation.category(0, of: 1, &random) == 0)
    }

    @Test func anIntegerOfALogarithmicScaleMovesToo() {
        var random = CounterRandom(seed: 3, trial: 0)
        let scale = UnitScale(Parameter(name: "i", domain: .integer(IntegerDomain(low: 1, high: 1_024, isLogarithmic: true))))
        for number in [1, 2, 3, 1_000, 1_024] as [Int64] {
            let gene = scale.unit(of: .integer(number)) ?? 0
            for _ in 0..<50 { #expect(scale.value(at: Mutation.number(gene, scale, index: 100, &random)) != .integer(number)) }
        }
    }
}
