import Glibc

/// A normal distribution cut to an interval.
public struct TruncatedNormal: Sendable {
    public var mean: Double
    /// Standard deviation of the uncut distribution; above zero.
    public var deviation: Double
    public var low: Double
    /// Above low.
    public var high: Double

    public init(mean: Double, deviation: Double, low: Double, high: Double) {
        self.mean = mean
        self.deviation = deviation
        self.low = low
        self.high = high
    }

    /// The logarithm of the uncut distribution's mass within the interval.
    public var logMass: Double {
        StandardNormal.logMass(from: (low - mean) / deviation, to: (high - mean) / deviation)
    }

    public func logDensity(at x: Double) -> Double {
        guard x >= low, x <= high else { return -.infinity }
        return StandardNormal.logDensity((x - mean) / deviation) - log(deviation) - logMass
    }

    /// The point below which the share `p` of the mass lies, 0 < p < 1; within the interval however far it lies in a
    /// tail.
    public func quantile(_ p: Double) -> Double {
        let a = (low - mean) / deviation
        let b = (high - mean) / deviation
        let z = a > 0 ? -Self.standardQuantile(1 - p, from: -b, to: -a) : Self.standardQuantile(p, from: a, to: b)
        return min(max(mean + deviation * z, low), high)
    }

    /// For a <= 0, where Φ(a) is accurate.
    private static func standardQuantile(_ p: Double, from a: Double, to b: Double) -> Double {
        if b < -37 {
            // Φ is below the smallest normal double here, and falls off like an exponential of rate -b from the upper
            // end.
            return max(a, b + log(p + (1 - p) * exp(-b * (a - b))) / -b)
        }
        let lower = StandardNormal.cumulative(a)
        return StandardNormal.quantile(lower + p * (StandardNormal.cumulative(b) - lower))
    }
}
