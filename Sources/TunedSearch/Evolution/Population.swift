import TunedNumerics
import TunedSpace

/// A population as a fold over what was observed, in its order.
///
/// Generations are steady: one ends with the `generationSize`-th trial that ended within it, whoever its parents are, so
/// with trials that run at once none is waited for and none is lost. Then the parents of the next are chosen from the
/// last ones and those trials. The first generation is as large as the population. A failed trial counts towards its
/// generation but has no children; where too few others are left, places stay empty.
struct Population: Sendable {
    let size: Int
    let generationSize: Int
    private let seed: UInt64
    private let cube: UnitCube
    private var selection: any SurvivorSelection

    private(set) var history: TrialHistory
    private(set) var asked: AskedConfigurations
    /// Generations that have ended.
    private(set) var generation = 0
    /// The best first.
    private(set) var parents: [Survivor] = []
    /// Rows of the trials that ended in this generation.
    private(set) var ended: [Int] = []
    /// The rows of the latest failed trials, at most as many as the population has places.
    private(set) var failures: [Int] = []

    init(
        _ problem: SearchProblem, _ cube: UnitCube, lattice: ConfigurationLattice?, size: Int, generationSize: Int,
        selection: any SurvivorSelection
    ) {
        self.size = size
        self.generationSize = generationSize
        self.cube = cube
        self.selection = selection
        seed = problem.seed
        history = TrialHistory(dimensions: problem.space.count, objectives: problem.objectives)
        asked = AskedConfigurations(problem.space, lattice: lattice, recombines: true)
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration): begin(trial, configuration)
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard let row = history.row(of: trial), history.standings[row] == .pending else { return }
            history.finish(row, outcome)
            end(row)
        }
    }

    /// A trial that is taken up again has no result until it ends once more, and then counts for that generation.
    private mutating func begin(_ trial: Int, _ configuration: Configuration) {
        if let row = history.row(of: trial) {
            guard history.standings[row] != .pending else { return }
            if history.standings[row] == .cancelled { asked.add(history.configurations[row]) }
            parents.removeAll { $0.row == row }
            ended.removeAll { $0 == row }
            failures.removeAll { $0 == row }
        } else {
            asked.add(configuration)
        }
        _ = history.begin(trial, configuration, at: cube.coordinates(of: configuration))
    }

    private mutating func end(_ row: Int) {
        switch history.standings[row] {
        case .cancelled:
            asked.remove(history.configurations[row])
            return
        case .failed:
            failures.append(row)
            if failures.count > size { failures.removeFirst() }
        case .complete, .pruned, .infeasible, .pending: break
        }
        ended.append(row)
        if ended.count >= (generation == 0 ? size : generationSize) { endGeneration() }
    }

    private mutating func endGeneration() {
        let pool = (parents.map(\.row) + ended).filter { history.standings[$0] != .failed }
        var random = CounterRandom(seed: seed, trial: UInt64(generation), stream: RandomStream.survival)
        parents = selection.survivors(of: Contestants(pool, history), count: size, &random)
        ended.removeAll(keepingCapacity: true)
        generation += 1
    }

    /// The winner of a tournament among so many places drawn with replacement; nil where all of them were empty.
    func tournament(_ contestants: Int, _ random: inout CounterRandom) -> Survivor? {
        var winner: Survivor?
        for _ in 0..<contestants {
            let place = random.index(below: size)
            guard place < parents.count else { continue }
            if winner.map({ parents[place].place < $0.place }) ?? true { winner = parents[place] }
        }
        return winner
    }
}

extension Population {
    /// The settings of the samplers for several objectives: `population` (4 to 10,000; by default 20, or one for 50 trials
    /// of the budget where that is more, up to 100) and `generation`, the trials after which the parents are chosen anew (1
    /// to 10,000; by default a quarter of the population).
    ///
    /// The papers let whole populations of 100 and more follow each other; within the few hundred trials of a study small
    /// steps get further.
    static func sizes(
        _ settings: inout MethodSettings, budget: Int?
    ) throws(SearchError) -> (population: Int, generation: Int) {
        let usual = min(max((budget ?? 0) / 50, 20), 100)
        let population = try settings.integer("population", default: usual, in: 4...10_000)
        return (population, try settings.integer("generation", default: (population + 3) / 4, in: 1...10_000))
    }
}

extension RandomStream {
    static let mating: UInt32 = 24
    static let survival: UInt32 = 25
}
