import Glibc
import Testing
import TunedNumerics

@Suite struct NormalTests {
    /// Values from tables of 20 digits (Mathematica: CDF[NormalDistribution[], x]).
    @Test(arguments: [
        (0.0, 0.5), (1.0, 0.841_344_746_068_542_95), (-1.0, 0.158_655_253_931_457_05), (-5.0, 2.866_515_718_791_939e-7),
        (-10.0, 7.619_853_024_160_527e-24), (-37.0, 5.725_571_222_524_577e-300),
    ])
    func cumulative(_ x: Double, _ expected: Double) {
        #expect(abs(StandardNormal.cumulative(x) - expected) <= 1e-13 * expected)
    }

    @Test(arguments: [1e-300, 1e-20, 1e-10, 1e-4, 0.02425, 0.075, 0.3, 0.5, 0.9, 0.975, 1 - 1e-10])
    func quantileInvertsCumulative(_ p: Double) {
        let back = StandardNormal.cumulative(StandardNormal.quantile(p))
        #expect(abs(back - p) <= 2e-13 * p, "\(back)")
    }

    @Test func quantileHasItsEnds() {
        #expect(StandardNormal.quantile(0) == -.infinity)
        #expect(StandardNormal.quantile(1) == .infinity)
        #expect(StandardNormal.quantile(0.5) == 0)
        #expect(abs(StandardNormal.quantile(0.975) - 1.959_963_984_540_054) < 1e-14)
    }

    @Test func logCumulativeIsContinuousWhereItsFormsMeet() {
        for x in [-37.0, 5.0] {
            let (below, above) = (StandardNormal.logCumulative(x - 1e-9), StandardNormal.logCumulative(x + 1e-9))
            #expect(abs(above - below) < 1e-6 * max(1, abs(x)))
            #expect(above >= below)
        }
        // log Φ(-100) to 12 digits: -5005.5242086942.
        #expect(abs(StandardNormal.logCumulative(-100) + 5005.524_208_694_2) < 1e-8)
    }

    @Test(arguments: [(-1.0, 1.0, -0.381_714_6), (-8.0, -7.0, -27.385_4), (7.0, 8.0, -27.385_4)])
    func logMass(_ a: Double, _ b: Double, _ expected: Double) {
        #expect(abs(StandardNormal.logMass(from: a, to: b) - expected) < 1e-3)
    }

    @Test func logMassStaysFiniteInTheTailsAndInNarrowIntervals() {
        #expect(StandardNormal.logMass(from: 1, to: 1) == -.infinity)
        #expect(StandardNormal.logMass(from: -200, to: -199).isFinite)
        // 2e-12 times the density at 0.
        #expect(abs(StandardNormal.logMass(from: -1e-12, to: 1e-12) - log(2e-12 / (2 * Double.pi).squareRoot())) < 1e-9)
        #expect(StandardNormal.logMass(from: -.infinity, to: .infinity) == 0)
        #expect(StandardNormal.logMass(from: 199, to: 200) == StandardNormal.logMass(from: -200, to: -199))
    }

    @Test(arguments: [
        TruncatedNormal(mean: 0.5, deviation: 0.1, low: 0, high: 1), TruncatedNormal(mean: 0, deviation: 0.03, low: 0, high: 1),
        TruncatedNormal(mean: 100, deviation: 1, low: 0, high: 1), TruncatedNormal(mean: -100, deviation: 1, low: 0, high: 1),
        TruncatedNormal(mean: -10, deviation: 1, low: 0, high: 1), TruncatedNormal(mean: 0.5, deviation: 1e6, low: 0, high: 1),
    ])
    func truncatedQuantilesAreWithinAndAscend(_ normal: TruncatedNormal) {
        var last = normal.low
        for step in 1..<200 {
            let x = normal.quantile(Double(step) / 200)
            #expect(x >= last && x <= normal.high, "\(x) after \(last)")
            last = x
        }
    }

    @Test(arguments: [0.0, 0.2, 0.5, 1.0]) func truncatedDensityIntegratesToOne(_ mean: Double) {
        let normal = TruncatedNormal(mean: mean, deviation: 0.2, low: 0, high: 1)
        let points = 20_000
        let sum = (0..<points).reduce(0.0) { $0 + exp(normal.logDensity(at: (Double($1) + 0.5) / Double(points))) }
        #expect(abs(sum / Double(points) - 1) < 1e-6)
        #expect(normal.logDensity(at: 1.1) == -.infinity)
    }

    @Test func sumsOfExponentialsDoNotOverflow() {
        #expect(logSumExp([]) == -.infinity)
        #expect(abs(logSumExp([1000, 1000]) - 1000.693_147_180_56) < 1e-9)
        #expect(logSumExp([-.infinity, 0]) == 0)
        #expect(logAddExp(-.infinity, -.infinity) == -.infinity)
        #expect(abs(logAddExp(-1000, -1001) + 999.686_738_3) < 1e-6)
    }
}
