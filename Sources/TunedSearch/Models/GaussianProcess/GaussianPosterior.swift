public import TunedSpace

/// What a Gaussian process believes of one objective after a study's complete trials, in the objective's own units (as it is minimised).
public struct GaussianPosterior: Posterior, Sendable {
    /// The points of the complete trials, as coordinates of ``TunedSpace/UnitCube``.
    public let observed: [[Double]]
    private let process: GaussianProcess
    private let scale: OutcomeScale
    private let axes: ParzenAxes

    /// Trials that it looks at, at most: the best of them.
    private static let limit = 300

    /// - Parameters:
    ///   - observations: in the order of the study's events.
    ///   - objective: from 0 on.
    /// - Throws: ``AnalysisError`` for fewer than three complete trials, or an objective that there is not.
    public init(space: SearchSpace, observations: [Observation], objective: Int = 0) throws(AnalysisError) {
        let trials = try AnalysedTrials(space, observations, objective: objective)
        try trials.require(complete: 3, for: "a model of the objective")
        let history = trials.history
        let rows = trials.ranked.filter { history.standings[$0] == .complete }.prefix(Self.limit)
        axes = ParzenAxes(space)
        var points = KernelPoints(axes)
        for row in rows { points.append(axes.coordinates(of: history.configurations[row])) }
        let values = rows.map { history.values[$0 * history.objectives + objective] }
        scale = OutcomeScale(values)
        let scaled = values.map(scale.callAsFunction)
        let parameters = KernelParameters.fitted(to: points, scaled, from: .prior(points.isCategorical))
        guard var process = GaussianProcess(parameters, points) else {
            throw AnalysisError(.tooFewTrials, "the trials are too much alike for a model of the objective")
        }
        process.observe(scaled)
        self.process = process
        let cube = UnitCube(space)
        observed = rows.map { cube.coordinates(of: history.configurations[$0]) }
    }

    public func posterior(at point: [Double]) -> (mean: Double, deviation: Double) {
        let coordinates = point.indices.map { point[$0].isNaN ? .nan : axes.snapped(point[$0], $0) }
        let prediction = process.predict([KernelPoints.imputed(coordinates, axes)])[0]
        return (scale.value(of: prediction.mean), prediction.deviation * scale.unit)
    }
}
