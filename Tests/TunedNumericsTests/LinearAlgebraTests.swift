import Glibc
import Testing
import TunedNumerics

@Suite struct LinearAlgebraTests {
    /// A A^T + n I of pseudo-random A.
    private func positive(_ count: Int, seed: UInt64) -> [Double] {
        var random = CounterRandom(seed: seed, trial: 0)
        let a = (0..<count * count).map { _ in random.normal() }
        var matrix = [Double](repeating: 0, count: count * count)
        for row in 0..<count {
            for column in 0..<count {
                matrix[column * count + row] = (0..<count).reduce(0) { $0 + a[$1 * count + row] * a[$1 * count + column] }
            }
            matrix[row * count + row] += Double(count)
        }
        return matrix
    }

    private func times(_ matrix: [Double], _ x: [Double]) -> [Double] {
        x.indices.map { row in x.indices.reduce(0) { $0 + matrix[$1 * x.count + row] * x[$1] } }
    }

    @Test(arguments: [1, 2, 7, 40])
    func choleskySolves(_ count: Int) throws {
        let matrix = positive(count, seed: 3)
        let factor = try #require(Cholesky(matrix, count: count))
        let x = (0..<count).map { Double($0) - 2.5 }
        for (found, wanted) in zip(factor.solve(times(matrix, x)), x) { #expect(abs(found - wanted) < 1e-9) }
    }

    @Test func anAppendedFactorIsThatOfTheWhole() throws {
        let count = 23
        let matrix = positive(count, seed: 5)
        var grown = try #require(Cholesky([], count: 0))
        for row in 0..<count {
            let isPositive = grown.append((0..<row).map { matrix[$0 * count + row] }, diagonal: matrix[row * count + row])
            #expect(isPositive)
        }
        let whole = try #require(Cholesky(matrix, count: count))
        #expect(abs(grown.logDeterminant - whole.logDeterminant) < 1e-9)
        let b = (0..<count).map { sin(Double($0)) }
        for (a, b) in zip(grown.solve(b), whole.solve(b)) { #expect(abs(a - b) < 1e-10) }
        for (a, b) in zip(grown.inverse(), whole.inverse()) { #expect(abs(a - b) < 1e-10) }
    }

    @Test func whatIsNotPositiveDefiniteHasNoFactor() throws {
        #expect(Cholesky([1, 2, 2, 1], count: 2) == nil)
        var factor = try #require(Cholesky([4], count: 1))
        let isPositive = factor.append([2], diagonal: 1)
        #expect(!isPositive && factor.count == 1)
        #expect(SymmetricEigen([.nan], count: 1) == nil)
    }

    @Test func eigenvectorsMakeTheMatrixAgain() throws {
        let count = 12
        let matrix = positive(count, seed: 9)
        let eigen = try #require(SymmetricEigen(matrix, count: count))
        #expect(eigen.values == eigen.values.sorted())
        for column in 0..<count {
            let vector = Array(eigen.vectors[column * count..<(column + 1) * count])
            for (a, b) in zip(times(matrix, vector), vector) { #expect(abs(a - eigen.values[column] * b) < 1e-9) }
        }
    }

    /// Rosenbrock's valley; at 0.5, its minimum on that side, the bound holds it.
    @Test func minimisesWithinBounds() {
        func rosenbrock(_ x: UnsafeBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>?) -> Double {
            let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
            if let gradient {
                gradient[0] = -2 * a - 400 * x[0] * b
                gradient[1] = 200 * b
            }
            return a * a + 100 * b * b
        }
        let free = BoundedMinimizer.minimize(from: [-1.2, 1], lower: [-2, -2], upper: [2, 2], evaluations: 200, rosenbrock)
        #expect(abs(free.point[0] - 1) < 1e-3 && abs(free.point[1] - 1) < 1e-3)
        let held = BoundedMinimizer.minimize(from: [-1.2, 1], lower: [-2, -2], upper: [0.5, 2], evaluations: 200, rosenbrock)
        #expect(abs(held.point[0] - 0.5) < 1e-6 && abs(held.point[1] - 0.25) < 1e-3)
        let never = BoundedMinimizer.minimize(from: [0], lower: [-1], upper: [1], evaluations: 9) { _, _ in .nan }
        #expect(never.point == [0] && never.value == .infinity)
    }
}
