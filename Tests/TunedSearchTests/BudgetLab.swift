import TunedNumerics
import TunedSearch
import TunedSpace

/// Runs a study of a sampler beside a pruner that gives out budgets, in memory, as the engine does.
struct BudgetLab {
    enum End { case value(Double), failed, cancelled }

    struct Trial {
        let configuration: Configuration
        /// What it began with; nil: all.
        let first: Double?
        var budget: Double?
        var isRunning = true
        var full: Double?
    }

    static let fidelity = FidelityRange(low: 1, high: 27)

    let space: SearchSpace
    private(set) var sampler: any Sampler
    private var pruner: any Pruner
    private(set) var observations: [Observation] = []
    private(set) var trials: [Trial] = []
    /// Budget that was spent, trials that go on paying for the rest alone.
    private(set) var spent = 0.0
    private var running: [Int] = []

    init(
        _ sampler: String, _ pruner: String, _ space: SearchSpace, seed: UInt64 = 1, objectives: Int = 1, caching: Bool = true,
        _ settings: [String: JSONValue] = [:]
    ) throws {
        self.space = space
        self.sampler = try SamplerRegistry.make(
            name: sampler, settings: settings, problem: SearchProblem(space: space, objectives: objectives, seed: seed, fidelity: Self.fidelity),
            caching: caching)
        self.pruner = try TunedSearchTests.pruner(pruner, PrunerProblem(objectives: objectives, fidelity: Self.fidelity, seed: seed))
    }

    func firstBudget(of trial: Int) -> Double? { pruner.firstBudget(of: trial).flatMap { $0 < Self.fidelity.high ? $0 : nil } }

    /// The best value of a trial that was trained in full.
    var best: Double { trials.compactMap(\.full).min() ?? .infinity }

    /// Until so many trials have begun or so much was spent.
    mutating func run(
        _ count: Int = .max, spending limit: Double = .infinity, parallel: Int = 1, _ end: (Int, Configuration, Double) -> End
    ) throws {
        var random = CounterRandom(seed: 5, trial: 0)
        while spent < limit {
            if running.count < parallel, try begin(count) { continue }
            guard !running.isEmpty else { break }
            let trial = running.remove(at: random.index(below: running.count))
            let step = (trials[trial].budget ?? Self.fidelity.high).rounded(.up)
            finish(trial, step, end(trial, trials[trial].configuration, step))
        }
    }

    private mutating func observe(_ observation: Observation) {
        observations.append(observation)
        sampler.observe(observation)
    }

    private mutating func begin(_ count: Int) throws -> Bool {
        let trial: Int
        if let promotion = pruner.promotion() {
            trial = promotion.trial
            trials[trial].budget = promotion.budget
            trials[trial].isRunning = true
        } else {
            guard trials.count < count, pruner.mayBegin || running.isEmpty else { return false }
            trial = trials.count
            let budget = firstBudget(of: trial)
            guard case .configuration(let configuration) = try sampler.suggest(trial: trial, budget: budget) else { return false }
            trials.append(Trial(configuration: configuration, first: budget, budget: budget))
        }
        observe(.pending(trial: trial, trials[trial].configuration))
        pruner.observe(.began(trial: trial, budget: trials[trial].budget))
        running.append(trial)
        return true
    }

    private mutating func finish(_ trial: Int, _ step: Double, _ end: End) {
        trials[trial].isRunning = false
        spent += step
        switch end {
        case .value(let value):
            if step < Self.fidelity.high {
                observe(.finished(trial: trial, .pruned(step: Int64(step), value: value)))
                pruner.observe(.reached(trial: trial, budget: step, losses: [value]))
            } else {
                trials[trial].full = value
                observe(.finished(trial: trial, .complete([value])))
                pruner.observe(.ended(trial: trial, .complete([value])))
            }
        case .failed:
            observe(.finished(trial: trial, .failed))
            pruner.observe(.ended(trial: trial, .failed))
        case .cancelled:
            observe(.finished(trial: trial, .cancelled))
            pruner.observe(.ended(trial: trial, .cancelled))
        }
    }
}
