import TunedNumerics
import TunedSpace

/// A sampler that knows nothing of rules, held to them: what breaks one gives way to a legal configuration near it, and the sampler is told
/// what became of its suggestion as of one that a person changed.
struct RuledSampler: SamplerOverlay {
    private(set) var base: any Sampler
    private let space: SearchSpace
    private let cube: UnitCube
    private let seed: UInt64
    private var ledger: TrialLedger

    init(_ base: any Sampler, _ problem: SearchProblem) {
        self.base = base
        space = problem.space
        cube = UnitCube(problem.space)
        seed = problem.seed
        ledger = TrialLedger(problem.space, lattice: problem.space.lattice)
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            if !ledger.isPending(trial) { ledger.begin(trial, configuration) }
        case .finished(let trial, let outcome): ledger.end(trial, outcome)
        case .report, .switched: break
        }
        base.observe(observation)
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion { legal(try base.suggest(trial: trial), trial) }

    mutating func suggest(trial: Int, budget: Double?) throws(SearchError) -> Suggestion {
        legal(try base.suggest(trial: trial, budget: budget), trial)
    }

    private func legal(_ suggestion: Suggestion, _ trial: Int) -> Suggestion {
        guard case .configuration(let configuration) = suggestion else { return .exhausted }
        if space.isLegal(configuration) { return .configuration(configuration) }
        let near = space.legal(near: cube.coordinates(of: configuration))
        if !ledger.asked.contains(near) { return .configuration(near) }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: ledger.asked, &random)
    }
}
