import Glibc
import TunedNumerics
import TunedSpace

/// The tree-structured Parzen estimator (J. Bergstra et al. 2011: Algorithms for hyper-parameter optimization, section
/// 4), multivariate: of points drawn from the density of the good trials, it takes the one where that density exceeds
/// the density of the others most.
///
/// Settings: `gamma`, the share of trials that count as good (0.01 to 0.5, default 0.15); `candidates`, points that are
/// compared (1 to 1,000, default 24); `startup`, trials before the model is used (1 to 1,000, default 10).
///
/// Failed trials belong to neither density. They lower a point's score by the share of them among the trials near it,
/// which is the chance that it works out. Pruned trials rank behind the complete ones, by how far they came, and infeasible ones behind
/// those, by how much they break their constraints (the order of Optuna; S. Watanabe and F. Hutter 2023, c-TPE, model each). Several
/// objectives are ranked by dominance (``ParetoRanking``). Where a person gave priors, they take the place of the uniform one
/// in both densities, so that they fade as the good trials become more. Candidates that break a rule are drawn again, and
/// moved to a legal place when that does not help.
struct TreeParzenSampler: Sampler {
    let identity = SamplerIdentity(name: "tpe", revision: 1)
    /// Why it was taken, where nobody asked for it by name.
    var reason: String?
    var explanation: String { "tpe, the tree-structured Parzen estimator" + (reason.map { ": \($0)" } ?? "") }
    var size: UInt64? { lattice?.count }

    private let seed: UInt64
    private let goodShare: Double
    private let candidateCount: Int
    private let startup: StartupDesign
    private let cube: UnitCube
    private let axes: ParzenAxes
    private let lattice: ConfigurationLattice?
    private var history: TrialHistory
    private var asked: AskedConfigurations
    /// Kept up with the history; nil where each suggestion makes its own.
    private var model: ParzenModel?

    init(_ problem: SearchProblem, _ settings: inout SamplerSettings, caching: Bool) throws(SearchError) {
        goodShare = try settings.number("gamma", default: 0.15, in: 0.01...0.5)
        candidateCount = try settings.integer("candidates", default: 24, in: 1...1_000)
        let startupSize = try settings.integer("startup", default: 10, in: 1...1_000)
        seed = problem.seed
        cube = UnitCube(problem.space)
        startup = StartupDesign(size: startupSize, seed: problem.seed, cube: cube)
        axes = ParzenAxes(problem.space)
        lattice = problem.space.lattice
        history = TrialHistory(dimensions: problem.space.count, objectives: problem.objectives)
        asked = AskedConfigurations(problem.space, lattice: lattice)
        if caching {
            model = ParzenModel(axes, objectives: problem.objectives, seed: problem.seed, goodShare: goodShare)
        }
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            let earlier = history.row(of: trial)
            if let earlier {
                guard history.standings[earlier] != .pending else { return }
                model?.forget(earlier, history.standings[earlier], history)
            }
            if earlier.map({ history.standings[$0] == .cancelled }) ?? true { asked.add(configuration) }
            let row = history.begin(trial, configuration, at: axes.coordinates(of: configuration))
            model?.learn(row, isNew: earlier == nil, history)
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard let row = history.row(of: trial), history.standings[row] == .pending else { return }
            let revision = history.violationRevision
            model?.forget(row, .pending, history)
            history.finish(row, outcome)
            if history.standings[row] == .cancelled { asked.remove(history.configurations[row]) }
            if revision == history.violationRevision {
                model?.learn(row, history)
            } else if model != nil {
                // The order of the infeasible trials is another one now.
                model = ParzenModel(of: history, axes, seed: seed, goodShare: goodShare)
            }
        }
    }

    // MARK: Suggesting

    func suggest(trial: Int) throws(SearchError) -> Suggestion {
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

    /// The candidate of the highest score that was not tried; nil where all were.
    private func best(_ trial: Int) -> Configuration? {
        let model = model ?? ParzenModel(of: history, axes, seed: seed, goodShare: goodShare)
        let candidates = ParzenCandidates(axes, model.good)
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        var room = ParzenRoom()
        var scored: [(score: Double, point: [Double])] = []
        scored.reserveCapacity(candidateCount)
        for _ in 0..<candidateCount {
            let point = legal(candidates, &random)
            scored.append((score(point, model, &room), point))
        }
        // Mostly the first is free; the others are looked at in their order, equal ones as they were drawn.
        while let index = scored.indices.max(by: { scored[$0].score <= scored[$1].score && $0 != $1 }) {
            let configuration = axes.configuration(at: scored[index].point)
            if !asked.contains(configuration) { return configuration }
            scored.remove(at: index)
        }
        return nil
    }

    /// Draws of a candidate before one is moved.
    private static let legalAttempts = 8

    private func legal(_ candidates: ParzenCandidates, _ random: inout CounterRandom) -> [Double] {
        var point = candidates.draw(&random)
        guard !cube.space.rules.isEmpty else { return point }
        for _ in 0..<Self.legalAttempts {
            let configuration = axes.configuration(at: point)
            if cube.space.isLegal(configuration) { return point }
            point = candidates.draw(&random)
        }
        let near = cube.space.legal(near: cube.coordinates(of: axes.configuration(at: point)))
        return axes.coordinates(of: near)
    }

    /// log l(x) - log g(x) + log P(x works out).
    private func score(_ point: [Double], _ model: ParzenModel, _ room: inout ParzenRoom) -> Double {
        let logPrior = axes.logPrior(at: point)
        let good = model.good.logDensity(at: point, logPrior: logPrior, room: &room)
        let rest = model.rest.logDensity(at: point, logPrior: logPrior, room: &room)
        guard model.failed.count > 0 else { return good - rest }
        let failed = model.failed.logDensity(at: point, logPrior: logPrior, room: &room) - model.failed.logPriorShare
        let working = logAddExp(good - model.good.logPriorShare, rest - model.rest.logPriorShare)
        return good - rest + working - logAddExp(working, failed)
    }
}
