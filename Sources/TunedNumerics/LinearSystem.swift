internal import CBLAS

/// Systems of linear equations without a structure to use (LAPACK's dgesv).
public enum LinearSystem {
    /// The solution x of A x = b.
    ///
    /// - Parameter matrix: A, as many rows and columns as b has numbers, column by column.
    /// - Returns: nil where A is singular, or the solution is not finite.
    public static func solve(_ matrix: [Double], _ b: [Double]) -> [Double]? {
        precondition(LinearAlgebra.isReady && matrix.count == b.count * b.count)
        guard !b.isEmpty else { return [] }
        var (a, x, pivots) = (matrix, b, [Int32](repeating: 0, count: b.count))
        var (count, columns, status) = (Int32(b.count), Int32(1), Int32(0))
        dgesv_(&count, &columns, &a, &count, &pivots, &x, &count, &status)
        return status == 0 && x.allSatisfy(\.isFinite) ? x : nil
    }
}
