import TunedNumerics
import TunedSpace

/// CMA-ES: a Gaussian over the space, whose mean, width and shape follow the ranks of the trials drawn from it (``GaussianEvolution``), with
/// restarts (``RestartSchedule``) and a warm start from what was tried before (``InitialDistribution``).
///
/// Settings: `population`, trials a generation before the first restart (4 to 10,000, default 4 + ln d); `step`, the initial standard
/// deviation in units of each range (0.001 to 1, default 1/6); `startup`, trials of a design, the centre and Sobol points, whose best ones
/// give the first mean (0 to 1,000, default 6); `separable`, from how many axes on the covariance is diagonal (1 to 1,000, default 40).
///
/// A generation is closed by the end of as many trials as the population has, whichever they are: those that ran longer, or that a person
/// asked for, count in the next one. Pending trials are points of the generation that are taken. Pruned, infeasible and failed ones rank last, in this order. Inactive
/// parameters keep the values that were drawn for them and do not move the mean. Several objectives are ranked by dominance.
struct CovarianceAdaptationSampler: Sampler {
    let identity = SamplerIdentity(name: "cmaes", revision: 1)
    var explanation: String { "cmaes, covariance matrix adaptation" }
    var size: UInt64? { lattice?.count }

    private let lattice: ConfigurationLattice?
    private var folded: FoldedState<AdaptationState>

    /// The deviation of a kernel about a trial (``InitialDistribution``) where this continues a search of the very objective, whose best trials
    /// lie closer to the optimum than those of a similar one.
    static let continuedDeviation = 0.05

    /// - Parameter deviation: of a kernel about a trial that was there before.
    init(
        _ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool, deviation: Double = InitialDistribution.kernelDeviation
    ) throws(SearchError) {
        let axes = EvolutionAxes(UnitCube(problem.space))
        let population = try settings.integer(
            "population", default: EvolutionConstants.firstPopulation(dimensions: axes.count), in: 4...10_000)
        let usual = max(population, EvolutionConstants.usualPopulation(dimensions: axes.count))
        let step = try settings.number("step", default: 1 / 6, in: 0.001...1)
        let startup = try settings.integer("startup", default: 6, in: 0...1_000)
        let separable = try settings.integer("separable", default: 40, in: 1...1_000)
        lattice = problem.space.lattice
        folded = FoldedState(
            AdaptationState(
                axes: axes, objectives: problem.objectives, seed: problem.seed,
                startup: StartupDesign.sobol(size: startup, seed: problem.seed, cube: axes.cube),
                first: RestartSchedule.Run(population: population, stepSize: step), deviation: deviation,
                schedule: RestartSchedule(usual: RestartSchedule.Run(population: usual, stepSize: step), seed: problem.seed),
                isDiagonal: axes.numbers.count >= separable, ledger: TrialLedger(problem.space, lattice: lattice)),
            caching: caching)
    }

    mutating func observe(_ observation: Observation) { folded.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { folded.state.suggestion(trial) }
}

private struct AdaptationState: ObservationFold {
    private static let attempts = 24

    let axes: EvolutionAxes
    let objectives: Int
    let seed: UInt64
    let startup: StartupDesign
    let first: RestartSchedule.Run
    let deviation: Double
    let isDiagonal: Bool
    var ledger: TrialLedger
    private var schedule: RestartSchedule
    /// nil before the first trial that was drawn from it.
    private var evolution: GaussianEvolution?
    /// Points of the present generation that were taken.
    private var place = 0
    /// Ended in the present generation.
    private var members: [GaussianEvolution.Member] = []
    /// Ended before there was an evolution.
    private var sources: [(source: InitialDistribution.Source, merit: Merit)] = []
    private var scale = ViolationScale()
    private var trialsOfRun = 0
    /// Only looked up, never iterated.
    private var running: [Int: Running] = [:]

    private struct Running: Sendable {
        var source: InitialDistribution.Source
        /// Where it was drawn; nil for a trial of other origin.
        var origin: (run: Int, generation: Int)?
    }

    init(
        axes: EvolutionAxes, objectives: Int, seed: UInt64, startup: StartupDesign, first: RestartSchedule.Run, deviation: Double,
        schedule: RestartSchedule, isDiagonal: Bool, ledger: TrialLedger
    ) {
        (self.axes, self.objectives, self.seed, self.startup) = (axes, objectives, seed, startup)
        (self.first, self.deviation, self.schedule, self.isDiagonal, self.ledger) = (first, deviation, schedule, isDiagonal, ledger)
    }

    // MARK: Suggesting

    func suggestion(_ trial: Int) -> Suggestion {
        if ledger.asked.isExhausted { return .exhausted }
        if let configuration = startupConfiguration(trial) ?? draw(trial, evolution ?? beginning).configuration {
            return .configuration(configuration)
        }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: axes.cube, notIn: ledger.asked, &random)
    }

    private func startupConfiguration(_ trial: Int) -> Configuration? {
        // Asked for many at once, the design goes on until there is something to begin with.
        guard evolution == nil, ledger.begunCount < startup.size || sources.count < startup.size / 2 else { return nil }
        let configuration = startup.configuration(at: ledger.begunCount, trial: trial)
        return ledger.asked.contains(configuration) ? nil : configuration
    }

    /// The generation's next point, or where that was tried already an independent draw, wider from time to time; without a configuration
    /// where all of them were tried.
    private func draw(_ trial: Int, _ evolution: GaussianEvolution) -> (genotype: Genotype, configuration: Configuration?) {
        let own = evolution.genotype(at: place)
        var (genotype, configuration) = (own, axes.configuration(of: own))
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.candidates)
        var widened = 1.0
        for _ in 0..<Self.attempts {
            if !ledger.asked.contains(configuration) { return (genotype, configuration) }
            widened *= 1.15
            genotype = evolution.genotype(&random, widened: widened)
            configuration = axes.configuration(of: genotype)
        }
        return (own, nil)
    }

    private var beginning: GaussianEvolution {
        let usable = sources.filter { $0.merit.standing != .failed }
        let places = Merit.places(usable.map(\.merit))
        let order = usable.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        let initial = InitialDistribution(axes, sources: order.map { usable[$0].source }, stepSize: first.stepSize, deviation: deviation)
        return GaussianEvolution(
            axes, initial, population: first.population, isDiagonal: isDiagonal, number: 0, seed: seed)
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
            if scale.learn(outcome) {
                for index in members.indices { members[index].merit.measure(by: scale) }
                for index in sources.indices { sources[index].merit.measure(by: scale) }
            }
            if let merit = Merit(outcome, objectives: objectives, scale: scale) { end(ended, merit) }
        }
    }

    private mutating func begin(_ trial: Int, _ configuration: Configuration) {
        guard startupConfiguration(trial) == nil else {
            running[trial] = Running(source: source(of: configuration, drawn: axes.centre), origin: nil)
            return
        }
        let current = evolution ?? beginning
        let drawn = draw(trial, current)
        let isOwn = drawn.configuration == configuration
        if isOwn {
            evolution = current
            place += 1
        }
        running[trial] = Running(
            source: source(of: configuration, drawn: drawn.genotype), origin: isOwn ? (current.number, current.generation) : nil)
    }

    private func source(of configuration: Configuration, drawn: Genotype) -> InitialDistribution.Source {
        let (genotype, hasNumber, hasCategory) = axes.genotype(of: configuration, drawn: drawn)
        return InitialDistribution.Source(genotype: genotype, hasNumber: hasNumber, hasCategory: hasCategory)
    }

    private mutating func end(_ ended: Running, _ merit: Merit) {
        guard var evolution else {
            sources.append((ended.source, merit))
            return
        }
        trialsOfRun += 1
        // What a run before the restart still had to say lies elsewhere.
        if let origin = ended.origin, origin.run != evolution.number { return }
        let isOwn = ended.origin.map { $0.generation == evolution.generation } ?? false
        members.append(
            GaussianEvolution.Member(
                genotype: ended.source.genotype, hasNumber: ended.source.hasNumber, hasCategory: ended.source.hasCategory, isOwn: isOwn,
                merit: merit))
        guard members.count == evolution.constants.population else { return }
        evolution.learn(members)
        members = []
        place = 0
        self.evolution = evolution.isSpent ? restarted(after: evolution) : evolution
    }

    /// Somewhere else, by the schedule.
    private mutating func restarted(after spent: GaussianEvolution) -> GaussianEvolution {
        let number = spent.number + 1
        let run = schedule.next(number, after: trialsOfRun)
        trialsOfRun = 0
        var random = CounterRandom(seed: seed, trial: UInt64(number), stream: RandomStream.restarts)
        // The first two numbers are those of the schedule.
        _ = (random.next(), random.next())
        let initial = InitialDistribution(axes, around: axes.numbers.map { _ in random.uniform() }, stepSize: run.stepSize)
        return GaussianEvolution(
            axes, initial, population: run.population, isDiagonal: isDiagonal, number: number, seed: seed)
    }
}
