import Glibc
import TunedNumerics
import TunedSpace

/// Bayesian optimisation: a Gaussian process over the values so far, and the point of the highest expected improvement on the best of them
/// (D. R. Jones et al. 1998; in logarithms, S. Ament et al. 2023). Several objectives have a process each, and the point is that of the
/// highest expected gain in hypervolume (``ExpectedHypervolumeImprovement``).
///
/// Settings: `startup`, trials of the start-up design (2 to 1,000; default the dimension plus one, 4 to 10); `candidates`, points of each
/// kind that are compared (8 to 10,000, default 300); `points`, observations that the model holds at most (20 to 2,000, default 400);
/// `samples`, of the model's parameters, beside the most probable ones (0 to 20, default 3; 0 of several objectives, where they gain
/// nothing); `warping`, what the model bends first: `none` (default), `input`, `output` or `both` (``Warping``); `region`, whether the
/// search keeps to a region around the best point (``TrustRegion``): `off` (default), `on`, or `auto`, where it does so in more than
/// 20 dimensions from 200 complete trials on; of one objective only.
///
/// The expected improvement is averaged over the most probable parameters of the model and a few that are drawn from their posterior
/// density (J. Snoek et al. 2012, section 3.2), at fixed numbers of observations: at each up to 20, then every twelfth part more. Running trials
/// are taken as if they had ended as the model expects. Infeasible ones count with their values, but there is nothing in them to be improved
/// on, and the improvement is multiplied by the chance to keep the constraints (``ConstraintModel``). Failed trials lower the score near them
/// (``Feasibility``); a pruned trial stands
/// in the model with its last value, or the median of the complete ones where that is worse; of several objectives it says something
/// about the first alone.
struct GaussianProcessSampler: Sampler {
    let identity = SamplerIdentity(name: "gp", revision: 3)
    var reason: String?
    var explanation: String { "gp, Bayesian optimisation with a Gaussian process" + (reason.map { ": \($0)" } ?? "") }
    var size: UInt64? { lattice?.count }

    private let seed: UInt64
    private let candidates: Int
    private let samples: Int
    private let pointLimit: Int
    private let warping: Warping
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
    /// nil where the search looks everywhere.
    private var region: TrustRegion?
    private var cached: Fit?
    private var constraintParameters = ConstraintModel.Parameters()

    /// The surrogates with the parameters of the last fit and all rows since.
    private struct Fit: Sendable {
        /// Observations when the parameters were fitted, and those that were offered to the surrogates.
        var count: Int
        var offered: Int
        /// One an objective.
        var surrogates: [Surrogate]
    }

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let axes = ParzenAxes(problem.space)
        let dimensions = axes.varyingAxes.count
        let startupSize = try settings.integer("startup", default: max(4, min(dimensions + 1, 10)), in: 2...1_000)
        candidates = try settings.integer("candidates", default: 300, in: 8...10_000)
        samples = try settings.integer("samples", default: problem.objectives == 1 ? 3 : 0, in: 0...20)
        pointLimit = try settings.integer("points", default: 400, in: 20...2_000)
        let warpings = Warping.allCases.map(\.rawValue)
        warping = Warping(rawValue: try settings.choice("warping", default: "none", of: warpings)) ?? .none
        let regional = try settings.choice("region", default: "off", of: ["auto", "on", "off"])
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
        region = try Self.region(regional, problem, dimensions: dimensions, design: startupSize)
    }

    /// Of `auto`: beyond so many dimensions, and after so many complete trials.
    private static let wide = (dimensions: 20, trials: 200)

    private static func region(
        _ setting: String, _ problem: SearchProblem, dimensions: Int, design: Int
    ) throws(SearchError) -> TrustRegion? {
        switch setting {
        case "on":
            guard problem.objectives == 1 else {
                throw SearchError(
                    .setting, path: "settings.region", "\"region\" is for one objective and the study has \(problem.objectives); leave it out")
            }
            return TrustRegion(dimensions: dimensions, warmUp: design, design: design)
        case "auto" where problem.objectives == 1 && dimensions > wide.dimensions:
            return TrustRegion(dimensions: dimensions, warmUp: wide.trials, design: design)
        default: return nil
        }
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
            if history.standings[row].isInformative { confine(row) }
        }
    }

    private mutating func confine(_ row: Int) {
        let value = history.standings[row] == .complete ? history.values(of: row).first : nil
        guard region?.learn(row, value: value, asked: history.count) ?? false else { return }
        // The model is one of other trials from now on.
        cached = nil
        constraintParameters = ConstraintModel.Parameters()
    }

    /// What the model is made of: rows of the search that is on.
    private var modelled: [Int] {
        guard let first = region?.firstRow, first > 0 else { return observed }
        return observed.filter { $0 >= first }
    }

    // MARK: Suggesting

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if asked.isExhausted { return .exhausted }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        if history.learntCount < startup.size || modelled.count < 2 || region?.isDesigning ?? false {
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
        var running = RunningTrials(history.standings.indices.filter { history.standings[$0] == .pending }.map(point), moves)
        let constraints = constraintModel(fit, running)
        running.expect(constraints)
        let target =
            history.objectives == 1
            ? AcquisitionTarget(history, fit.surrogates[0], running) : AcquisitionTarget(history, fit.surrogates, running)
        let search = AcquisitionSearch(
            moves: moves, models: target.models, feasibility: feasibility(fit.surrogates[0].processes[0].parameters),
            constraints: constraints, belief: belief(), candidates: candidates, box: box(around: target.incumbents, fit))
        for proposal in search.proposals(around: target.incumbents, shifted(trial), &random) {
            let configuration = moves.axes.configuration(at: proposal.point)
            if !asked.contains(configuration), !plateaus.covers(proposal.point, history) { return configuration }
        }
        return nil
    }

    private func box(around incumbents: [[Double]], _ fit: Fit) -> SearchBox? {
        guard let region, region.isActive, let centre = incumbents.first else { return nil }
        return region.box(around: centre, fit.surrogates[0].processes[0].parameters.logLengths, moves.axes)
    }

    private func point(_ row: Int) -> [Double] { Array(history.coordinates(of: row)) }

    private mutating func constraintModel(_ fit: Fit, _ running: RunningTrials) -> ConstraintModel? {
        var parameters = isCaching ? constraintParameters : ConstraintModel.Parameters()
        defer { if isCaching { constraintParameters = parameters } }
        // The parameters of the constraints are fitted when those of the objectives are.
        let rows = fit.surrogates[0].rows
        return ConstraintModel(
            history, rows, moves.axes, fittedTo: rows.count - (fit.offered - fit.count), pending: running.places, &parameters)
    }

    /// Other quasi-random points for each trial.
    private func shifted(_ trial: Int) -> SobolSequence {
        SobolSequence(sequence, seed: seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: trial &+ 1))
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
        let rows = modelled
        let count = Self.fitCount(rows.count)
        var fit: Fit
        if isCaching, let cached, cached.count == count {
            fit = cached
        } else {
            guard let fresh = self.fit(to: rows.prefix(count)) else { return nil }
            fit = fresh
        }
        while fit.offered < rows.count {
            let row = rows[fit.offered]
            for objective in fit.surrogates.indices where says(row, of: objective) {
                fit.surrogates[objective].append(row, at: moves.imputed(point(row)))
            }
            fit.offered += 1
        }
        if isCaching { cached = fit }
        return fit
    }

    private func fit(to taken: ArraySlice<Int>) -> Fit? {
        let (count, rows) = (taken.count, chosen(taken))
        var random = CounterRandom(seed: seed, trial: UInt64(count), stream: RandomStream.model)
        var surrogates: [Surrogate] = []
        for objective in 0..<history.objectives {
            let own = rows.filter { says($0, of: objective) }
            var points = KernelPoints(moves.axes)
            for row in own { points.append(history.coordinates(of: row)) }
            let values = history.losses(of: own, objective: objective)
            guard !own.isEmpty, let surrogate = Surrogate(rows: own, points, values: values, warping, samples: samples, &random) else {
                return nil
            }
            surrogates.append(surrogate)
        }
        return Fit(count: count, offered: count, surrogates: surrogates)
    }

    /// A pruned trial has a value of the first objective alone.
    private func says(_ row: Int, of objective: Int) -> Bool { objective == 0 || history.standings[row] != .pruned }

    /// Where there are more than the model holds: the better half of those it holds, and the latest of the others.
    private func chosen(_ rows: ArraySlice<Int>) -> [Int] {
        guard rows.count > pointLimit else { return Array(rows) }
        var taken = Set(best(pointLimit / 2, of: rows))
        for row in rows.reversed() where taken.count < pointLimit { taken.insert(row) }
        return rows.filter(taken.contains)
    }

    private func best(_ count: Int, of rows: ArraySlice<Int>) -> [Int] {
        guard history.objectives == 1 else {
            var ranking = ParetoRanking()
            for row in rows where history.standings[row] == .complete { ranking.insert(row, history.values(of: row)) }
            return ranking.best(count)
        }
        let losses = history.losses(of: Array(rows))
        return losses.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }.prefix(count).map { rows[rows.startIndex + $0] }
    }
}
