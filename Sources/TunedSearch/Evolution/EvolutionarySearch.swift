import TunedNumerics
import TunedSpace

/// What the evolutionary samplers have in common: the first generation from a start-up design, all others by mating.
struct EvolutionarySearch: Sendable {
    /// Children that are looked at for one trial.
    private static let attempts = 32
    /// How many of them may be refused because the nearest trial failed.
    private static let failureAttempts = 8

    private let seed: UInt64
    private let cube: UnitCube
    private let startup: StartupDesign
    private let mating: Mating
    private let lattice: ConfigurationLattice?
    /// Kept up with what is observed; where suggestions are derived anew, as it was before the first observation.
    private var population: Population
    /// All that was observed; nil where the population is kept up.
    private var observations: [Observation]?

    init(
        _ problem: SearchProblem, _ variation: Variation, population size: Int, generation: Int,
        selection: any SurvivorSelection, caching: Bool
    ) {
        seed = problem.seed
        cube = UnitCube(problem.space)
        startup = StartupDesign(size: size, seed: problem.seed, cube: cube)
        mating = Mating(cube, variation)
        lattice = problem.space.lattice
        population = Population(
            problem, cube, lattice: lattice, size: size, generationSize: generation, selection: selection)
        observations = caching ? nil : []
    }

    var size: UInt64? { lattice?.count }

    mutating func observe(_ observation: Observation) {
        if observations?.append(observation) == nil { population.observe(observation) }
    }

    func suggest(trial: Int) -> Suggestion {
        guard let observations else { return suggestion(population, trial) }
        var folded = population
        for observation in observations { folded.observe(observation) }
        return suggestion(folded, trial)
    }

    private func suggestion(_ population: Population, _ trial: Int) -> Suggestion {
        if population.asked.isExhausted { return .exhausted }
        if population.generation == 0 {
            let configuration = startup.configuration(at: population.history.count, trial: trial)
            if !population.asked.contains(configuration) { return .configuration(configuration) }
        } else if let child = child(population, trial) {
            return .configuration(child)
        }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: population.asked, &random)
    }

    /// A child that was not tried; nil where one is hard to find.
    private func child(_ population: Population, _ trial: Int) -> Configuration? {
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.mating)
        var repetitions = 0
        for attempt in 0..<Self.attempts {
            let child = mating.child(population, attempt: repetitions, &random)
            if population.asked.contains(child) {
                repetitions += 1
            } else if attempt >= Self.failureAttempts || !isNearFailure(child, population) {
                return child
            }
        }
        return nil
    }

    /// Whether the nearest of the parents and the latest failed trials is one that failed.
    private func isNearFailure(_ child: Configuration, _ population: Population) -> Bool {
        guard !population.failures.isEmpty, !population.parents.isEmpty else { return false }
        let point = cube.coordinates(of: child)
        let failed = nearest(population.failures, point, population.history)
        return failed < nearest(population.parents.map(\.row), point, population.history)
    }

    /// The smallest squared distance; a parameter that is active on one side only counts as a whole range, and so does a
    /// different category.
    private func nearest(_ rows: [Int], _ point: [Double], _ history: TrialHistory) -> Double {
        var least = Double.infinity
        for row in rows {
            var sum = 0.0
            let start = row * point.count
            for index in point.indices {
                let gap = point[index] - history.coordinates[start + index]
                if !gap.isNaN {
                    sum += mating.isUnordered(index) ? (gap == 0 ? 0 : 1) : gap * gap
                } else if point[index].isNaN != history.coordinates[start + index].isNaN {
                    sum += 1
                }
            }
            least = min(least, sum)
        }
        return least
    }
}
