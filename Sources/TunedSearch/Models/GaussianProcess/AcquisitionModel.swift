import TunedNumerics

/// How much a model of the objectives expects to gain at a point.
protocol AcquisitionModel: Sendable {
    /// Logarithms, at many points without NaN (``KernelPoints/imputed(_:)``).
    func logarithms(at places: [[Double]]) -> [Double]
    /// At one, with the gradient over the numeric parameters named.
    func logarithm(at place: UnsafeBufferPointer<Double>, over axes: [Int], gradient: UnsafeMutableBufferPointer<Double>) -> Double
}

/// One objective: the expected improvement.
struct ImprovementModel: AcquisitionModel {
    var process: GaussianProcess
    var improvement: ExpectedImprovement

    func logarithms(at places: [[Double]]) -> [Double] { process.predict(places).map(improvement.logarithm) }

    func logarithm(at place: UnsafeBufferPointer<Double>, over axes: [Int], gradient: UnsafeMutableBufferPointer<Double>) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * axes.count) { buffer in
            let ofMean = UnsafeMutableBufferPointer(rebasing: buffer[..<axes.count])
            let ofDeviation = UnsafeMutableBufferPointer(rebasing: buffer[axes.count...])
            let prediction = process.predict(place, over: axes, meanGradient: ofMean, deviationGradient: ofDeviation)
            let slopes = improvement.slopes(prediction)
            for index in axes.indices { gradient[index] = slopes.mean * ofMean[index] + slopes.deviation * ofDeviation[index] }
            return improvement.logarithm(prediction)
        }
    }
}

/// Several objectives, a process each: the expected gain in hypervolume.
struct HypervolumeModel: AcquisitionModel {
    var processes: [GaussianProcess]
    var improvement: ExpectedHypervolumeImprovement

    func logarithms(at places: [[Double]]) -> [Double] {
        let predictions = processes.map { $0.predict(places) }
        return places.indices.map { index in improvement.logarithm(predictions.map { $0[index] }) }
    }

    func logarithm(at place: UnsafeBufferPointer<Double>, over axes: [Int], gradient: UnsafeMutableBufferPointer<Double>) -> Double {
        let width = axes.count
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * width * processes.count) { buffer in
            func part(_ number: Int) -> UnsafeMutableBufferPointer<Double> {
                UnsafeMutableBufferPointer(rebasing: buffer[number * width..<(number + 1) * width])
            }
            let predictions = processes.enumerated().map { number, process in
                process.predict(place, over: axes, meanGradient: part(2 * number), deviationGradient: part(2 * number + 1))
            }
            let (value, slopes) = improvement.slopes(predictions)
            for index in axes.indices {
                gradient[index] = slopes.enumerated().reduce(0) { sum, item in
                    sum + item.element.mean * part(2 * item.offset)[index] + item.element.deviation * part(2 * item.offset + 1)[index]
                }
            }
            return value
        }
    }
}
