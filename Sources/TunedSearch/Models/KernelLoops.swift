import Glibc

/// The loops over an estimator's kernels, in which a suggestion spends its time. They run over plain pointers, without branches and without
/// integer arithmetic that could trap, so that the compiler makes them SIMD; sums run in four lanes, in an order that depends on the number
/// of terms alone.
///
/// Pointers must have room for `count` numbers.
enum KernelLoops {
    /// terms -= precision · (x - positions)²
    static func subtractDistances(
        _ terms: UnsafeMutablePointer<Double>, _ positions: UnsafePointer<Double>, count: Int, at x: Double, precision: Double
    ) {
        for kernel in 0..<count {
            let distance = x - positions[kernel]
            terms[kernel] -= precision * distance * distance
        }
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
    static func logSumExp(_ terms: UnsafePointer<Double>, count: Int, first: Double) -> Double {
        var largest = SIMD4(repeating: first)
        let whole = count & ~3
        for kernel in stride(from: 0, to: whole, by: 4) {
            let four = SIMD4(terms[kernel], terms[kernel &+ 1], terms[kernel &+ 2], terms[kernel &+ 3])
            largest.replace(with: four, where: four .> largest)
        }
        for kernel in whole..<count where terms[kernel] > largest[0] { largest[0] = terms[kernel] }
        let top = largest.max()
        // A few hundred terms below e⁻⁴⁵ of the largest do not reach the last bit of the sum.
        let least = top - 45
        var sum = exp(first - top)
        for kernel in 0..<count where terms[kernel] > least { sum += exp(terms[kernel] - top) }
        return top + log(sum)
    }

    /// Number, sum and sum of squared differences from `center` of those that are not NaN.
    static func moments(_ numbers: UnsafePointer<Double>, count: Int, around center: Double) -> (count: Double, sum: Double, squares: Double) {
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
