import Glibc

/// A kernel's factor along one axis with numbers: exp(-((u - position) · scale)²), cut to [0, 1].
struct KernelShape: Sendable {
    /// The standard deviation σ of the uncut factor.
    let width: Double
    /// 1 / √2 σ.
    let scale: Double
    /// Of a countable number with few values; else empty.
    private let cells: [(middle: Double, width: Double)]

    init(width: Double, cells: [(middle: Double, width: Double)]) {
        self.width = width
        self.cells = cells
        scale = 0.5.squareRoot() / width
    }

    /// The logarithm of the factor's sum over the cells, or of its integral.
    func logNorm(at position: Double) -> Double {
        if !cells.isEmpty {
            var sum = 0.0
            for cell in cells {
                let distance = (cell.middle - position) * scale
                sum += cell.width * exp(-distance * distance)
            }
            return log(sum)
        }
        // √2π σ (Φ((1 - p)/σ) - Φ(-p/σ)); both arguments of erf are positive, so nothing cancels.
        return log(width * (Double.pi / 2).squareRoot() * (erf((1 - position) * scale) + erf(position * scale)))
    }
}
