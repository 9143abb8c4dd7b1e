import Glibc

/// The width of an estimator's kernels along each axis.
///
/// Scott's rule (D. W. Scott 1992: Multivariate Density Estimation, eq. 6.42): σ = s · n^(-1/(d+4)), with the deviation
/// s of the kernels' positions, to which the uniform prior counts as one more. Never below `minimum`: 0.03 of the range
/// (S. Watanabe 2023, arXiv 2304.11127), nor below half a cell.
///
/// Widths are rounded to a geometric grid, so that adding one trial seldom changes them: what was computed for a width
/// stays valid.
enum KernelBandwidth {
    static let minimum = 0.03
    /// Levels a factor of two.
    private static let levels = 8.0

    /// - Parameters:
    ///   - positions: of `count` kernels in [0, 1]; NaN where a kernel's trial did not have the parameter.
    ///   - varying: d, the number of parameters that are not fixed.
    ///   - cells: number of values of a countable parameter.
    static func width(positions: UnsafePointer<Double>, count: Int, varying: Int, cells: UInt64?) -> Double {
        // Around the prior's mean, 1/2; its variance is 1/12. Four lanes, because one sum would wait for each addition.
        var present = SIMD4<Double>()
        var sums = SIMD4<Double>()
        var squares = SIMD4<Double>()
        for start in stride(from: 0, to: count, by: 4) {
            var four = SIMD4(repeating: Double.nan)
            for lane in 0..<min(4, count - start) { four[lane] = positions[start + lane] - 0.5 }
            let isPresent = four .== four
            let offsets = SIMD4().replacing(with: four, where: isPresent)
            present += SIMD4().replacing(with: 1, where: isPresent)
            sums += offsets
            squares += offsets * offsets
        }
        let total = present.sum() + 1
        let offset = sums.sum() / total
        let variance = (squares.sum() + 1.0 / 12) / total - offset * offset
        let width = max(variance, 0).squareRoot() * pow(total, -1 / Double(varying + 4))
        let least = max(minimum, cells.map { 0.5 / Double($0) } ?? 0)
        return exp2((log2(max(width, least)) * levels).rounded() / levels)
    }
}
