import Glibc

/// The loops over an estimator's kernels, in which a suggestion spends its time. They run over plain pointers, without
/// branches and without integer arithmetic that could trap, so that the compiler makes them SIMD; sums run in four
/// lanes, in an order that depends on the number of terms alone.
///
/// Pointers must have room for `count` numbers.
package enum KernelLoops {
    /// terms += factor · positions
    static func addProducts(
        _ terms: UnsafeMutablePointer<Double>, _ positions: UnsafePointer<Double>, count: Int, factor: Double
    ) {
        for kernel in 0..<count { terms[kernel] += factor * positions[kernel] }
    }

    /// terms -= precision · (x - positions)² + norms, where the position is not NaN.
    static func subtractDistances(
        _ terms: UnsafeMutablePointer<Double>, _ positions: UnsafePointer<Double>, norms: UnsafePointer<Double>, count: Int,
        at x: Double, precision: Double
    ) {
        for kernel in 0..<count {
            let distance = x - positions[kernel]
            let quadratic = precision * distance * distance + norms[kernel]
            terms[kernel] -= quadratic.isNaN ? 0 : quadratic
        }
    }

    /// terms += own where the position is x, absent where it is NaN, other elsewhere.
    static func addMatches(
        _ terms: UnsafeMutablePointer<Double>, _ positions: UnsafePointer<Double>, count: Int, at x: Double, own: Double,
        other: Double, absent: Double
    ) {
        for kernel in 0..<count {
            let position = positions[kernel]
            terms[kernel] += position == x ? own : position.isNaN ? absent : other
        }
    }

    /// log(exp(first) + Σ exp(terms)).
    package static func logSumExp(_ terms: UnsafePointer<Double>, count: Int, first: Double) -> Double {
        var largest = SIMD4(repeating: first)
        let whole = count & ~3
        for kernel in stride(from: 0, to: whole, by: 4) {
            let four = SIMD4(terms[kernel], terms[kernel &+ 1], terms[kernel &+ 2], terms[kernel &+ 3])
            largest.replace(with: four, where: four .> largest)
        }
        for kernel in whole..<count where terms[kernel] > largest[0] { largest[0] = terms[kernel] }
        let top = largest.max()
        var sums = SIMD4(exponential(first - top), 0, 0, 0)
        for kernel in stride(from: 0, to: whole, by: 4) {
            let four = SIMD4(terms[kernel], terms[kernel &+ 1], terms[kernel &+ 2], terms[kernel &+ 3])
            sums += exponentials(four - top)
        }
        for kernel in whole..<count { sums[0] += exponential(terms[kernel] - top) }
        return top + log(sums.sum())
    }

    private static func exponential(_ x: Double) -> Double { exponentials(SIMD4(repeating: x))[0] }

    /// eˣ of x <= 0, to 14 digits; 0 below -700. Of additions and multiplications alone, so that it is the same on
    /// every CPU, and four at once: x = k ln 2 + r with |r| <= ln 2 / 2, and eʳ by its Taylor series.
    @inline(__always)
    private static func exponentials(_ x: SIMD4<Double>) -> SIMD4<Double> {
        // Adding 1.5 · 2⁵² rounds to a whole number, which then stands in the lowest bits.
        let shifter = SIMD4<Double>(repeating: 0x1.8p52)
        let shifted = x * 1.442_695_040_888_963_4 + shifter
        let whole = shifted - shifter
        let r = x - whole * 0x1.62e42fefa3800p-1 - whole * 0x1.ef35793c76730p-45
        var sum = SIMD4<Double>(repeating: 1.0 / 39_916_800)
        sum = sum * r + 1.0 / 3_628_800
        sum = sum * r + 1.0 / 362_880
        sum = sum * r + 1.0 / 40_320
        sum = sum * r + 1.0 / 5_040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r + 1
        sum = sum * r + 1
        let exponent = SIMD4<UInt64>(
            shifted[0].bitPattern, shifted[1].bitPattern, shifted[2].bitPattern, shifted[3].bitPattern) &<< 52
        let bits = SIMD4<UInt64>(sum[0].bitPattern, sum[1].bitPattern, sum[2].bitPattern, sum[3].bitPattern) &+ exponent
        let scaled = SIMD4(
            Double(bitPattern: bits[0]), Double(bitPattern: bits[1]), Double(bitPattern: bits[2]), Double(bitPattern: bits[3]))
        return scaled.replacing(with: 0, where: x .< -700)
    }

    /// Number, sum and sum of squared differences from `center` of those that are not NaN.
    static func moments(
        _ numbers: UnsafePointer<Double>, count: Int, around center: Double
    ) -> (count: Double, sum: Double, squares: Double) {
        var present = SIMD4<Double>()
        var sums = SIMD4<Double>()
        var squares = SIMD4<Double>()
        for start in stride(from: 0, to: count, by: 4) {
            var four = SIMD4(repeating: Double.nan)
            if start &+ 4 <= count {
                four = SIMD4(numbers[start], numbers[start &+ 1], numbers[start &+ 2], numbers[start &+ 3])
            } else {
                for lane in 0..<(count - start) { four[lane] = numbers[start + lane] }
            }
            let isPresent = four .== four
            present += SIMD4(repeating: 0).replacing(with: 1, where: isPresent)
            sums += SIMD4(repeating: 0).replacing(with: four, where: isPresent)
            let differences = SIMD4(repeating: 0).replacing(with: four - center, where: isPresent)
            squares += differences * differences
        }
        return (present.sum(), sums.sum(), squares.sum())
    }
}
