import Glibc
import TunedNumerics

/// The likelihood of values under a Gaussian process with a constant mean, which is estimated by generalised least squares along with it
/// (Rasmussen and Williams 2006, equations 2.30, 5.8 and 5.9).
struct MarginalLikelihood {
    private let points: KernelPoints
    private let values: [Double]
    /// n × n, column by column, lower triangle: the kernel, and its slope over the squared distance.
    private var kernel: [Double]
    private var slopes: [Double]

    init(points: KernelPoints, values: [Double]) {
        self.points = points
        self.values = values
        kernel = Array(repeating: 0, count: points.count * points.count)
        slopes = kernel
    }

    /// -log p(y | θ) without its constant, and its gradient over the logarithms of the lengths and, last, of the noise; infinite where
    /// the matrix cannot be factorised.
    mutating func negativeLogarithm(_ parameters: KernelParameters, gradient: UnsafeMutableBufferPointer<Double>?) -> Double {
        let n = points.count
        slopes.withUnsafeMutableBufferPointer {
            points.fillCovariances(weights: parameters.weights, noise: parameters.noise, into: &kernel, slopes: $0)
        }
        guard let factor = Cholesky(kernel, count: n) else {
            gradient?.update(repeating: 0)
            return .infinity
        }
        let (mean, alpha) = GaussianProcess.weights(values, factor)
        var value = 0.5 * factor.logDeterminant
        for row in 0..<n { value += 0.5 * alpha[row] * (values[row] - mean) }
        if let gradient { differentiate(parameters, factor.inverse(), alpha, gradient) }
        return value
    }

    /// dK/d log l_m = slope · w_m d_m², and the derivative of the whole ½ tr((K⁻¹ - α αᵀ) dK).
    private func differentiate(
        _ parameters: KernelParameters, _ inverse: [Double], _ alpha: [Double], _ gradient: UnsafeMutableBufferPointer<Double>
    ) {
        let n = points.count
        gradient.update(repeating: 0)
        var weighted = [Double](repeating: 0, count: n)
        var trace = 0.0
        weighted.withUnsafeMutableBufferPointer { weighted in
            inverse.withUnsafeBufferPointer { inverse in
                slopes.withUnsafeBufferPointer { slopes in
                    alpha.withUnsafeBufferPointer { alpha in
                        for column in 0..<n {
                            let start = column * n
                            trace += inverse[start + column] - alpha[column] * alpha[column]
                            for row in column + 1..<max(n, column + 1) {
                                weighted[row] = (inverse[start + row] - alpha[row] * alpha[column]) * slopes[start + row]
                            }
                            for index in points.columns.indices {
                                gradient[index] += points.sum(ofSquaresIn: index, below: column, times: UnsafeBufferPointer(weighted))
                            }
                        }
                    }
                }
            }
        }
        let weights = parameters.weights
        for index in weights.indices { gradient[index] *= weights[index] }
        gradient[weights.count] = 0.5 * trace * exp(parameters.logNoise)
    }
}
