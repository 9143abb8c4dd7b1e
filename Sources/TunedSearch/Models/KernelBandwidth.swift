import Glibc

/// The width of an estimator's kernels along each axis.
///
/// Scott's rule (D. W. Scott 1992: Multivariate Density Estimation, eq. 6.42): σ = s · n^(-1/(d+4)), with the deviation s of the kernels'
/// positions, to which the uniform prior counts as one more. Never below `minimum`: 0.03 of the range (S. Watanabe 2023,
/// arXiv 2304.11127, section 5), nor below half a cell.
///
/// Widths are rounded to a geometric grid, so that adding one trial seldom changes them: what was computed for a width stays valid.
enum KernelBandwidth {
    static let minimum = 0.03
    /// Levels a factor of two.
    private static let levels = 8.0

    static func width(positions: UnsafeBufferPointer<Double>, varying: Int, cells: UInt64?) -> Double {
        var count = 0.0
        var sum = 0.0
        for position in positions where !position.isNaN {
            count += 1
            sum += position
        }
        // The prior is uniform: mean 1/2, variance 1/12.
        let mean = (sum + 0.5) / (count + 1)
        var squares = 1.0 / 12 + (0.5 - mean) * (0.5 - mean)
        for position in positions where !position.isNaN { squares += (position - mean) * (position - mean) }
        let deviation = (squares / (count + 1)).squareRoot()
        let width = deviation * pow(count + 1, -1 / Double(varying + 4))
        let least = max(minimum, cells.map { 0.5 / Double($0) } ?? 0)
        return exp2((log2(max(width, least)) * levels).rounded() / levels)
    }
}
