import TunedNumerics
import TunedSpace

/// The tree-structured Parzen estimator (J. Bergstra et al. 2011: Algorithms for hyper-parameter optimization, section
/// 4): of points drawn from the density of the good trials, it takes the one where that density exceeds the density of the others most.
///
/// Settings: `gamma`, the share of trials that count as good (0.01 to 0.5, default 0.15); `candidates`, points that are
/// compared at each choice (1 to 1,000, default 24, see below); `startup`, trials before the model is used (1 to 1,000, default 10); `kernel`, what is drawn and
/// compared at once:
/// - `multivariate`, the default: whole configurations (S. Falkner et al. 2018: BOHB, arXiv 1807.01774, section 4).
/// - `univariate`: each parameter by itself, one after the other in the order of the conditions, as in the paper of 2011.
/// - `grouped`: the parameters that are always active together (``ParzenGroup``), group by group in that order; what was chosen decides
///   which groups follow. Where no parameter has a condition, it is the same as `multivariate`.
///
/// The last two learn about parameters from the trials that had them, the best of these being the good ones. Their choices multiply: were
/// each the best of the 24 candidates that are compared of whole configurations, all would fall on one point, where l(x)/g(x) is greatest
/// along each axis, and a sphere of six dimensions were searched no better than at random. So groups have 8 candidates, single parameters 2.
///
/// Failed trials belong to neither density. They lower a point's score by the share of them among the trials near it,
/// which is the chance that it works out. Pruned trials rank behind the complete ones, by how far they came, and infeasible ones behind
/// those, by how much they break their constraints (the order of Optuna; S. Watanabe and F. Hutter 2023, c-TPE, model each). Several
/// objectives are ranked by dominance (``ParetoRanking``). Where a person gave priors, they take the place of the uniform one
/// in both densities, so that they fade as the good trials become more. Candidates that break a rule are drawn again, and
/// moved to a legal place when that does not help; of the last two kernels whole configurations are, as rules tie parts together.
struct TreeParzenSampler: Sampler {
    let identity = SamplerIdentity(name: "tpe", revision: 1)
    /// Why it was taken, where nobody asked for it by name.
    var reason: String?
    var explanation: String {
        "tpe, the tree-structured Parzen estimator" + (kernel == .multivariate ? "" : ", \(kernel)") + (reason.map { ": \($0)" } ?? "")
    }
    var size: UInt64? { lattice?.count }

    private let seed: UInt64
    private let goodShare: Double
    private let candidateCount: Int
    private let startup: StartupDesign
    private let cube: UnitCube
    private let kernel: ParzenKernel
    private let axes: ParzenAxes
    private let groups: [ParzenGroup]
    /// Whether there is but one part.
    private let isWhole: Bool
    private let lattice: ConfigurationLattice?
    private var history: TrialHistory
    private var asked: AskedConfigurations
    /// Of each group, kept up with the history; nil where each suggestion makes its own.
    private var models: [ParzenModel]?

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        goodShare = try settings.number("gamma", default: 0.15, in: 0.01...0.5)
        let kernels = ParzenKernel.allCases.map(\.rawValue)
        let choice = try settings.choice("kernel", default: ParzenKernel.multivariate.rawValue, of: kernels)
        kernel = ParzenKernel(rawValue: choice) ?? .multivariate
        axes = ParzenAxes(problem.space)
        groups = ParzenGroup.all(kernel, of: axes)
        isWhole = groups.count == 1 && groups[0].parts.count == 1
        let candidates = isWhole ? 24 : kernel == .grouped ? 8 : 2
        candidateCount = try settings.integer("candidates", default: candidates, in: 1...1_000)
        let startupSize = try settings.integer("startup", default: 10, in: 1...1_000)
        seed = problem.seed
        cube = UnitCube(problem.space)
        startup = StartupDesign(size: startupSize, seed: problem.seed, cube: cube)
        lattice = problem.space.lattice
        history = TrialHistory(dimensions: problem.space.count, objectives: problem.objectives)
        asked = AskedConfigurations(problem.space, lattice: lattice)
        if caching { models = freshModels() }
    }

    private func freshModels() -> [ParzenModel] {
        groups.map { ParzenModel(of: history, $0, seed: seed, goodShare: goodShare) }
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            let earlier = history.row(of: trial)
            if let earlier {
                guard history.standings[earlier] != .pending else { return }
                for group in groups.indices { models?[group].forget(earlier, history.standings[earlier], history) }
            }
            if earlier.map({ history.standings[$0] == .cancelled }) ?? true { asked.add(configuration) }
            let row = history.begin(trial, configuration, at: axes.coordinates(of: configuration))
            for group in groups.indices { models?[group].learn(row, isNew: earlier == nil, history) }
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard let row = history.row(of: trial), history.standings[row] == .pending else { return }
            let revision = history.violationRevision
            for group in groups.indices { models?[group].forget(row, .pending, history) }
            history.finish(row, outcome)
            if history.standings[row] == .cancelled { asked.remove(history.configurations[row]) }
            if revision == history.violationRevision {
                for group in groups.indices { models?[group].learn(row, history) }
            } else if models != nil {
                // The order of the infeasible trials is another one now.
                models = freshModels()
            }
        }
    }

    // MARK: Suggesting

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if asked.isExhausted { return .exhausted }
        if history.learntCount < startup.size {
            let configuration = startup.configuration(at: history.count, trial: trial)
            if !asked.contains(configuration) { return .configuration(configuration) }
        } else if let configuration = best(trial) {
            return .configuration(configuration)
        }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: asked, &random)
    }

    /// nil where all that was found is tried.
    private mutating func best(_ trial: Int) -> Configuration? {
        for group in groups.indices { models?[group].settle(history) }
        let models = models ?? freshModels()
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        return isWhole ? compared(models[0].parts[0], &random) : composed(models, &random)
    }

    // MARK: All parameters at once

    /// The candidate of the highest score that was not tried; nil where all were.
    private func compared(_ part: ParzenPart, _ random: inout CounterRandom) -> Configuration? {
        let candidates = ParzenCandidates(part.axes, part.good)
        var room = ParzenRoom()
        var scored: [(score: Double, point: [Double])] = []
        scored.reserveCapacity(candidateCount)
        for _ in 0..<candidateCount {
            let point = legal(candidates, &random)
            scored.append((part.score(point, &room), point))
        }
        // Mostly the first is free; the others are looked at in their order, equal ones as they were drawn.
        while let index = scored.indices.max(by: { scored[$0].score <= scored[$1].score && $0 != $1 }) {
            let configuration = axes.configuration(at: scored[index].point)
            if !asked.contains(configuration) { return configuration }
            scored.remove(at: index)
        }
        return nil
    }

    /// Draws of a candidate, or of a configuration, before one is moved.
    private static let legalAttempts = 8

    private func legal(_ candidates: ParzenCandidates, _ random: inout CounterRandom) -> [Double] {
        var point = candidates.draw(&random)
        guard !cube.space.rules.isEmpty else { return point }
        for _ in 0..<Self.legalAttempts {
            let configuration = axes.configuration(at: point)
            if cube.space.isLegal(configuration) { return point }
            point = candidates.draw(&random)
        }
        return axes.coordinates(of: moved(axes.configuration(at: point)))
    }

    private func moved(_ configuration: Configuration) -> Configuration {
        cube.space.legal(near: cube.coordinates(of: configuration))
    }

    // MARK: Part by part

    /// The best candidate of each part. Where that configuration was tried or breaks a rule, another one of half as many candidates, until
    /// it comes to draws from l(x): all attempts together cost about twice the first.
    private func composed(_ models: [ParzenModel], _ random: inout CounterRandom) -> Configuration? {
        var room = ParzenRoom()
        var illegal: Configuration?
        for attempt in 0..<Self.legalAttempts {
            let configuration = composition(models, candidates: max(1, candidateCount >> attempt), &random, &room)
            if !cube.space.isLegal(configuration) {
                illegal = illegal ?? configuration
            } else if !asked.contains(configuration) {
                return configuration
            }
        }
        return illegal.map(moved).flatMap { asked.contains($0) ? nil : $0 }
    }

    private func composition(
        _ models: [ParzenModel], candidates: Int, _ random: inout CounterRandom, _ room: inout ParzenRoom
    ) -> Configuration {
        var point = [Double](repeating: .nan, count: axes.axes.count)
        for model in models where model.group.columns.first.map({ axes.isActive($0, at: point) }) ?? false {
            for part in model.parts {
                let chosen = part.best(of: candidates, &random, &room)
                for (axis, column) in part.axes.columns.enumerated() { point[column] = chosen[axis] }
            }
        }
        return axes.configuration(at: point)
    }
}
