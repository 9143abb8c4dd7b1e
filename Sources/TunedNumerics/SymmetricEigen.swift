internal import CBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix (LAPACK's dsyevr).
public struct SymmetricEigen: Sendable {
    /// Ascending.
    public let values: [Double]
    /// Column by column, in the order of the values; each of length 1.
    public let vectors: [Double]

    /// - Parameter matrix: `count` × `count`, column by column; its lower triangle is read.
    /// - Returns: nil where the numbers are not finite or the iteration does not converge.
    public init?(_ matrix: [Double], count: Int) {
        precondition(LinearAlgebra.isReady && matrix.count == count * count)
        guard count > 0 else { (values, vectors) = ([], []); return }
        guard matrix.allSatisfy(\.isFinite) else { return nil }
        var (a, w, z) = (matrix, [Double](repeating: 0, count: count), [Double](repeating: 0, count: count * count))
        var support = [Int32](repeating: 0, count: 2 * count)
        var (n, found, status, none, unused) = (Int32(count), Int32(0), Int32(0), Int32(0), 0.0)
        // Room as the routine's documentation asks for at least.
        var (lengthOfWork, lengthOfWhole) = (Int32(26 * count), Int32(10 * count))
        var work = [Double](repeating: 0, count: 26 * count)
        var whole = [Int32](repeating: 0, count: 10 * count)
        dsyevr_(
            "V", "A", "L", &n, &a, &n, &unused, &unused, &none, &none, &unused, &found, &w, &z, &n, &support, &work, &lengthOfWork, &whole,
            &lengthOfWhole, &status, 1, 1, 1)
        guard status == 0, Int(found) == count else { return nil }
        (values, vectors) = (w, z)
    }
}
