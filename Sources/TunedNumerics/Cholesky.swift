internal import CBLAS
import Glibc

/// The Cholesky factor L of a symmetric positive definite matrix A = L Lᵀ, which can grow by a row and a column.
public struct Cholesky: Sendable {
    /// Rows.
    public private(set) var count: Int
    /// Column by column, `room` rows each; above the diagonal it holds nothing.
    private var factor: [Double]
    private var room: Int

    /// - Parameter matrix: `count` × `count`, column by column; its lower triangle is read.
    /// - Returns: nil where the matrix is not positive definite, to the precision of its numbers.
    public init?(_ matrix: [Double], count: Int) {
        precondition(LinearAlgebra.isReady && matrix.count == count * count)
        self.count = count
        room = count
        factor = matrix
        guard count > 0 else { return }
        var (rows, status) = (Int32(count), Int32(0))
        factor.withUnsafeMutableBufferPointer { dpotrf_("L", &rows, $0.baseAddress, &rows, &status, 1) }
        guard status == 0 else { return nil }
    }

    /// The factor of A with one more row and column.
    ///
    /// - Parameters:
    ///   - column: what is above its last element, `count` numbers.
    ///   - diagonal: its last element.
    /// - Returns: false, and leaves all as it is, where the larger matrix is not positive definite.
    public mutating func append(_ column: [Double], diagonal: Double) -> Bool {
        precondition(column.count == count)
        var row = column
        solveLower(&row)
        let rest = diagonal - row.reduce(0) { $0 + $1 * $1 }
        guard rest > diagonal * 1e-14, rest.isFinite else { return false }
        if room == count { grow() }
        for index in 0..<count { factor[index * room + count] = row[index] }
        factor[count * room + count] = rest.squareRoot()
        count += 1
        return true
    }

    private mutating func grow() {
        let larger = max(16, room * 2)
        var copy = [Double](repeating: 0, count: larger * larger)
        for column in 0..<count {
            for row in column..<count { copy[column * larger + row] = factor[column * room + row] }
        }
        (factor, room) = (copy, larger)
    }

    /// log |A|.
    public var logDeterminant: Double { (0..<count).reduce(0) { $0 + 2 * log(factor[$1 * room + $1]) } }

    /// The elements of L on the diagonal.
    public func diagonal(_ index: Int) -> Double { factor[index * room + index] }

    /// Replaces each column of b, `count` numbers long, by the solution x of L x = b.
    public func solveLower(_ b: inout [Double]) {
        b.withUnsafeMutableBufferPointer { solveLower($0, columns: count == 0 ? 0 : $0.count / count) }
    }

    public func solveLower(_ b: UnsafeMutableBufferPointer<Double>, columns: Int) {
        precondition(b.count >= count * columns)
        guard count > 0, columns > 0 else { return }
        let (rows, stride) = (Int32(count), Int32(room))
        factor.withUnsafeBufferPointer { factor in
            if columns == 1 {
                cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, rows, factor.baseAddress, stride, b.baseAddress, 1)
            } else {
                cblas_dtrsm(
                    CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, rows, Int32(columns), 1, factor.baseAddress, stride,
                    b.baseAddress, rows)
            }
        }
    }

    /// Replaces b by the solution x of Lᵀ x = b.
    public func solveUpper(_ b: inout [Double]) {
        precondition(b.count == count)
        guard count > 0 else { return }
        let (rows, stride) = (Int32(count), Int32(room))
        factor.withUnsafeBufferPointer { factor in
            b.withUnsafeMutableBufferPointer {
                cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, rows, factor.baseAddress, stride, $0.baseAddress, 1)
            }
        }
    }

    /// The solution x of A x = b.
    public func solve(_ b: [Double]) -> [Double] {
        var x = b
        solveLower(&x)
        solveUpper(&x)
        return x
    }

    /// A⁻¹, `count` × `count`, column by column; only its lower triangle holds numbers.
    public func inverse() -> [Double] {
        var result = [Double](repeating: 0, count: count * count)
        for column in 0..<count {
            for row in column..<count { result[column * count + row] = factor[column * room + row] }
        }
        var (rows, status) = (Int32(count), Int32(0))
        guard count > 0 else { return result }
        result.withUnsafeMutableBufferPointer { dpotri_("L", &rows, $0.baseAddress, &rows, &status, 1) }
        return result
    }
}
