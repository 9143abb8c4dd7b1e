import TunedNumerics
import TunedSpace

/// BOHB: a model of the trials at the largest budget that enough of them have reached, and a share of random configurations (S. Falkner, A.
/// Klein and F. Hutter 2018: BOHB, robust and efficient hyperparameter optimization at scale, Algorithm 2). Beside a pruner that gives out
/// budgets, which makes Hyperband of it. Beyond Algorithm 2, trials that stand at a lower budget are in the model, too, behind all that have
/// reached its own: those alone are a selection, and do not say where it is bad. The first trials are the model's own start-up design.
///
/// Settings: `model` (`tpe`; `gp`), `random` (1/3; 0 to 1), the share of random configurations, `points` (d + 1; 1 to 10000), trials that a
/// budget needs, and those of the model. Of several objectives only complete trials have all values, so there the model is that of the
/// full budget, and ranks pruned trials behind them as it does by itself.
struct BudgetModelSampler: Sampler {
    let identity = SamplerIdentity(name: "bohb", revision: 2)
    var explanation: String {
        "bohb: \(modelName) at the largest budget with \(points) trials, and a share of \(Double(Int(randomShare * 100 + 0.5)) / 100) random ones"
    }
    var size: UInt64? { cube.space.finiteSize }

    private let modelName: String
    private let randomShare: Double
    private let points: Int
    private let seed: UInt64
    private let isSingle: Bool
    private let cube: UnitCube
    /// Told nothing; each budget's model begins as its copy.
    private let blank: any Sampler
    private var models: [Model] = []
    private var asked: TrialLedger
    /// Only looked up, never iterated.
    private var trials: [Int: Trial] = [:]
    /// In the order in which they began.
    private var order: [Int] = []

    private struct Model: Sendable {
        let level: Int
        var sampler: any Sampler
        /// Trials with a value there.
        var count = 0
    }

    private struct Trial: Sendable {
        let configuration: Configuration
        var isPending = true
        /// What became of it; nil while it runs.
        var end: Outcome?
        /// The levels at which it has a value.
        var levels: Set<Int> = []
    }

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        modelName = try settings.choice("model", default: "tpe", of: ["tpe", "gp"])
        randomShare = try settings.number("random", default: 1.0 / 3, in: 0...1)
        points = try settings.integer("points", default: problem.space.count + 1, in: 1...10_000)
        seed = problem.seed
        isSingle = problem.objectives == 1
        cube = UnitCube(problem.space)
        asked = TrialLedger(problem.space, lattice: problem.space.lattice)
        blank =
            modelName == "gp"
            ? try GaussianProcessSampler(problem, &settings, caching: caching) : try TreeParzenSampler(problem, &settings, caching: caching)
        models = [Model(level: BudgetLevel.full, sampler: blank)]
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration): begin(trial, configuration)
        case .report, .switched: break
        case .finished(let trial, let outcome): end(trial, outcome)
        }
    }

    private mutating func begin(_ trial: Int, _ configuration: Configuration) {
        guard !asked.isPending(trial) else { return }
        asked.begin(trial, configuration)
        if trials[trial] == nil {
            trials[trial] = Trial(configuration: configuration)
            order.append(trial)
        }
        guard var entry = trials[trial] else { return }
        entry.isPending = true
        entry.end = nil
        trials[trial] = entry
        // At a budget that it has passed, it is worth what it was.
        for index in models.indices where !entry.levels.contains(models[index].level) {
            models[index].sampler.observe(.pending(trial: trial, entry.configuration))
        }
    }

    private mutating func end(_ trial: Int, _ outcome: Outcome) {
        asked.end(trial, outcome)
        guard var entry = trials[trial], entry.isPending else { return }
        entry.isPending = false
        let level = BudgetLevel.level(of: outcome, isSingle: isSingle)
        entry.end = outcome
        if let level, !models.contains(where: { $0.level == level }) { add(level) }
        for index in models.indices {
            if models[index].level == level {
                if entry.levels.insert(models[index].level).inserted { models[index].count += 1 } else {
                    // It stands there anew.
                    models[index].sampler.observe(.pending(trial: trial, entry.configuration))
                }
                models[index].sampler.observe(.finished(trial: trial, BudgetLevel.standing(outcome, isSingle: isSingle)))
            } else if !entry.levels.contains(models[index].level) {
                models[index].sampler.observe(.finished(trial: trial, seen(outcome, at: models[index].level, from: level)))
            }
        }
        trials[trial] = entry
    }

    /// What a model of a budget makes of a trial that has no value there: one that stands at a lower budget lost against those that went on, and
    /// ranks behind them; of one that began at a higher budget it knows nothing.
    private func seen(_ outcome: Outcome, at budget: Int, from level: Int?) -> Outcome {
        guard let level else { return outcome }
        return level < budget ? outcome : .cancelled
    }

    /// A model of a budget that no trial had reached: of trials it knows those that run, have failed, or stand lower.
    private mutating func add(_ level: Int) {
        var model = Model(level: level, sampler: blank)
        for trial in order {
            guard let entry = trials[trial] else { continue }
            model.sampler.observe(.pending(trial: trial, entry.configuration))
            guard let end = entry.end else { continue }
            let reached = BudgetLevel.level(of: end, isSingle: isSingle)
            model.sampler.observe(.finished(trial: trial, seen(end, at: level, from: reached)))
        }
        models.append(model)
        models.sort { $0.level > $1.level }
    }

    // MARK: Suggesting

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if asked.asked.isExhausted { return .exhausted }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.shares)
        // Before any budget has enough trials, the model's own start-up design.
        let ready = models.firstIndex { $0.count >= points }
        if ready == nil || random.uniform() >= randomShare {
            let index = ready ?? models.startIndex
            if case .configuration(let configuration) = try models[index].sampler.suggest(trial: trial), !asked.asked.contains(configuration) {
                return .configuration(configuration)
            }
        }
        var draw = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: asked.asked, &draw)
    }
}
