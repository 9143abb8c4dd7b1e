/// Shifts and scales every feature to mean 0 and variance 1 over the training rows. The rows that score a model have no part in
/// it. A feature that is constant there becomes 0.
struct Scaling {
    private var means: [Float]
    private var factors: [Float]

    init(_ data: LabelledRows, rows: [Int]) {
        let width = data.featureCount
        var sums = [Double](repeating: 0, count: width), squares = sums
        for row in rows {
            for j in 0..<width { sums[j] += Double(data.features[row * width + j]) }
        }
        for j in 0..<width { sums[j] /= Double(max(1, rows.count)) }
        for row in rows {
            for j in 0..<width {
                let deviation = Double(data.features[row * width + j]) - sums[j]
                squares[j] += deviation * deviation
            }
        }
        means = sums.map { Float($0) }
        factors = squares.map { square in
            let deviation = (square / Double(max(1, rows.count))).squareRoot()
            return deviation > 1e-12 ? Float(1 / deviation) : 0
        }
    }

    /// The rows' features, scaled, row after row.
    func apply(_ data: LabelledRows, rows: [Int]) -> Matrix {
        let result = Matrix(rows: rows.count, columns: data.featureCount)
        for (place, row) in rows.enumerated() {
            for j in 0..<data.featureCount {
                result.base[place * data.featureCount + j] = (data.features[row * data.featureCount + j] - means[j]) * factors[j]
            }
        }
        return result
    }
}
