/// Numbers in rows, in one piece of memory that is its own. Rows and columns are checked where one is made; the loops over them
/// are not.
final class Matrix {
    let rows: Int
    let columns: Int
    let base: UnsafeMutablePointer<Float>

    init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0)
        self.rows = rows
        self.columns = columns
        base = .allocate(capacity: max(1, rows * columns))
        base.initialize(repeating: 0, count: max(1, rows * columns))
    }

    deinit { base.deallocate() }

    func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * columns }
}

/// Loops over matrices in plain memory. Sums run in one fixed order, so that equal inputs give equal bits.
enum Kernels {
    private typealias Lanes = SIMD8<Float>

    /// out[i, j] += sum over k of left[i, k] * right[k, j], with `out` and `right` row after row, `columns` to a row.
    ///
    /// - Parameters:
    ///   - step: from left[i, k] to left[i + 1, k]; `innerStep`: to left[i, k + 1]. Exchanged, they read `left` transposed.
    static func addProduct(
        _ out: UnsafeMutablePointer<Float>, _ left: UnsafePointer<Float>, step: Int, innerStep: Int, _ right: UnsafePointer<Float>,
        rows: Int, inner: Int, columns: Int
    ) {
        let blocked = columns - columns % Lanes.scalarCount
        var i = 0
        // Four rows at a time, so that what is loaded of `right` is used four times.
        while i + 4 <= rows {
            let left0 = left + i * step, left1 = left0 + step, left2 = left1 + step, left3 = left2 + step
            let out0 = out + i * columns, out1 = out0 + columns, out2 = out1 + columns, out3 = out2 + columns
            for j in stride(from: 0, to: blocked, by: Lanes.scalarCount) {
                var sum0 = load(out0 + j), sum1 = load(out1 + j), sum2 = load(out2 + j), sum3 = load(out3 + j)
                for k in 0..<inner {
                    let values = load(right + (k &* columns &+ j)), place = k &* innerStep
                    sum0 += left0[place] * values
                    sum1 += left1[place] * values
                    sum2 += left2[place] * values
                    sum3 += left3[place] * values
                }
                store(sum0, out0 + j)
                store(sum1, out1 + j)
                store(sum2, out2 + j)
                store(sum3, out3 + j)
            }
            i += 4
        }
        while i < rows {
            for j in stride(from: 0, to: blocked, by: Lanes.scalarCount) {
                var sum = load(out + (i * columns + j))
                for k in 0..<inner { sum += left[i &* step &+ k &* innerStep] * load(right + (k &* columns &+ j)) }
                store(sum, out + (i * columns + j))
            }
            i += 1
        }
        guard blocked < columns else { return }
        for i in 0..<rows {
            for k in 0..<inner {
                let factor = left[i &* step &+ k &* innerStep]
                for j in blocked..<columns { out[i &* columns &+ j] += factor * right[k &* columns &+ j] }
            }
        }
    }

    static func transpose(_ out: UnsafeMutablePointer<Float>, _ matrix: UnsafePointer<Float>, rows: Int, columns: Int) {
        for i in 0..<rows {
            for j in 0..<columns { out[j &* rows &+ i] = matrix[i &* columns &+ j] }
        }
    }

    @inline(__always) private static func load(_ place: UnsafePointer<Float>) -> Lanes {
        UnsafeRawPointer(place).loadUnaligned(as: Lanes.self)
    }

    @inline(__always) private static func store(_ value: Lanes, _ place: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(place).storeBytes(of: value, as: Lanes.self)
    }
}
