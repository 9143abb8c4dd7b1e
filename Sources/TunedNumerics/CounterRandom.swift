import Glibc

/// Random numbers that follow from a study's seed, a trial's number and a stream alone, so that any one suggestion can
/// be computed again without those before it. Streams of one trial are independent of each other.
public struct CounterRandom: RandomNumberGenerator, Sendable {
    private let key: SIMD2<UInt32>
    /// Block number, stream, and the trial in two words.
    private var counter: SIMD4<UInt32>
    private var block = Philox4x32.Block()
    /// Words of the block that were given out.
    private var used = 4

    public init(seed: UInt64, trial: UInt64, stream: UInt32 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        counter = SIMD4(0, stream, UInt32(truncatingIfNeeded: trial), UInt32(truncatingIfNeeded: trial >> 32))
    }

    public mutating func next() -> UInt64 {
        if used == 4 {
            block = Philox4x32.block(counter: counter, key: key)
            counter[0] &+= 1
            used = 0
        }
        defer { used += 2 }
        return UInt64(block[used]) | UInt64(block[used + 1]) << 32
    }

    /// Uniform in [0, 1): one of 2^53 evenly spaced numbers.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in (0, 1): the midpoints between those of ``uniform()``, for what has no value at the ends.
    public mutating func openUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

    /// Uniform in `0..<bound`, without bias (Lemire 2019: Fast random integer generation in an interval).
    ///
    /// - Precondition: bound > 0.
    public mutating func integer(below bound: UInt64) -> UInt64 {
        var product = bound.multipliedFullWidth(by: next())
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = bound.multipliedFullWidth(by: next()) }
        }
        return product.high
    }

    public mutating func index(below count: Int) -> Int { Int(integer(below: UInt64(count))) }

    /// Normal with mean 0 and variance 1, by inversion.
    public mutating func normal() -> Double { StandardNormal.quantile(openUniform()) }

    /// Fisher-Yates. The standard library's shuffle may change its draws with a release; this one does not.
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, index(below: last + 1))
        }
    }

    /// The numbers `0..<count` in random order.
    public mutating func permutation(of count: Int) -> [Int] {
        var numbers = Array(0..<count)
        shuffle(&numbers)
        return numbers
    }
}
