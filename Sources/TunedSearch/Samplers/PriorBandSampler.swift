import Glibc
import TunedNumerics
import TunedSpace

/// PriorBand: Hyperband that begins with draws from what a person believes, from anywhere, and from near the incumbent (N. Mallik et al. 2023:
/// PriorBand, practical hyperparameter optimization in the age of deep learning, arXiv 2306.12370, section 5). Beside a pruner that gives out
/// budgets, which makes Hyperband of it.
///
/// A trial that begins at rung r is drawn from anywhere with the probability 1/(1 + eta^r), so the more a trial costs, the more it is a belief's.
/// Rungs are eta^r times the lowest budget, so eta^r is what the trial's budget is of that. Once trials have spent what one bracket costs and one was
/// trained in full, the rest is divided between prior and incumbent: the best 1/eta of the largest budget at which eta trials stand, the best of
/// them with the largest weight, say how likely they were from each. The incumbent is the best of them. The very first trial is the prior's centre.
///
/// Settings: `reduction`, eta (3; 1.1 to 1000), which had better be the pruner's.
struct PriorBandSampler: Sampler {
    let identity = SamplerIdentity(name: "priorband", revision: 1)
    let explanation: String
    let size: UInt64?
    private var folded: FoldedState<PriorBandState>

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let reduction = try settings.number("reduction", default: 3, in: 1.1...1_000)
        let cube = UnitCube(problem.space)
        explanation = cube.hasPriors
            ? "priorband: draws from the priors, from anywhere, and near the incumbent, by what did well"
            : "priorband: no parameter has a prior, so draws from anywhere, and near the incumbent, by what did well"
        size = problem.space.finiteSize
        folded = FoldedState(PriorBandState(problem, cube, reduction: reduction), caching: caching)
    }

    mutating func observe(_ observation: Observation) { folded.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { try suggest(trial: trial, budget: nil) }

    func suggest(trial: Int, budget: Double?) throws(SearchError) -> Suggestion { folded.state.suggestion(trial, budget) }
}

/// Internal for its tests.
struct PriorBandState: ObservationFold {
    /// The probabilities of the three ways to draw.
    struct Policy: Hashable, Sendable {
        var random: Double
        var prior: Double
        var incumbent: Double
    }

    private static let attempts = 24

    private let seed: UInt64
    private let objectives: Int
    private let fidelity: FidelityRange?
    private let reduction: Double
    private let cube: UnitCube
    /// Of somebody who believes nothing.
    private let anywhere: UnitCube
    private var ledger: TrialLedger
    private var scale = ViolationScale()
    /// Only looked up, never iterated.
    private var configurations: [Int: Configuration] = [:]
    private var spentBy: [Int: Double] = [:]
    private var spent = 0.0
    /// By level, ascending.
    private var standings: [(level: Int, trials: BudgetStandings)] = []

    init(_ problem: SearchProblem, _ cube: UnitCube, reduction: Double) {
        (seed, objectives, fidelity) = (problem.seed, problem.objectives, problem.fidelity)
        (self.cube, self.reduction) = (cube, reduction)
        anywhere = cube.withoutPriors
        ledger = TrialLedger(problem.space, lattice: problem.space.lattice)
    }

    private var isSingle: Bool { objectives == 1 }

    // MARK: Suggesting

    func suggestion(_ trial: Int, _ budget: Double?) -> Suggestion {
        if ledger.asked.isExhausted { return .exhausted }
        if ledger.begunCount == 0, cube.hasPriors { return .configuration(cube.space.defaults) }
        let leaders = leaders
        let policy = policy(budget, leaders)
        var choice = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.shares)
        let share = choice.uniform()
        if share < policy.incumbent, let incumbent = leaders.first {
            var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
            let perturbation = IncumbentPerturbation(cube, around: incumbent)
            for _ in 0..<Self.attempts {
                let configuration = LegalDraw(cube).legal(near: perturbation.draw(&random))
                if configuration != incumbent, !ledger.asked.contains(configuration) { return .configuration(configuration) }
            }
        }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        let isBelieved = share < policy.incumbent + policy.prior
        return UniformDraw.first(in: isBelieved ? cube : anywhere, notIn: ledger.asked, &random)
    }

    /// The best 1/eta of the largest budget at which eta trials stand, the best first; none until a bracket's cost was spent and a trial was
    /// trained in full.
    var leaders: [Configuration] {
        guard spent >= bracketCost, standings.last?.level == BudgetLevel.full,
            let level = standings.last(where: { Double($0.trials.entries.count) >= reduction })
        else { return [] }
        return level.trials.best(Int(Double(level.trials.entries.count) / reduction)).map(\.configuration)
    }

    /// Of a trial that begins with this budget; nil: all.
    func policy(_ budget: Double?, _ leaders: [Configuration]) -> Policy {
        let random = 1 / (1 + multiple(of: budget))
        var policy = Policy(random: random, prior: 1 - random, incumbent: 0)
        guard let incumbent = leaders.first else { return policy }
        let perturbation = IncumbentPerturbation(cube, around: incumbent)
        // Products over many parameters: only their ratio is needed.
        var (prior, near) = (-Double.infinity, -Double.infinity)
        for (place, leader) in leaders.enumerated() {
            let weight = log(Double(leaders.count - place))
            prior = Self.logSum(prior, weight + logPrior(of: leader))
            near = Self.logSum(near, weight + perturbation.logDensity(of: leader))
        }
        policy.incumbent = policy.prior / (1 + exp(prior - near))
        policy.prior -= policy.incumbent
        return policy
    }

    private static func logSum(_ a: Double, _ b: Double) -> Double {
        let (high, low) = (max(a, b), min(a, b))
        return low == -.infinity ? high : high + log1p(exp(low - high))
    }

    private func logPrior(of configuration: Configuration) -> Double {
        zip(cube.priors, cube.coordinates(of: configuration)).reduce(0) { sum, item in
            guard let density = item.0, !item.1.isNaN else { return sum }
            return sum + density.logDensity(at: item.1)
        }
    }

    /// What a budget is of the lowest one: eta^r.
    private func multiple(of budget: Double?) -> Double {
        guard let fidelity, fidelity.low > 0 else { return 1 }
        return max(1, min(budget ?? fidelity.high, fidelity.high) / fidelity.low)
    }

    /// Each of a bracket's rungs costs about one training in full.
    private var bracketCost: Double {
        guard let fidelity else { return 1 }
        return fidelity.high * (1 + min(log(multiple(of: nil)) / log(reduction) + 1e-9, 64).rounded(.down))
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            guard !ledger.isPending(trial) else { return }
            ledger.begin(trial, configuration)
            if configurations[trial] == nil { configurations[trial] = configuration }
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard ledger.isPending(trial), let configuration = configurations[trial] else { return }
            ledger.end(trial, outcome)
            spend(trial, outcome)
            if scale.learn(outcome) { for index in standings.indices { standings[index].trials.measure(by: scale) } }
            guard let level = BudgetLevel.level(of: outcome, isSingle: isSingle),
                let merit = Merit(BudgetLevel.standing(outcome, isSingle: isSingle), objectives: objectives, scale: scale), merit.standing != .failed
            else { return }
            if !standings.contains(where: { $0.level == level }) {
                standings.append((level, BudgetStandings()))
                standings.sort { $0.level < $1.level }
            }
            for index in standings.indices where standings[index].level == level { standings[index].trials.stand(trial, configuration, merit) }
        }
    }

    /// From a checkpoint only the rest is spent.
    private mutating func spend(_ trial: Int, _ outcome: Outcome) {
        let full = fidelity?.high ?? 1
        let total: Double
        switch outcome {
        case .complete, .infeasible: total = full
        case .pruned(let step, _): total = min(max(Double(step), 0), full)
        case .failed, .cancelled: return
        }
        spent += max(total - spentBy[trial, default: 0], 0)
        spentBy[trial] = max(total, spentBy[trial, default: 0])
    }
}
