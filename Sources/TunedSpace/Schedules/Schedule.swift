import Glibc

/// How a number changes over a run: by what its value is multiplied, at a progress from 0 (the start) to 1 (the full budget).
///
/// Every shape is a factor on the value that the configuration has, its base, so it means the same on a logarithmic scale as on a
/// linear one, and a base of either sign keeps it. The base is the highest value (the first, or the peak of a shape that rises),
/// and what is left at the end, `final`, a share of it. `exponential` and `step` go by equal ratios; all other shapes go by equal
/// differences, as their papers and the frameworks have them.
public enum Schedule: Hashable, Sendable {
    case constant
    /// `drops` drops at equal distances, each to `factor` of what was (He et al. 2016, section 4.2, drop to a tenth).
    case step(drops: Double, factor: Double)
    /// `final^p`: the same ratio in equal times.
    case exponential(final: Double)
    /// `final + (1 - final)(1 - p)^power` (Chen et al. 2018, DeepLab, section 4.1: the "poly" policy). A power of 1 is a straight line.
    case polynomial(final: Double, power: Double)
    /// `final + (1 - final)(1 + cos(pi p)) / 2` (Loshchilov and Hutter 2017, equation 5, with one cycle).
    case cosine(final: Double)
    /// The same over and over: `cycles` of equal length, each from the base down again (equation 5 with T_mult = 1).
    case warmRestarts(final: Double, cycles: Double)
    /// A straight rise from ``start`` to the base at progress `peakAt`, then a straight fall to `final` (Smith and Topin 2018, section 3).
    case oneCycle(final: Double, peakAt: Double)
    /// A straight rise from ``start`` to the base at progress `until`, then constant (Goyal et al. 2017, section 2.2: gradual warm-up).
    case warmup(until: Double)

    /// Where a rise begins, as a share of the base: the `div_factor` of 25 that fastai and PyTorch use.
    public static let start = 0.04

    /// What the base is multiplied with; exactly 1 and `final` at the ends. A progress below 0, or none at all (NaN), is 0, one above 1
    /// is 1.
    public func factor(at progress: Double) -> Double {
        let progress = progress > 0 ? min(progress, 1) : 0
        switch self {
        case .constant: return 1
        case .step(let drops, let factor):
            return pow(factor, min(drops, Self.whole(progress * (drops + 1))))
        case .exponential(let final): return pow(final, progress)
        case .polynomial(let final, let power): return Self.between(final, 1, pow(1 - progress, power))
        case .cosine(let final): return Self.between(final, 1, Self.wave(progress))
        case .warmRestarts(let final, let cycles):
            if progress == 1 { return final }
            let place = progress * cycles
            return Self.between(final, 1, Self.wave(max(0, place - Self.whole(place))))
        case .oneCycle(let final, let peakAt):
            if progress < peakAt { return Self.between(Self.start, 1, progress / peakAt) }
            return peakAt < 1 ? Self.between(1, final, (progress - peakAt) / (1 - peakAt)) : 1
        case .warmup(let until): return progress < until ? Self.between(Self.start, 1, progress / until) : 1
        }
    }

    /// From `a` at 0 to `b` at 1, and those exactly.
    private static func between(_ a: Double, _ b: Double, _ share: Double) -> Double {
        share >= 1 ? b : a + (b - a) * max(0, share)
    }

    /// Half a wave of the cosine, from 1 to 0.
    private static func wave(_ progress: Double) -> Double { (1 + cos(.pi * progress)) / 2 }

    /// Rounded down; a product that misses a whole number by its last bits (an epoch's share of the run, times cycles) is that number.
    private static func whole(_ number: Double) -> Double { (number + 1e-9).rounded(.down) }
}

extension Schedule {
    public enum Shape: String, Hashable, Sendable, CaseIterable {
        case constant, step, exponential, polynomial, cosine
        case warmRestarts = "warm_restarts"
        case oneCycle = "one_cycle"
        case warmup

        /// What a shape has to be told.
        public var settings: [Setting] {
            switch self {
            case .constant: []
            case .step: [.drops, .factor]
            case .exponential, .cosine: [.final]
            case .polynomial: [.final, .power]
            case .warmRestarts: [.final, .cycles]
            case .oneCycle: [.final, .peakAt]
            case .warmup: [.warmup]
            }
        }
    }

    /// A number that a shape has to be told. The raw value numbers them.
    public enum Setting: Int, Hashable, Sendable, CaseIterable {
        case final, power, drops, factor, cycles, peakAt, warmup
    }

    public init(_ shape: Shape, _ value: (Setting) -> Double) {
        self =
            switch shape {
            case .constant: .constant
            case .step: .step(drops: value(.drops), factor: value(.factor))
            case .exponential: .exponential(final: value(.final))
            case .polynomial: .polynomial(final: value(.final), power: value(.power))
            case .cosine: .cosine(final: value(.final))
            case .warmRestarts: .warmRestarts(final: value(.final), cycles: value(.cycles))
            case .oneCycle: .oneCycle(final: value(.final), peakAt: value(.peakAt))
            case .warmup: .warmup(until: value(.warmup))
            }
    }
}
