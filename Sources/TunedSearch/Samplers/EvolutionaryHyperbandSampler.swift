import TunedNumerics
import TunedSpace

/// DEHB: differential evolution at each budget of Hyperband, with parents from the next lower one (``BudgetPopulations``; N. Awad, N. Mallik
/// and F. Hutter 2021). Beside a pruner that gives out budgets, which makes Hyperband of it.
///
/// A trial that the pruner goes on with continues from its checkpoint and, with its value there, enters the subpopulation of the larger
/// budget, in a free place or instead of the worst. DEHB breeds and trains a new child for that rung instead; here children are bred for the
/// budgets that trials begin with.
///
/// Settings: `population`, individuals of each budget (4 to 1,000, default 10).
///
/// Asynchronous: the first trials are the centre and Sobol points; then each is the child of the individual with the fewest children under
/// way at its budget, among those the one whose turn was longest ago, and takes its place there unless it is worse. Failed trials have no
/// children. Inactive parameters are inherited. Of several objectives only complete trials have all values: there is one subpopulation, and pruned
/// trials rank behind.
struct EvolutionaryHyperbandSampler: Sampler {
    let identity = SamplerIdentity(name: "dehb", revision: 1)
    var explanation: String { "dehb, differential evolution with \(population) individuals at each budget and parents from the next lower one" }
    var size: UInt64? { lattice?.count }

    private let population: Int
    private let lattice: ConfigurationLattice?
    private var folded: FoldedState<EvolutionaryHyperbandState>

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        population = try settings.integer("population", default: 10, in: BudgetPopulations.leastParents...1_000)
        lattice = problem.space.lattice
        folded = FoldedState(
            EvolutionaryHyperbandState(
                problem, BudgetPopulations(EvolutionAxes(UnitCube(problem.space)), size: population),
                TrialLedger(problem.space, lattice: lattice, recombines: true)),
            caching: caching)
    }

    mutating func observe(_ observation: Observation) { folded.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { try suggest(trial: trial, budget: nil) }

    func suggest(trial: Int, budget: Double?) throws(SearchError) -> Suggestion { folded.state.suggestion(trial, budget) }
}

/// Internal for its tests.
struct EvolutionaryHyperbandState: ObservationFold {
    private static let attempts = 24

    private let seed: UInt64
    private let objectives: Int
    private let full: Double?
    private let startup: StartupDesign
    private(set) var populations: BudgetPopulations
    private var ledger: TrialLedger
    private var scale = ViolationScale()
    /// Of a lineage: children under way, and the last time that it had its turn. Only looked up, never iterated.
    private var turns: [Lineage: (children: Int, last: Int)] = [:]
    private var turn = 0
    /// Only looked up, never iterated.
    private var trials: [Int: Trial] = [:]

    private struct Lineage: Hashable, Sendable {
        var level: Int
        var number: Int
    }

    private struct Trial: Sendable {
        var genotype: Genotype
        /// What it challenges when it stands for the first time.
        var target: Lineage?
        /// The levels at which it has a value.
        var levels: Set<Int> = []
    }

    init(_ problem: SearchProblem, _ populations: BudgetPopulations, _ ledger: TrialLedger) {
        (seed, objectives, full) = (problem.seed, problem.objectives, problem.fidelity?.high)
        (self.populations, self.ledger) = (populations, ledger)
        startup = StartupDesign.sobol(size: populations.size, seed: problem.seed, cube: populations.axes.cube)
    }

    private var isSingle: Bool { objectives == 1 }

    // MARK: Suggesting

    func suggestion(_ trial: Int, _ budget: Double?) -> Suggestion {
        if ledger.asked.isExhausted { return .exhausted }
        let isPartial = isSingle && budget.map { $0 < full ?? .infinity } ?? false
        if let (configuration, _) = proposal(trial, at: BudgetLevel.level(of: isPartial ? budget : nil)) { return .configuration(configuration) }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: startup.cube, notIn: ledger.asked, &random)
    }

    /// nil where all that was looked at had been tried.
    private func proposal(_ trial: Int, at level: Int) -> (configuration: Configuration, child: BudgetPopulations.Child?)? {
        if ledger.begunCount >= populations.size {
            var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.targets)
            let target = target(at: level)
            for _ in 0..<Self.attempts {
                guard let child = populations.child(at: level, target: target, &random) else { break }
                let configuration = populations.axes.configuration(of: child.genotype)
                if !ledger.asked.contains(configuration) { return (configuration, child) }
            }
            guard populations.count < BudgetPopulations.leastParents else { return nil }
        }
        let configuration = startup.configuration(at: ledger.begunCount, trial: trial)
        return ledger.asked.contains(configuration) ? nil : (configuration, nil)
    }

    /// The place of the individual whose turn it is; nil until the level is full.
    private func target(at level: Int) -> Int? {
        let individuals = populations.individuals(at: level)
        guard individuals.count >= populations.size else { return nil }
        let keys = individuals.map { turns[Lineage(level: level, number: $0.number)] ?? (0, -1) }
        return keys.indices.min { (keys[$0].children, keys[$0].last, $0) < (keys[$1].children, keys[$1].last, $1) }
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            guard !ledger.isPending(trial) else { return }
            if trials[trial] == nil { begin(trial, configuration) }
            ledger.begin(trial, configuration)
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard ledger.isPending(trial) else { return }
            ledger.end(trial, outcome)
            if scale.learn(outcome) { populations.measure(by: scale) }
            end(trial, outcome)
        }
    }

    /// A new trial. With which budget it begins is not observed, but which budget's child it is shows.
    private mutating func begin(_ trial: Int, _ configuration: Configuration) {
        var bred: (level: Int, child: BudgetPopulations.Child)?
        for level in populations.fullLevels where bred == nil {
            if let proposal = proposal(trial, at: level), proposal.configuration == configuration, let child = proposal.child { bred = (level, child) }
        }
        var target: Lineage?
        if let bred, let number = bred.child.target {
            let lineage = Lineage(level: bred.level, number: number)
            turn += 1
            turns[lineage] = ((turns[lineage]?.children ?? 0) + 1, turn)
            target = lineage
        }
        // What the configuration does not say is drawn.
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        let axes = populations.axes
        let drawn = bred?.child.genotype ?? Genotype(
            numbers: axes.numbers.map { _ in random.uniform() }, categories: axes.categoryCounts.map { random.index(below: $0) })
        trials[trial] = Trial(genotype: axes.genotype(of: configuration, drawn: drawn).genotype, target: target)
    }

    private mutating func end(_ trial: Int, _ outcome: Outcome) {
        guard var entry = trials[trial] else { return }
        let target = entry.target
        entry.target = nil
        if let target { turns[target]?.children -= 1 }
        if let level = BudgetLevel.level(of: outcome, isSingle: isSingle),
            let merit = Merit(BudgetLevel.standing(outcome, isSingle: isSingle), objectives: objectives, scale: scale), merit.standing != .failed
        {
            if entry.levels.insert(level).inserted {
                populations.settle(entry.genotype, merit, at: level, target: target?.level == level ? target?.number : nil)
            } else {
                populations.resettle(entry.genotype, merit, at: level)
            }
        }
        trials[trial] = entry
    }
}
