import Glibc
import TunedNumerics
import TunedSpace

/// Bayesian optimisation: a Gaussian process over the values so far, and the point of the highest expected improvement on the best of them
/// (D. R. Jones et al. 1998; in logarithms, S. Ament et al. 2023).
///
/// Settings: `startup`, trials of the start-up design (2 to 1,000; default the dimension plus one, 4 to 10); `candidates`, points of each
/// kind that are compared (8 to 10,000, default 300); `points`, observations that the model holds at most (20 to 2,000, default 400); `samples`, of the model's
/// parameters, beside the most probable ones (0 to 20, default 3).
///
/// The expected improvement is averaged over the most probable parameters of the model and a few that are drawn from their posterior
/// density (J. Snoek et al. 2012, section 3.2), at fixed numbers of observations: at each up to 20, then every twelfth part more. Running trials
/// are taken as if they had ended as the model expects. Infeasible ones count with their values, but there is nothing in them to be improved on, and
/// the improvement is multiplied by the chance to keep the constraints (``ConstraintModel``). Failed trials lower the score near them (``Feasibility``); a pruned trial stands
/// in the model with its last value, or the median of the complete ones where that is worse.
struct GaussianProcessSampler: Sampler {
    let identity = SamplerIdentity(name: "gp", revision: 2)
    var reason: String?
    var explanation: String { "gp, Bayesian optimisation with a Gaussian process" + (reason.map { ": \($0)" } ?? "") }
    var size: UInt64? { lattice?.count }

    private let seed: UInt64
    private let candidates: Int
    private let samples: Int
    private let pointLimit: Int
    private let cube: UnitCube
    private let moves: PointMoves
    private let startup: StartupDesign
    private let sequence: SobolSequence
    private let lattice: ConfigurationLattice?
    private let isCaching: Bool
    private var history: TrialHistory
    private var asked: AskedConfigurations
    /// Rows with a value, in the order in which they ended.
    private var observed: [Int] = []
    private var plateaus: PlateauRadius
    private var cached: Fit?
    private var constraintParameters = ConstraintModel.Parameters()

    /// The processes with the parameters of the last fit and all rows since.
    private struct Fit: Sendable {
        /// Observations when the parameters were fitted.
        var count: Int
        /// Observations that were offered to the processes, and the rows that they took.
        var offered: Int
        var rows: [Int]
        var processes: [GaussianProcess]
    }

    init(_ problem: SearchProblem, _ settings: inout SamplerSettings, caching: Bool) throws(SearchError) {
        let axes = ParzenAxes(problem.space)
        let dimensions = axes.varyingAxes.count
        let startupSize = try settings.integer("startup", default: max(4, min(dimensions + 1, 10)), in: 2...1_000)
        candidates = try settings.integer("candidates", default: 300, in: 8...10_000)
        samples = try settings.integer("samples", default: 3, in: 0...20)
        pointLimit = try settings.integer("points", default: 400, in: 20...2_000)
        seed = problem.seed
        isCaching = caching
        cube = UnitCube(problem.space)
        moves = PointMoves(axes)
        startup = StartupDesign.sobol(size: startupSize, seed: problem.seed, cube: cube)
        sequence = SobolSequence(dimensions: min(max(problem.space.count, 1), SobolSequence.maximumDimensions), seed: ~problem.seed)
        lattice = problem.space.lattice
        history = TrialHistory(dimensions: problem.space.count, objectives: problem.objectives)
        asked = AskedConfigurations(problem.space, lattice: lattice)
        plateaus = PlateauRadius(axes)
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            let earlier = history.row(of: trial)
            if let earlier {
                guard history.standings[earlier] != .pending else { return }
                if let index = observed.firstIndex(of: earlier) {
                    observed.remove(at: index)
                    cached = nil
                    constraintParameters = ConstraintModel.Parameters()
                }
            }
            if earlier.map({ history.standings[$0] == .cancelled }) ?? true { asked.add(configuration) }
            _ = history.begin(trial, configuration, at: moves.axes.coordinates(of: configuration))
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard let row = history.row(of: trial), history.standings[row] == .pending else { return }
            history.finish(row, outcome)
            switch history.standings[row] {
            case .complete:
                plateaus.learn(row, among: observed, history)
                observed.append(row)
            case .pruned, .infeasible: observed.append(row)
            case .cancelled: asked.remove(history.configurations[row])
            case .failed, .pending: break
            }
        }
    }

    // MARK: Suggesting

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if asked.isExhausted { return .exhausted }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        if history.learntCount < startup.size || observed.count < 2 {
            let configuration = startup.configuration(at: history.count, trial: trial)
            if !asked.contains(configuration) { return .configuration(configuration) }
        } else if let configuration = best(trial, &random) {
            return .configuration(configuration)
        }
        var uniform = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: asked, &uniform)
    }

    /// The best proposal that was not tried; nil where all were, or where the model cannot be made.
    private mutating func best(_ trial: Int, _ random: inout CounterRandom) -> Configuration? {
        guard let fit = fitted() else { return nil }
        let values = losses(of: fit.rows, trial)
        let scale = OutcomeScale(values)
        let scaled = values.map(scale.callAsFunction)
        let pending = pending()
        let pendingPlaces = pending.map { moves.imputed(Array(history.coordinates(of: $0))) }
        let constraints = constraintModel(fit, pending: pendingPlaces)
        let expectedToKeep = constraints.map { constraints in pendingPlaces.filter(constraints.areKept) } ?? []
        var incumbents: [[Double]] = []
        let models = fit.processes.map { process in
            var process = process
            process.observe(scaled)
            // The value at an observed point that the model believes in, without the noise of its measurement.
            let means = fit.rows.indices.map { scaled[$0] - process.parameters.noise * process.alpha[$0] }
            if incumbents.isEmpty {
                let order = order(of: fit.rows, means)
                incumbents = order.prefix(5).map { Array(history.coordinates(of: fit.rows[$0])) }
            }
            let feasible = means.indices.filter { history.standings[fit.rows[$0]] != .infeasible }.map { means[$0] }
            // What a running trial is expected to reach is not to be reached by another one again.
            let expected = expectedToKeep.isEmpty ? [] : process.predict(expectedToKeep).map(\.mean)
            believe(pending, &process)
            // Where nothing keeps the constraints yet, all improve on it by about as much, and the chance to keep them decides.
            let best = (feasible + expected).min() ?? (means.max() ?? 0) + 10
            return AcquisitionSearch.Model(process: process, improvement: ExpectedImprovement(best: best))
        }
        let search = AcquisitionSearch(
            moves: moves, models: models, feasibility: feasibility(fit.processes[0].parameters),
            constraints: constraints, belief: belief(), candidates: candidates)
        for proposal in search.proposals(around: incumbents, shifted(trial), &random) {
            let configuration = moves.axes.configuration(at: proposal.point)
            if !asked.contains(configuration), !plateaus.covers(proposal.point, history) { return configuration }
        }
        return nil
    }

    /// Places of rows, from the best on: feasible ones by what the model believes, then infeasible ones by how much they break.
    private func order(of rows: [Int], _ means: [Double]) -> [Int] {
        let isInfeasible = rows.map { history.standings[$0] == .infeasible }
        return rows.indices.sorted { a, b in
            if isInfeasible[a] != isInfeasible[b] { return isInfeasible[b] }
            let (x, y) = isInfeasible[a] ? (history.violations[rows[a]], history.violations[rows[b]]) : (means[a], means[b])
            return (x, a) < (y, b)
        }
    }

    private mutating func constraintModel(_ fit: Fit, pending: [[Double]]) -> ConstraintModel? {
        var parameters = isCaching ? constraintParameters : ConstraintModel.Parameters()
        defer { if isCaching { constraintParameters = parameters } }
        // The parameters of the constraints are fitted when those of the objective are.
        return ConstraintModel(history, fit.rows, moves.axes, fittedTo: fit.rows.count - (fit.offered - fit.count), pending: pending, &parameters)
    }

    /// Other quasi-random points for each trial.
    private func shifted(_ trial: Int) -> SobolSequence {
        SobolSequence(sequence, seed: seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: trial &+ 1))
    }

    private func pending() -> [Int] { history.standings.indices.filter { history.standings[$0] == .pending } }

    /// Takes trials as if they had ended as the model expects (the kriging believer of D. Ginsbourger et al. 2010).
    private func believe(_ rows: [Int], _ process: inout GaussianProcess) {
        guard !rows.isEmpty else { return }
        let places = rows.map { moves.imputed(Array(history.coordinates(of: $0))) }
        let predictions = process.predict(places)
        var values = process.values
        for (place, prediction) in zip(places, predictions) where process.append(place) { values.append(prediction.mean) }
        process.observe(values)
    }

    private func belief() -> (@Sendable ([Double]) -> Double)? {
        guard let weight = PriorWeight(cube) else { return nil }
        return { [cube, axes = moves.axes, trials = observed.count] point in
            weight.logWeight(at: cube.coordinates(of: axes.configuration(at: point)), trials: trials)
        }
    }

    private func feasibility(_ parameters: KernelParameters) -> Feasibility? {
        var (working, failed) = (KernelPoints(moves.axes), KernelPoints(moves.axes))
        for row in observed { working.append(history.coordinates(of: row)) }
        for row in history.standings.indices where history.standings[row] == .failed { failed.append(history.coordinates(of: row)) }
        return Feasibility(parameters, working: working, failed: failed)
    }

    // MARK: The model

    /// The largest number of observations, up to one given, at which parameters are fitted.
    private static func fitCount(_ count: Int) -> Int {
        var next = min(count, 20)
        while next + max(1, next / 12) <= count { next += max(1, next / 12) }
        return next
    }

    private mutating func fitted() -> Fit? {
        let count = Self.fitCount(observed.count)
        var fit: Fit
        if isCaching, let cached, cached.count == count {
            fit = cached
        } else {
            guard let fresh = self.fit(at: count) else { return nil }
            fit = fresh
        }
        while fit.offered < observed.count {
            let row = observed[fit.offered]
            let place = moves.imputed(Array(history.coordinates(of: row)))
            // The noise on the diagonal keeps all of them from refusing a point.
            for index in fit.processes.indices { _ = fit.processes[index].append(place) }
            fit.rows.append(row)
            fit.offered += 1
        }
        if isCaching { cached = fit }
        return fit
    }

    private func fit(at count: Int) -> Fit? {
        let rows = chosen(observed.prefix(count))
        var points = KernelPoints(moves.axes)
        for row in rows { points.append(history.coordinates(of: row)) }
        let values = losses(of: rows, count)
        let scale = OutcomeScale(values)
        let scaled = values.map(scale.callAsFunction)
        let best = KernelParameters.fitted(to: points, scaled, from: KernelParameters.prior(points.isCategorical))
        var random = CounterRandom(seed: seed, trial: UInt64(count), stream: RandomStream.model)
        let samples = KernelParameters.sampled(from: points, scaled, around: best, count: samples, &random)
        let processes = ([best] + samples).compactMap { GaussianProcess($0, points) }
        return processes.isEmpty ? nil : Fit(count: count, offered: count, rows: rows, processes: processes)
    }

    /// Where there are more than the model holds: the better half of those it holds, and the latest of the others.
    private func chosen(_ rows: ArraySlice<Int>) -> [Int] {
        guard rows.count > pointLimit else { return Array(rows) }
        let losses = losses(of: Array(rows), 0)
        let order = rows.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }
        var taken = Set(order.prefix(pointLimit / 2))
        for index in rows.indices.reversed() where taken.count < pointLimit { taken.insert(index) }
        return rows.indices.filter(taken.contains).map { rows[$0] }
    }

    /// What the model takes for the values of rows. Several objectives are seen through another scalarisation each time, so that the
    /// suggestions spread along the front.
    private func losses(of rows: [Int], _ turn: Int) -> [Double] {
        if history.objectives > 1 { return HypervolumeScalarization(history, of: rows, seed: seed, turn: turn).losses(of: rows) }
        let complete = rows.filter { history.standings[$0] == .complete }.map { history.values[$0] }.sorted()
        let median = complete.isEmpty ? -.infinity : complete[complete.count / 2]
        return rows.map { row in
            history.standings[row] == .pruned ? max(history.values[row], median) : history.values[row]
        }
    }
}
