import Glibc
import Testing
import TunedNumerics
@testable import TunedSearch

@Suite struct OutcomeWarpTests {
    /// By hand: (4^½ - 1) / ½ = 2, -(4^(3/2) - 1) / (3/2) = -14/3, and the logarithms at the two special powers.
    @Test(arguments: [
        (0.5, 3.0, 2.0), (0.5, -3, -14 / 3), (0, 3, 1.3862943611198906), (0, -3, -7.5), (2, 3, 7.5), (2, -3, -1.3862943611198906), (1, 3, 3), (1, -3, -3),
        (-1, 3, 0.75), (1e-14, 3, 1.3862943611198906),
    ] as [(Double, Double, Double)])
    func theTransformationIsThatOfThePaper(power: Double, value: Double, expected: Double) {
        #expect(abs(YeoJohnson(power: power)(value) - expected) < 1e-12)
    }

    @Test func itsInverseGivesTheValueBack() {
        for power in stride(from: -3.0, through: 5, by: 0.25) {
            for value in [-40, -2.5, -1e-9, 0, 1e-3, 0.7, 12] {
                let y = YeoJohnson(power: power)(value)
                // ψ⁻¹ of what is not negative; what is, is the same of 2 - λ with both signs turned.
                let (own, size) = value < 0 ? (2 - power, -y) : (power, y)
                let back = own == 0 ? expm1(size) : pow(own * size + 1, 1 / own) - 1
                #expect(abs(back - abs(value)) <= 1e-3 * abs(value), "power \(power), value \(value)")
            }
        }
    }

    /// Its powers are those of the transformations that the values have gone through.
    @Test func theMostLikelyPowerIsFound() {
        var random = CounterRandom(seed: 4, trial: 0)
        let normal = (0..<4_000).map { _ in random.normal() }
        #expect(abs(YeoJohnson(fittedTo: normal).power - 1) < 0.1)
        // ln(1 + y) is a normal variable, far above 0.
        let skewed = normal.map { expm1(max(3 + 0.5 * $0, 0)) }
        #expect(abs(YeoJohnson(fittedTo: skewed).power) < 0.15)
        #expect(abs(YeoJohnson(fittedTo: skewed.map { -$0 }).power - 2) < 0.15)
        // No other power on a grid is more likely.
        let values = (0..<40).map { _ in exp(2 * random.normal()) - 1.5 }
        let found = YeoJohnson(fittedTo: values).power
        let best = stride(from: -3.0, through: 5, by: 0.01).map { YeoJohnson.logLikelihood($0, values) }.max() ?? 0
        #expect(YeoJohnson.logLikelihood(found, values) >= best - 1e-9)
    }

    @Test(arguments: [
        [], [5], [5, 5, 5], [1.7e308, -1.7e308, 0], [.leastNonzeroMagnitude, 0], [.leastNonzeroMagnitude, 0, 1.7e308], [1e300, 1e300, 1e-300], [0, 0, 0, 1],
        [-1e9, 1, 2, 3, 4], [1, 2, 3, 4, 1e200], [1, 1 + 2e-16, 1],
    ] as [[Double]])
    func extremesStayNumbersInTheirOrder(values: [Double]) {
        let scaled = Warping.output.scaled(values)
        #expect(scaled.allSatisfy { $0.isFinite && abs($0) < 1e3 }, "\(scaled)")
        for (a, b) in zip(values, scaled) {
            for (c, d) in zip(values, scaled) where a < c { #expect(b <= d) }
        }
    }

    /// Skewed values come to lie about as far above their middle as below, at mean 0 and variance 1.
    @Test func skewedValuesBecomeSymmetric() {
        var random = CounterRandom(seed: 9, trial: 0)
        let values = (0..<300).map { _ in exp(1.5 * random.normal()) }
        func skew(_ scaled: [Double]) -> Double { scaled.reduce(0) { $0 + $1 * $1 * $1 } / Double(scaled.count) }
        let warped = Warping.output.scaled(values)
        #expect(abs(warped.reduce(0, +)) < 1e-6 && abs(warped.reduce(0) { $0 + $1 * $1 } / 300 - 1) < 1e-6)
        #expect(abs(skew(warped)) < 0.3 && skew(Warping.none.scaled(values)) > 0.8)
        #expect(Warping.input.scaled(values) == Warping.none.scaled(values))
    }
}
