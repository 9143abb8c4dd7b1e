/// Philox4x32-10: ten rounds that turn a counter and a key into 128 random bits. Any block can be computed without
/// those before it.
///
/// J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3. SC'11.
package enum Philox4x32 {
    package typealias Block = SIMD4<UInt32>

    /// The constants of the paper's section 3.3: multipliers, and the Weyl increments of the key.
    private static let multiplier0: UInt32 = 0xD251_1F53
    private static let multiplier1: UInt32 = 0xCD9E_8D57
    private static let increment0: UInt32 = 0x9E37_79B9
    private static let increment1: UInt32 = 0xBB67_AE85

    package static func block(counter: Block, key: SIMD2<UInt32>) -> Block {
        var counter = counter
        var key = key
        for _ in 0..<10 {
            let first = multiplier0.multipliedFullWidth(by: counter[0])
            let second = multiplier1.multipliedFullWidth(by: counter[2])
            counter = Block(second.high ^ counter[1] ^ key[0], second.low, first.high ^ counter[3] ^ key[1], first.low)
            key = SIMD2(key[0] &+ increment0, key[1] &+ increment1)
        }
        return counter
    }
}
