import TunedNumerics
import TunedSpace

/// Differential evolution with success-history adaptation (L-SHADE: R. Tanabe and A. Fukunaga 2014), asynchronous: every trial is a child of
/// one individual, its target, and takes the target's place when it ends, unless it is worse.
///
/// Settings: `population`, individuals at first (4 to 1,000, default 6 + d/10, at most 20; twice that for more than 500 trials). Where the
/// number of trials is known the population shrinks to 4 by its end. L-SHADE's own 18 d is meant for 10,000 d trials.
///
/// The first individuals are the centre and Sobol points. The target is the individual with the fewest children under way, among those the
/// one whose turn was longest ago. Trials that nobody bred, such as those of a person or of an earlier study, take the worst place if they
/// are better. Failed trials are worse than infeasible ones, those than pruned ones, those than complete
/// ones. Of categories each difference is followed with the chance
/// F. Inactive parameters are inherited. Several objectives are compared by dominance.
struct DifferentialEvolutionSampler: Sampler {
    let identity = SamplerIdentity(name: "de", revision: 1)
    var explanation: String { "de, differential evolution" }
    var size: UInt64? { lattice?.count }

    private let lattice: ConfigurationLattice?
    private var folded: FoldedState<DifferentialState>

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let axes = EvolutionAxes(UnitCube(problem.space))
        let population = try settings.integer("population", default: Self.usualPopulation(axes.count, problem.budget), in: 4...1_000)
        lattice = problem.space.lattice
        folded = FoldedState(
            DifferentialState(
                population: DifferentialPopulation(axes), size: population, problem: problem,
                ledger: TrialLedger(problem.space, lattice: lattice)),
            caching: caching)
    }

    private static func usualPopulation(_ dimensions: Int, _ budget: Int?) -> Int {
        min(6 + dimensions / 10, 20) * ((budget ?? 0) > 500 ? 2 : 1)
    }

    mutating func observe(_ observation: Observation) { folded.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { folded.state.suggestion(trial) }
}

private struct DifferentialState: ObservationFold {
    private static let attempts = 24
    /// Breeding takes the target, one of the best, and two more.
    private static let leastPopulation = 4

    let size: Int
    let seed: UInt64
    let objectives: Int
    let budget: Int?
    let startup: StartupDesign
    var population: DifferentialPopulation
    var ledger: TrialLedger
    private var history = SuccessHistory()
    private var scale = ViolationScale()
    /// Since the history learnt last.
    private var successes: [SuccessHistory.Success] = []
    private var endedCount = 0
    private var endedSinceLearning = 0
    /// Of a lineage: children under way, and the last time that it had its turn. Only looked up, never iterated.
    private var turns: [Int: (children: Int, last: Int)] = [:]
    private var turn = 0
    private var running: [Int: Running] = [:]
    /// Trials of each configuration that runs.
    private var underWay: [Configuration: Int] = [:]

    private struct Running: Sendable {
        var configuration: Configuration
        var genotype: Genotype
        var child: DifferentialPopulation.Child?
    }

    init(population: DifferentialPopulation, size: Int, problem: SearchProblem, ledger: TrialLedger) {
        (self.population, self.size, self.ledger) = (population, size, ledger)
        (seed, objectives, budget) = (problem.seed, problem.objectives, problem.budget)
        startup = StartupDesign.sobol(size: size, seed: problem.seed, cube: population.axes.cube)
    }

    // MARK: Suggesting

    func suggestion(_ trial: Int) -> Suggestion {
        if ledger.asked.isExhausted { return .exhausted }
        if let (configuration, _) = proposal(trial) { return .configuration(configuration) }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: startup.cube, notIn: ledger.asked, &random)
    }

    /// nil where all that was looked at had been tried.
    private func proposal(_ trial: Int) -> (configuration: Configuration, child: DifferentialPopulation.Child?)? {
        let isStarting = population.individuals.count < Self.leastPopulation
            || (ledger.begunCount < size && population.individuals.count < size)
        if isStarting {
            let configuration = startup.configuration(at: ledger.begunCount, trial: trial)
            return ledger.asked.contains(configuration) ? nil : (configuration, nil)
        }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.targets)
        let target = target
        for _ in 0..<Self.attempts {
            let child = population.child(of: target, history, &random)
            let configuration = population.axes.configuration(of: child.genotype)
            // Where a parameter is continuous nothing counts as asked, but a child may differ in inactive ones alone.
            if ledger.asked.contains(configuration) || underWay[configuration] != nil { continue }
            if !population.contains(configuration) { return (configuration, child) }
        }
        return nil
    }

    /// The place of the individual whose turn it is.
    private var target: Int {
        let keys = population.individuals.map { turns[$0.number] ?? (0, -1) }
        return keys.indices.min { (keys[$0].children, keys[$0].last, $0) < (keys[$1].children, keys[$1].last, $1) } ?? 0
    }

    // MARK: Observing

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            guard !ledger.isPending(trial) else { return }
            begin(trial, configuration)
            ledger.begin(trial, configuration)
        case .report, .switched: break
        case .finished(let trial, let outcome):
            ledger.end(trial, outcome)
            guard let ended = running.removeValue(forKey: trial) else { return }
            let others = (underWay[ended.configuration] ?? 1) - 1
            underWay[ended.configuration] = others > 0 ? others : nil
            if let child = ended.child { turns[child.target]?.children -= 1 }
            if scale.learn(outcome) { population.measure(by: scale) }
            if let merit = Merit(outcome, objectives: objectives, scale: scale) { end(ended, merit) }
        }
    }

    private mutating func begin(_ trial: Int, _ configuration: Configuration) {
        let proposal = proposal(trial)
        let child = proposal?.configuration == configuration ? proposal?.child : nil
        if let child {
            turn += 1
            turns[child.target] = ((turns[child.target]?.children ?? 0) + 1, turn)
        }
        // What the configuration does not say is drawn.
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        let axes = population.axes
        let drawn = child?.genotype ?? Genotype(
            numbers: axes.numbers.map { _ in random.uniform() }, categories: axes.categoryCounts.map { random.index(below: $0) })
        running[trial] = Running(
            configuration: configuration, genotype: axes.genotype(of: configuration, drawn: drawn).genotype, child: child)
        underWay[configuration, default: 0] += 1
    }

    private mutating func end(_ ended: Running, _ merit: Merit) {
        endedCount += 1
        guard let child = ended.child else {
            if population.individuals.count < currentSize {
                population.add(ended.genotype, merit)
            } else {
                population.immigrate(ended.genotype, merit)
            }
            return
        }
        if let result = population.challenge(child.target, ended.genotype, merit) {
            if result.isBetter {
                successes.append(SuccessHistory.Success(scale: child.scale, crossover: child.crossover, gain: result.gain))
            }
        } else {
            population.immigrate(ended.genotype, merit)
        }
        endedSinceLearning += 1
        guard endedSinceLearning >= population.individuals.count else { return }
        history.learn(successes)
        successes = []
        endedSinceLearning = 0
        population.shrink(to: currentSize)
    }

    /// Linear population size reduction (L-SHADE, equation 10).
    private var currentSize: Int {
        guard let budget, budget > 0 else { return size }
        let left = 1 - min(Double(endedCount) / Double(budget), 1)
        return max(Self.leastPopulation, Int((4 + Double(size - 4) * left).rounded()))
    }
}
