import Glibc
import TunedNumerics

/// What a Gaussian process learns besides its data: a length scale a parameter and the variance of the noise, as logarithms; and the shapes
/// of its warp, if it has one.
///
/// Their priors: a length scale is lognormal around exp(-1.6 + ln(d)/2), which grows with the dimension as distances do (C. Hvarfner et
/// al. 2024, arXiv 2402.02229), categories' one unit higher; the noise is lognormal(-4, 1) above 10⁻⁶, on values of variance 1.
struct KernelParameters: Hashable, Sendable {
    var logLengths: [Double]
    var logNoise: Double
    var warp = KumaraswamyWarp()

    static let leastNoise = 1e-6
    private static let lengthDeviation = 0.7
    private static let noiseMean = -4.0
    private static let lengthRange = -4.5...5.0
    private static let noiseRange = -14.0...1.0
    /// Evaluations of one fit.
    private static let evaluations = 40
    /// Deviation of a step of the chain, over all parameters together, and steps between two samples.
    private static let stepSize = 1.2
    private static let stepsBetween = 12

    var noise: Double { Self.leastNoise + exp(logNoise) }

    /// 1 / l², the weights of the squared differences.
    var weights: [Double] { logLengths.map { exp(-2 * $0) } }

    /// Where the priors have their highest density.
    static func prior(_ isCategorical: [Bool]) -> KernelParameters {
        KernelParameters(logLengths: lengthMeans(isCategorical), logNoise: noiseMean)
    }

    private var vector: [Double] { logLengths + [logNoise] + warp.logShapes }

    /// - Parameter vector: the logarithms of the lengths, of the noise, and of the shapes of a warp.
    private init(_ vector: some Collection<Double>, lengths count: Int, _ warp: KumaraswamyWarp) {
        let rest = vector.dropFirst(count)
        self.init(logLengths: Array(vector.prefix(count)), logNoise: rest.first ?? Self.noiseMean, warp: warp.with(rest.dropFirst()))
    }

    init(logLengths: [Double], logNoise: Double, warp: KumaraswamyWarp = KumaraswamyWarp()) {
        (self.logLengths, self.logNoise, self.warp) = (logLengths, logNoise, warp)
    }

    private static func lengthMeans(_ isCategorical: [Bool]) -> [Double] {
        let mean = -1.6 + 0.5 * log(Double(max(isCategorical.count, 1)))
        return isCategorical.map { $0 ? mean + 1 : mean }
    }

    /// The parameters of the highest posterior density near a start, by L-BFGS.
    ///
    /// - Parameter values: of mean 0 and variance 1.
    static func fitted(to points: KernelPoints, _ values: [Double], from start: KernelParameters) -> KernelParameters {
        let count = points.isCategorical.count
        var density = PosteriorDensity(points, values, start.warp)
        let ranges =
            Array(repeating: lengthRange, count: count) + [noiseRange] + start.warp.logShapes.map { _ in KumaraswamyWarp.range }
        let minimum = BoundedMinimizer.minimize(
            from: start.vector, lower: ranges.map(\.lowerBound), upper: ranges.map(\.upperBound), evaluations: evaluations, tolerance: 1e-4
        ) { density.negativeLogarithm($0, gradient: $1) }
        guard minimum.value.isFinite else { return start }
        return KernelParameters(minimum.point, lengths: count, start.warp)
    }

    /// A few parameters as the posterior density has them: a Metropolis chain that starts at its maximum.
    static func sampled(
        from posterior: KernelPoints, _ values: [Double], around best: KernelParameters, count: Int, _ random: inout CounterRandom
    ) -> [KernelParameters] {
        var density = PosteriorDensity(posterior, values, best.warp)
        var state = best.vector
        var level = state.withUnsafeBufferPointer { density.negativeLogarithm($0, gradient: nil) }
        let deviation = stepSize / Double(state.count).squareRoot()
        return (0..<count).map { _ in
            for _ in 0..<stepsBetween {
                let proposal = state.map { $0 + deviation * random.normal() }
                let proposed = proposal.withUnsafeBufferPointer { density.negativeLogarithm($0, gradient: nil) }
                if log(random.openUniform()) < level - proposed { (state, level) = (proposal, proposed) }
            }
            return KernelParameters(state, lengths: best.logLengths.count, best.warp)
        }
    }

    /// The likelihood of the values times the priors.
    private struct PosteriorDensity {
        private let means: [Double]
        private let warp: KumaraswamyWarp
        private var likelihood: MarginalLikelihood

        init(_ points: KernelPoints, _ values: [Double], _ warp: KumaraswamyWarp) {
            self.warp = warp
            means = lengthMeans(points.isCategorical)
            likelihood = MarginalLikelihood(points: points, values: values)
        }

        /// - Parameter point: the logarithms of the lengths, of the noise, and of the shapes of the warp.
        mutating func negativeLogarithm(
            _ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>?
        ) -> Double {
            let parameters = KernelParameters(point, lengths: means.count, warp)
            var value = likelihood.negativeLogarithm(parameters, gradient: gradient)
            for index in means.indices {
                let offset = (point[index] - means[index]) / lengthDeviation
                value += 0.5 * offset * offset
                gradient?[index] += offset / lengthDeviation
            }
            // The density of a lognormal variable has the variable itself below the line, hence the second term.
            let offset = point[means.count] - noiseMean
            value += 0.5 * offset * offset + point[means.count]
            gradient?[means.count] += offset + 1
            for index in means.count + 1..<point.count {
                let offset = point[index] / KumaraswamyWarp.deviation
                value += 0.5 * offset * offset
                gradient?[index] += offset / KumaraswamyWarp.deviation
            }
            return value
        }
    }
}
