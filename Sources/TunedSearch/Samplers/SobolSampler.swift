import TunedNumerics
import TunedSpace

/// Scrambled Sobol points in their order: they fill the space more evenly than independent draws, after any number of trials.
///
/// What was tried already is passed over; once nearly everything was, what is left of a countable space is counted off. Of a point that
/// somebody else tried nothing is lost: the sequence goes on where it stood.
struct SobolSampler: Sampler {
    let identity = SamplerIdentity(name: "sobol", revision: 1)
    var explanation: String { "sobol: scrambled Sobol points" }
    var size: UInt64? { lattice?.count }
    var learnsFromResults: Bool { false }

    private let seed: UInt64
    private let lattice: ConfigurationLattice?
    private var folded: FoldedState<SobolState>

    init(_ problem: SearchProblem, caching: Bool) {
        seed = problem.seed
        lattice = problem.space.lattice
        let design = SobolDesign(UnitCube(problem.space), seed: problem.seed)
        folded = FoldedState(
            SobolState(design: design, ledger: TrialLedger(problem.space, lattice: lattice)), caching: caching)
    }

    mutating func observe(_ observation: Observation) { folded.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion {
        let state = folded.state
        if state.ledger.asked.isExhausted { return .exhausted }
        if let (_, configuration) = state.next { return .configuration(configuration) }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.uniform)
        return UniformDraw.first(in: state.design.cube, notIn: state.ledger.asked, &random)
    }
}

private struct SobolState: ObservationFold {
    /// Points of the sequence that are looked at for one that was not tried.
    private static let attempts = 64

    let design: SobolDesign
    var ledger: TrialLedger
    /// Points before it were suggested, or had been tried when their turn came.
    private var place = 0

    init(design: SobolDesign, ledger: TrialLedger) {
        (self.design, self.ledger) = (design, ledger)
    }

    /// The first point that is left, with its place; nil where the next ones all were tried.
    var next: (place: Int, configuration: Configuration)? {
        for place in place..<place + Self.attempts {
            let configuration = design.configuration(at: place)
            if !ledger.asked.contains(configuration) { return (place, configuration) }
        }
        return nil
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            guard !ledger.isPending(trial) else { return }
            if let next, next.configuration == configuration { place = next.place + 1 }
            ledger.begin(trial, configuration)
        case .report, .switched: break
        case .finished(let trial, let outcome): ledger.end(trial, outcome)
        }
    }
}
