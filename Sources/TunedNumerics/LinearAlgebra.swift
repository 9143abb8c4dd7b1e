internal import CBLAS

/// OpenBLAS on one thread: trials have the other cores, and sums come out in one order.
enum LinearAlgebra {
    /// Looked at before the first use of BLAS or LAPACK.
    static let isReady: Bool = {
        openblas_set_num_threads(1)
        return true
    }()
}

/// Σ a[i] b[i].
public func dot(_ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>) -> Double {
    precondition(LinearAlgebra.isReady && a.count == b.count)
    return cblas_ddot(Int32(a.count), a.baseAddress, 1, b.baseAddress, 1)
}
