import Glibc

/// The normal distribution with mean 0 and variance 1.
public enum StandardNormal {
    /// Φ(x), with full relative accuracy in the lower tail.
    public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

    public static func logDensity(_ x: Double) -> Double { -0.5 * x * x - 0.918_938_533_204_672_74 }

    /// log Φ(x), also where Φ(x) is less than the smallest double.
    public static func logCumulative(_ x: Double) -> Double {
        if x > -37 { return x > 5 ? log1p(-cumulative(-x)) : log(cumulative(x)) }
        // Φ(x) ~ φ(x) / -x * (1 - 1/x² + 3/x⁴ - 15/x⁶), Abramowitz and Stegun 26.2.12.
        let r = 1 / (x * x)
        return logDensity(x) - log(-x) + log1p(-r * (1 - r * (3 - 15 * r)))
    }

    /// log(Φ(b) - Φ(a)) for a <= b, without cancellation where both lie in one tail; -inf where a = b.
    public static func logMass(from a: Double, to b: Double) -> Double {
        guard a < b else { return -.infinity }
        // In the lower tail Φ is accurate; the upper one is its mirror image.
        if a > 0 { return logMass(from: -b, to: -a) }
        if b <= 0 {
            let upper = logCumulative(b)
            return upper + log(-expm1(logCumulative(a) - upper))
        }
        // Both terms are positive, so nothing cancels.
        return log(0.5 * (erf(b * 0.5.squareRoot()) + erf(-a * 0.5.squareRoot())))
    }

    /// Φ⁻¹(p) for 0 < p < 1, to about 16 digits; ∓inf at the ends.
    ///
    /// M. J. Wichura: Algorithm AS 241, the percentage points of the normal distribution. Applied Statistics 37 (1988),
    /// PPND16.
    public static func quantile(_ p: Double) -> Double {
        let q = p - 0.5
        if abs(q) <= 0.425 {
            let r = 0.180625 - q * q
            return q * polynomial(r, central.over) / polynomial(r, central.under)
        }
        let tail = q < 0 ? p : 1 - p
        guard tail > 0 else { return q < 0 ? -.infinity : .infinity }
        var r = (-log(tail)).squareRoot()
        let size: Double
        if r <= 5 {
            r -= 1.6
            size = polynomial(r, middle.over) / polynomial(r, middle.under)
        } else {
            r -= 5
            size = polynomial(r, far.over) / polynomial(r, far.under)
        }
        return q < 0 ? -size : size
    }

    /// Coefficients from the constant up; all three rational functions are of degree 7 over 7.
    private typealias Coefficients = SIMD8<Double>

    private static func polynomial(_ x: Double, _ c: Coefficients) -> Double {
        var sum = c[7]
        for index in stride(from: 6, through: 0, by: -1) { sum = sum * x + c[index] }
        return sum
    }

    private static let central: (over: Coefficients, under: Coefficients) = (
        Coefficients(
            3.387_132_872_796_366_608_0e0, 1.331_416_678_917_843_774_5e2, 1.971_590_950_306_551_442_7e3,
            1.373_169_376_550_946_112_5e4, 4.592_195_393_154_987_145_7e4, 6.726_577_092_700_870_085_3e4,
            3.343_057_558_358_812_810_5e4, 2.509_080_928_730_122_672_7e3),
        Coefficients(
            1, 4.231_333_070_160_091_125_2e1, 6.871_870_074_920_579_083_0e2, 5.394_196_021_424_751_107_7e3,
            2.121_379_430_158_659_586_7e4, 3.930_789_580_009_271_061_0e4, 2.872_908_573_572_194_267_4e4,
            5.226_495_278_852_854_561_0e3)
    )
    private static let middle: (over: Coefficients, under: Coefficients) = (
        Coefficients(
            1.423_437_110_749_683_577_34e0, 4.630_337_846_156_545_295_90e0, 5.769_497_221_460_691_405_50e0,
            3.647_848_324_763_204_605_04e0, 1.270_458_252_452_368_382_58e0, 2.417_807_251_774_506_117_70e-1,
            2.272_384_498_926_918_458_33e-2, 7.745_450_142_783_414_076_40e-4),
        Coefficients(
            1, 2.053_191_626_637_758_821_87e0, 1.676_384_830_183_803_849_40e0, 6.897_673_349_851_000_045_50e-1,
            1.481_039_764_274_800_745_90e-1, 1.519_866_656_361_645_719_66e-2, 5.475_938_084_995_344_946_00e-4,
            1.050_750_071_644_416_843_24e-9)
    )
    private static let far: (over: Coefficients, under: Coefficients) = (
        Coefficients(
            6.657_904_643_501_103_777_20e0, 5.463_784_911_164_114_369_90e0, 1.784_826_539_917_291_335_80e0,
            2.965_605_718_285_048_912_30e-1, 2.653_218_952_657_612_309_30e-2, 1.242_660_947_388_078_438_60e-3,
            2.711_555_568_743_487_578_15e-5, 2.010_334_399_292_288_132_65e-7),
        Coefficients(
            1, 5.998_322_065_558_879_376_90e-1, 1.369_298_809_227_358_053_10e-1, 1.487_536_129_085_061_485_25e-2,
            7.868_691_311_456_132_591_00e-4, 1.846_318_317_510_054_681_80e-5, 1.421_511_758_316_445_888_70e-7,
            2.044_263_103_389_939_785_64e-15)
    )
}
