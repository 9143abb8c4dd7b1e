import TunedNumerics
import TunedSpace

/// A sampler that knows nothing of rules, held to them: what breaks one gives way to a legal configuration near it, and the sampler is told
/// what became of its suggestion as of one that a person changed.
struct RuledSampler: Sampler {
    private var base: any Sampler
    private let space: SearchSpace
    private let cube: UnitCube
    private let seed: UInt64
    private var asked: AskedConfigurations
    private var pending: [Int: Configuration] = [:]

    init(_ base: any Sampler, _ problem: SearchProblem) {
        self.base = base
        space = problem.space
        cube = UnitCube(problem.space)
        seed = problem.seed
        asked = AskedConfigurations(problem.space, lattice: problem.space.lattice)
    }

    var identity: SamplerIdentity { base.identity }
    var explanation: String { base.explanation }
    var size: UInt64? { base.size }
    var learnsFromResults: Bool { base.learnsFromResults }

    func reconsidered(_ effort: SearchEffort) -> SamplerSwitch? { base.reconsidered(effort) }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            if pending.updateValue(configuration, forKey: trial) == nil { asked.add(configuration) }
        case .finished(let trial, .cancelled):
            if let configuration = pending.removeValue(forKey: trial) { asked.remove(configuration) }
        case .finished, .report, .switched: break
        }
        base.observe(observation)
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        guard case .configuration(let configuration) = try base.suggest(trial: trial) else { return .exhausted }
        if space.isLegal(configuration) { return .configuration(configuration) }
        let near = space.legal(near: cube.coordinates(of: configuration))
        if !asked.contains(near) { return .configuration(near) }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: cube, notIn: asked, &random)
    }
}
