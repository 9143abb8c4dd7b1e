import TunedNumerics
import TunedSpace

/// Independent draws: uniform on each parameter's scale, by equal chances for categories, or from the priors that a person
/// gave; following the conditions, among what the rules allow. In
/// a space of countable configurations none is drawn twice before all have been tried.
struct RandomSampler: Sampler {
    let identity = SamplerIdentity(name: "random", revision: 1)
    var explanation: String { "random: independent draws" }
    var size: UInt64? { lattice?.count }
    var learnsFromResults: Bool { false }

    private let cube: UnitCube
    private let seed: UInt64
    private let lattice: ConfigurationLattice?
    private var asked: AskedConfigurations
    private var pending: [Int: Configuration] = [:]

    init(_ problem: SearchProblem) {
        cube = UnitCube(problem.space)
        seed = problem.seed
        lattice = problem.space.lattice
        asked = AskedConfigurations(problem.space, lattice: lattice)
    }

    mutating func observe(_ observation: Observation) {
        guard asked.isKept else { return }
        switch observation {
        case .pending(let trial, let configuration):
            pending[trial] = configuration
            asked.add(configuration)
        case .report, .switched: break
        case .finished(let trial, let outcome):
            let configuration = pending.removeValue(forKey: trial)
            if outcome == .cancelled, let configuration { asked.remove(configuration) }
        }
    }

    func suggest(trial: Int) throws(SearchError) -> Suggestion {
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: asked, &random)
    }
}
