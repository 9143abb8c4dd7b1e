import TunedNumerics

/// The model of one objective: the rows of the trials that it holds, and a process for each of the parameters that are averaged over.
struct Surrogate: Sendable {
    private(set) var rows: [Int]
    /// With the most probable parameters first.
    private(set) var processes: [GaussianProcess]
    private let warping: Warping

    /// - Parameters:
    ///   - values: of the rows, as the points are.
    ///   - count: samples of the parameters beside the most probable ones.
    /// - Returns: nil where no process can be made.
    init?(
        rows: [Int], _ points: KernelPoints, values: [Double], _ warping: Warping, samples count: Int, _ random: inout CounterRandom
    ) {
        self.warping = warping
        let scaled = warping.scaled(values)
        var prior = KernelParameters.prior(points.isCategorical)
        if warping.ofInput { prior.warp = points.evenWarp }
        let best = KernelParameters.fitted(to: points, scaled, from: prior)
        let samples = KernelParameters.sampled(from: points, scaled, around: best, count: count, &random)
        processes = ([best] + samples).compactMap { GaussianProcess($0, points) }
        self.rows = rows
        if processes.isEmpty { return nil }
    }

    mutating func append(_ row: Int, at place: [Double]) {
        // The noise on the diagonal keeps all of them from refusing a point.
        for index in processes.indices { _ = processes[index].append(place) }
        rows.append(row)
    }

    /// A process that knows the values.
    struct View {
        var process: GaussianProcess
        /// The values at the rows that it believes in, without the noise of their measurement.
        let means: [Double]
    }

    /// - Parameter values: of the rows.
    func views(of values: [Double]) -> [View] {
        let scaled = warping.scaled(values)
        return processes.map { process in
            var process = process
            process.observe(scaled)
            return View(process: process, means: scaled.indices.map { scaled[$0] - process.parameters.noise * process.alpha[$0] })
        }
    }
}

extension GaussianProcess {
    /// Takes trials as if they had ended as the model expects (the kriging believer of D. Ginsbourger et al. 2010).
    ///
    /// - Parameter places: without NaN (``KernelPoints/imputed(_:)``).
    /// - Returns: what it expects there.
    mutating func believe(_ places: [[Double]]) -> [Double] {
        guard !places.isEmpty else { return [] }
        let predictions = predict(places)
        var values = values
        for (place, prediction) in zip(places, predictions) where append(place) { values.append(prediction.mean) }
        observe(values)
        return predictions.map(\.mean)
    }
}
