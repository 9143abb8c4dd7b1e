import Glibc
import TunedNumerics

/// The likelihood of values under a Gaussian process with a constant mean, which is estimated by generalised least squares along with it
/// (Rasmussen and Williams 2006, equations 2.30, 5.8 and 5.9).
struct MarginalLikelihood {
    /// Not bent.
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

    /// -log p(y | θ) without its constant, and its gradient over the logarithms of the lengths, of the noise and of the shapes of
    /// the warp; infinite where the matrix cannot be factorised.
    mutating func negativeLogarithm(_ parameters: KernelParameters, gradient: UnsafeMutableBufferPointer<Double>?) -> Double {
        let warped = points.warped(by: parameters.warp)
        slopes.withUnsafeMutableBufferPointer {
            warped.fillCovariances(weights: parameters.weights, noise: parameters.noise, into: &kernel, slopes: $0)
        }
        guard let factor = Cholesky(kernel, count: points.count) else {
            gradient?.update(repeating: 0)
            return .infinity
        }
        let (mean, alpha) = GaussianProcess.weights(values, factor)
        var value = 0.5 * factor.logDeterminant
        for row in values.indices { value += 0.5 * alpha[row] * (values[row] - mean) }
        if let gradient { differentiate(parameters, warped, factor.inverse(), alpha, gradient) }
        return value
    }

    /// dK/d log l_m = slope · w_m d_m², and the derivative of the whole ½ tr((K⁻¹ - α αᵀ) dK). Over a shape θ of the warp of x_m:
    /// dK/dθ = -slope · w_m (x - x') (dx/dθ - dx'/dθ).
    private func differentiate(
        _ parameters: KernelParameters, _ warped: KernelPoints, _ inverse: [Double], _ alpha: [Double], _ gradient: UnsafeMutableBufferPointer<Double>
    ) {
        let n = points.count
        gradient.update(repeating: 0)
        var weighted = [Double](repeating: 0, count: n)
        var trace = 0.0
        let bends = derivatives(parameters.warp)
        let shapes = warped.columns.count + 1
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
                            for index in warped.columns.indices {
                                gradient[index] += warped.sum(ofSquaresIn: index, below: column, times: UnsafeBufferPointer(weighted))
                            }
                            for (number, derivatives) in bends.enumerated() {
                                gradient[shapes + number] -= warped.sum(
                                    ofProductsIn: parameters.warp.columns[number / 2], and: derivatives, below: column,
                                    times: UnsafeBufferPointer(weighted))
                            }
                        }
                    }
                }
            }
        }
        let weights = parameters.weights
        for index in weights.indices { gradient[index] *= weights[index] }
        gradient[weights.count] = 0.5 * trace * exp(parameters.logNoise)
        for number in bends.indices { gradient[shapes + number] *= weights[parameters.warp.columns[number / 2]] }
    }

    /// Of the coordinates that are bent, over ln a and ln b of each parameter.
    private func derivatives(_ warp: KumaraswamyWarp) -> [[Double]] {
        warp.columns.enumerated().flatMap { number, column in
            let bends = points.columns[column].map { warp.bend(number, $0) }
            return [bends.map(\.ofLogA), bends.map(\.ofLogB)]
        }
    }
}
