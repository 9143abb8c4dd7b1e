import Testing
import TunedPlugin

@testable import mlp

@Suite struct KernelTests {
    /// Whole blocks, and what is left over on each side.
    @Test(arguments: [(1, 1, 1), (4, 3, 8), (5, 7, 10), (8, 64, 64), (3, 2, 23), (2, 0, 9), (0, 4, 4)])
    func productsAreThoseOfThePlainLoop(_ rows: Int, _ inner: Int, _ columns: Int) {
        var random = SeededRandom(seed: UInt64(rows * 10_000 + inner * 100 + columns))
        func matrix(_ rows: Int, _ columns: Int) -> Matrix {
            let result = Matrix(rows: rows, columns: columns)
            for i in 0..<rows * columns { result.base[i] = Float(random.uniform() - 0.5) }
            return result
        }
        let left = matrix(rows, inner), right = matrix(inner, columns), out = matrix(rows, columns)
        var expected = (0..<rows * columns).map { Double(out.base[$0]) }
        for i in 0..<rows {
            for j in 0..<columns {
                for k in 0..<inner { expected[i * columns + j] += Double(left.row(i)[k]) * Double(right.row(k)[j]) }
            }
        }
        let turned = Matrix(rows: inner, columns: rows), again = Matrix(rows: rows, columns: columns)
        Kernels.transpose(turned.base, left.base, rows: rows, columns: inner)
        again.base.update(from: out.base, count: rows * columns)
        Kernels.addProduct(out.base, left.base, step: inner, innerStep: 1, right.base, rows: rows, inner: inner, columns: columns)
        Kernels.addProduct(again.base, turned.base, step: 1, innerStep: rows, right.base, rows: rows, inner: inner, columns: columns)
        for place in expected.indices {
            #expect(abs(Double(out.base[place]) - expected[place]) < 1e-5)
            #expect(out.base[place] == again.base[place])
        }
    }
}
