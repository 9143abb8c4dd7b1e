import TunedNumerics

/// A Gaussian process on values of mean 0 and variance 1: Matérn kernel, constant mean by generalised least squares, noise
/// (Rasmussen and Williams 2006, algorithm 2.1).
struct GaussianProcess: Sendable {
    let parameters: KernelParameters
    private(set) var points: KernelPoints
    private let weights: [Double]
    private(set) var factor: Cholesky
    private(set) var mean = 0.0
    /// K⁻¹ (y - mean).
    private(set) var alpha: [Double] = []
    private(set) var values: [Double] = []

    /// - Parameter points: not bent by a warp.
    /// - Returns: nil where the points' covariance cannot be factorised, which noise makes very rare.
    init?(_ parameters: KernelParameters, _ points: KernelPoints) {
        self.parameters = parameters
        self.points = points.warped(by: parameters.warp)
        weights = parameters.weights
        var kernel = [Double](repeating: 0, count: points.count * points.count)
        self.points.fillCovariances(weights: weights, noise: parameters.noise, into: &kernel)
        guard let factor = Cholesky(kernel, count: points.count) else { return nil }
        self.factor = factor
    }

    /// One more point, whose value ``observe(_:)`` is still to say. A point that is no news to the model is left out.
    ///
    /// - Returns: whether it was taken.
    mutating func append(_ point: [Double]) -> Bool {
        let covariances = covariances(with: point)
        guard factor.append(covariances, diagonal: 1 + parameters.noise) else { return false }
        points.append(point)
        return true
    }

    /// The values at all points, in their order.
    mutating func observe(_ values: [Double]) {
        self.values = values
        (mean, alpha) = Self.weights(values, factor)
    }

    /// The constant mean of generalised least squares, and K⁻¹ (y - mean).
    static func weights(_ values: [Double], _ factor: Cholesky) -> (mean: Double, alpha: [Double]) {
        let ones = factor.solve([Double](repeating: 1, count: values.count))
        let solved = factor.solve(values)
        let total = ones.reduce(0, +)
        let mean = total > 0 ? zip(ones, values).reduce(0) { $0 + $1.0 * $1.1 } / total : 0
        return (mean, zip(solved, ones).map { $0 - mean * $1 })
    }

    private func covariances(with point: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: points.count)
        result.withUnsafeMutableBufferPointer { result in
            points.warp.warped(point).withUnsafeBufferPointer { point in
                weights.withUnsafeBufferPointer { points.squaredDistances(of: point, weights: $0, into: result) }
            }
            for row in result.indices { result[row] = MaternKernel.value(result[row]) }
        }
        return result
    }

    struct Prediction: Sendable {
        var mean: Double
        /// Of the function, without the noise of a measurement.
        var deviation: Double
    }

    private static let leastVariance = 1e-12

    /// At many points at once, each without NaN (``KernelPoints/imputed(_:)``).
    func predict(_ places: [[Double]]) -> [Prediction] {
        let n = points.count
        var matrix = [Double](repeating: 0, count: n * places.count)
        return matrix.withUnsafeMutableBufferPointer { matrix in
            var predictions: [Prediction] = []
            predictions.reserveCapacity(places.count)
            alpha.withUnsafeBufferPointer { alpha in
                for (number, place) in places.enumerated() {
                    let column = UnsafeMutableBufferPointer(rebasing: matrix[number * n..<(number + 1) * n])
                    points.warp.warped(place).withUnsafeBufferPointer { place in
                        weights.withUnsafeBufferPointer { points.squaredDistances(of: place, weights: $0, into: column) }
                    }
                    for row in column.indices { column[row] = MaternKernel.value(column[row]) }
                    predictions.append(Prediction(mean: mean + dot(UnsafeBufferPointer(column), alpha), deviation: 0))
                }
            }
            factor.solveLower(matrix, columns: places.count)
            for number in places.indices {
                let column = UnsafeBufferPointer(rebasing: matrix[number * n..<(number + 1) * n])
                predictions[number].deviation = max(1 - dot(column, column), Self.leastVariance).squareRoot()
            }
            return predictions
        }
    }

    /// At one point, with the gradients of mean and deviation over the numeric parameters named.
    func predict(
        _ place: UnsafeBufferPointer<Double>, over axes: [Int], meanGradient: UnsafeMutableBufferPointer<Double>,
        deviationGradient: UnsafeMutableBufferPointer<Double>
    ) -> Prediction {
        let n = points.count
        let bent = points.warp.warped(Array(place))
        let bends = points.warp.slopes(at: place, of: axes)
        var covariances = [Double](repeating: 0, count: n)
        var slopes = covariances
        covariances.withUnsafeMutableBufferPointer { covariances in
            bent.withUnsafeBufferPointer { place in weights.withUnsafeBufferPointer { points.squaredDistances(of: place, weights: $0, into: covariances) } }
            for row in covariances.indices { (covariances[row], slopes[row]) = MaternKernel.both(covariances[row]) }
        }
        var solved = covariances
        factor.solveLower(&solved)
        var reduction = 0.0
        for row in 0..<n { reduction += solved[row] * solved[row] }
        let deviation = max(1 - reduction, Self.leastVariance).squareRoot()
        factor.solveUpper(&solved)
        var prediction = Prediction(mean: mean, deviation: deviation)
        for row in 0..<n { prediction.mean += covariances[row] * alpha[row] }
        for (number, index) in axes.enumerated() {
            var (ofMean, ofReduction) = (0.0, 0.0)
            points.columns[index].withUnsafeBufferPointer { x in
                for row in 0..<n {
                    // dk/dx = -slope · w (x - x_i)
                    let change = slopes[row] * (bent[index] - x[row])
                    ofMean -= change * alpha[row]
                    ofReduction -= change * solved[row]
                }
            }
            meanGradient[number] = ofMean * weights[index] * bends[number]
            deviationGradient[number] = -ofReduction * weights[index] / deviation * bends[number]
        }
        return prediction
    }
}
