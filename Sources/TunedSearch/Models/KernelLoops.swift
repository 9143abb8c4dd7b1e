import Glibc

/// The loops over an estimator's kernels, in which a suggestion spends its time: in single precision, eight kernels at a
/// time, without branches. Seven digits are more than a density that was estimated from some hundred trials is worth.
/// Sums run in eight lanes, in an order that depends on the number of kernels alone, and of additions and
/// multiplications alone, so that they are the same on every CPU.
///
/// All pointers must have room for `count` numbers, and `count` must be a multiple of ``lanes``.
package enum KernelLoops {
    package typealias Lanes = SIMD8<Float>
    package static let lanes = 8

    /// Where an axis' scaled positions begin, and the point's coordinate on the same scale.
    struct ScaledAxis {
        var offset: Int
        var coordinate: Float
    }

    private static func load(_ numbers: UnsafePointer<Float>, _ index: Int) -> Lanes {
        UnsafeRawPointer(numbers + index).loadUnaligned(as: Lanes.self)
    }

    private static func store(_ lanes: Lanes, _ numbers: UnsafeMutablePointer<Float>, _ index: Int) {
        UnsafeMutableRawPointer(numbers + index).storeBytes(of: lanes, as: Lanes.self)
    }

    /// terms = bases - Σ (coordinate - position)² over the axes.
    static func subtractDistances(
        _ terms: UnsafeMutablePointer<Float>, _ bases: UnsafePointer<Float>, _ positions: UnsafePointer<Float>, count: Int,
        axes: UnsafeBufferPointer<ScaledAxis>
    ) {
        for kernel in stride(from: 0, to: count, by: lanes) {
            var sum = load(bases, kernel)
            for axis in axes {
                let distance = axis.coordinate - load(positions, axis.offset &+ kernel)
                sum -= distance * distance
            }
            store(sum, terms, kernel)
        }
    }

    /// terms -= (x - position)² + norm, where the position is not NaN.
    static func subtractDistances(
        _ terms: UnsafeMutablePointer<Float>, _ positions: UnsafePointer<Float>, norms: UnsafePointer<Float>, count: Int,
        at x: Float
    ) {
        for kernel in stride(from: 0, to: count, by: lanes) {
            let distance = x - load(positions, kernel)
            let quadratic = distance * distance + load(norms, kernel)
            let present = quadratic.replacing(with: 0, where: quadratic .!= quadratic)
            store(load(terms, kernel) - present, terms, kernel)
        }
    }

    /// terms += own where the position is x, absent where it is NaN, other elsewhere.
    static func addMatches(
        _ terms: UnsafeMutablePointer<Float>, _ positions: UnsafePointer<Float>, count: Int, at x: Float, own: Float,
        other: Float, absent: Float
    ) {
        for kernel in stride(from: 0, to: count, by: lanes) {
            let position = load(positions, kernel)
            var chance = Lanes(repeating: other)
            chance.replace(with: own, where: position .== x)
            chance.replace(with: absent, where: position .!= position)
            store(load(terms, kernel) + chance, terms, kernel)
        }
    }

    /// log(exp(first) + Σ exp(terms)); a term of -inf counts nothing, and `first` is finite.
    package static func logSumExp(_ terms: UnsafePointer<Float>, count: Int, first: Double) -> Double {
        var largest = Lanes(repeating: Float(first))
        for kernel in stride(from: 0, to: count, by: lanes) {
            let eight = load(terms, kernel)
            largest.replace(with: eight, where: eight .> largest)
        }
        let top = largest.max()
        var sums = Lanes()
        for kernel in stride(from: 0, to: count, by: lanes) { sums += exponentials(load(terms, kernel) - top) }
        return Double(top) + log(exp(first - Double(top)) + Double(sums.sum()))
    }

    /// eˣ of x <= 0, to seven digits; 0 below -87. x = k ln 2 + r with |r| <= ln 2 / 2, and eʳ by its Taylor series.
    @inline(__always)
    private static func exponentials(_ x: Lanes) -> Lanes {
        // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the lowest bits.
        let shifter = Lanes(repeating: 0x1.8p23)
        let shifted = x * 1.442_695_04 + shifter
        let whole = shifted - shifter
        // ln 2 in two parts, of which the first has trailing zeros, so that its product with k is exact.
        let r = x - whole * 0x1.62e4p-1 - whole * 1.428_606_77e-6
        var sum = Lanes(repeating: 1.0 / 720)
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r + 1
        sum = sum * r + 1
        // Both types are eight 32-bit lanes: the cast only looks at the same bits as whole numbers.
        let exponent = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
        let scaled = unsafeBitCast(unsafeBitCast(sum, to: SIMD8<UInt32>.self) &+ exponent, to: Lanes.self)
        // Also where x is -inf, and the sum is not a number.
        return scaled.replacing(with: 0, where: .!(x .>= -87))
    }
}
