import TunedNumerics
import TunedSpace

/// A random forest as the model of the objective, after SMAC3 (M. Lindauer et al. 2022: SMAC3, with the settings of its
/// facade for hyperparameters: 10 trees, log expected improvement): it takes the point that promises the largest
/// improvement over the best trial. At home where categories, conditions and steps make the objective rough.
///
/// Settings: `trees` (1 to 200, default 10); `candidates`, random points that are compared before the local searches (1
/// to 10,000, default 500); `searches`, best trials that a local search starts from (1 to 10, default 10); `startup`,
/// trials before the model is used (1 to 1,000; default: one more than there are parameters, at least 4 and at most
/// 10).
///
/// Inactive parameters are a branch of the trees (``ForestColumns``), failures a weight (``ForestModel``), several
/// objectives and pruned trials part of what is learnt (``ForestTargets``). Each suggestion grows its own trees out of
/// the observations, from numbers of its own, so that nothing is cached and any can be made again alone.
struct ForestSampler: Sampler {
    let identity = SamplerIdentity(name: "forest", revision: 1)
    var explanation: String { "forest, a random forest with log expected improvement" }
    var size: UInt64? { lattice?.count }

    private let seed: UInt64
    private let trees: Int
    private let candidates: Int
    private let searches: Int
    private let startup: StartupDesign
    private let cube: UnitCube
    private let axes: ParzenAxes
    private let columns: ForestColumns
    private let lattice: ConfigurationLattice?
    private var history: TrialHistory
    private var asked: AskedConfigurations

    init(_ problem: SearchProblem, _ settings: inout MethodSettings) throws(SearchError) {
        let space = problem.space
        trees = try settings.integer("trees", default: 10, in: 1...200)
        candidates = try settings.integer("candidates", default: 500, in: 1...10_000)
        searches = try settings.integer("searches", default: 10, in: 1...ForestTargets.incumbentLimit)
        let startupSize = try settings.integer("startup", default: max(4, min(space.count + 1, 10)), in: 1...1_000)
        seed = problem.seed
        cube = UnitCube(space)
        startup = StartupDesign(size: startupSize, seed: problem.seed, cube: cube)
        axes = ParzenAxes(space)
        columns = ForestColumns(axes)
        lattice = space.lattice
        history = TrialHistory(dimensions: space.count, objectives: problem.objectives)
        asked = AskedConfigurations(space, lattice: lattice)
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            let earlier = history.row(of: trial).map { history.standings[$0] }
            guard earlier != .pending else { return }
            if earlier == nil || earlier == .cancelled { asked.add(configuration) }
            _ = history.begin(trial, configuration, at: axes.coordinates(of: configuration))
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard let row = history.row(of: trial), history.standings[row] == .pending else { return }
            history.finish(row, outcome)
            if history.standings[row] == .cancelled { asked.remove(history.configurations[row]) }
        }
    }

    // MARK: Suggesting

    func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if asked.isExhausted { return .exhausted }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.challengers)
        if history.learntCount < startup.size {
            let configuration = startup.configuration(at: history.count, trial: trial)
            if !asked.contains(configuration) { return .configuration(configuration) }
        } else if !columns.axes.isEmpty {
            let learnt = ForestTargets(history, seed: seed, trial: trial)
            let point = learnt.rows.isEmpty ? farthest(&random) : best(learnt, trial, &random)
            if let point { return .configuration(axes.configuration(at: point)) }
        }
        return UniformDraw.first(in: cube, notIn: asked, &random)
    }

    private func best(_ learnt: ForestTargets, _ trial: Int, _ random: inout CounterRandom) -> [Double]? {
        let model = ForestModel(columns, history, learnt, trees: trees, seed: seed, trial: trial)
        let search = ForestSearch(axes, model, candidates: candidates)
        let incumbents = learnt.incumbents.prefix(searches).map { Array(history.coordinates(of: $0)) }
        return search.best(from: incumbents, &random, where: isFree)
    }

    /// Where all trials have failed, what is farthest from them: the largest distance to the nearest one, of a few
    /// random points.
    private func farthest(_ random: inout CounterRandom) -> [Double]? {
        let points = (0..<64).map { _ in axes.coordinates(of: UniformDraw.configuration(in: cube, &random)) }
        let rows = (0..<history.count).suffix(ForestTargets.rowLimit)
        let distances = points.map { point in
            rows.reduce(Double.infinity) { min($0, distance(of: point, from: $1)) }
        }
        let order = points.indices.sorted { (distances[$1], $0) < (distances[$0], $1) }
        return order.map { points[$0] }.first(where: isFree)
    }

    /// J. C. Gower 1971: the sum of the distances along each parameter, 1 between two categories, and where only one
    /// has it.
    private func distance(of point: [Double], from row: Int) -> Double {
        let start = row * history.dimensions
        return axes.varyingAxes.reduce(0) { sum, axis in
            let (a, b) = (point[axis], history.coordinates[start + axis])
            if a == b || (a.isNaN && b.isNaN) { return sum }
            return sum + (a.isNaN || b.isNaN || axes.axes[axis].isCategorical ? 1 : abs(a - b))
        }
    }

    /// Whether no trial has the point, but those that were cancelled.
    private func isFree(_ point: [Double]) -> Bool {
        let isTaken = (0..<history.count).contains { row in
            history.standings[row] != .cancelled
                && zip(history.coordinates(of: row), point).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
        }
        return !isTaken && !asked.contains(axes.configuration(at: point))
    }
}
