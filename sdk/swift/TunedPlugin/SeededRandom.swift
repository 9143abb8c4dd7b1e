/// A small, fast generator that a trial's seed determines: SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom
/// number generators", figure 17). Its whole state is one number, which a checkpoint can hold. `tuned_random` of the C header gives the
/// same numbers.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    public var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
    /// Uniform in [0, 1), of 53 bits. Unlike `Double.random(in:using:)` it is the same in every version of Swift.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0..<`count`, which must be greater than 0, by Lemire's multiplication (2019, "Fast random integer generation in an
    /// interval") without its rejection: the bias is below `count` / 2^64.
    public mutating func index(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }
}
