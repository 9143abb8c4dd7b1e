import TunedSpace

/// What stands before every sampler of the registry: trials of another space are passed over, as is what becomes of them. Values beyond a
/// range and choices that are not allowed any more are no strangers: a person may have tried them.
struct GuardedSampler: SamplerOverlay {
    private(set) var base: any Sampler
    private let space: SearchSpace

    init(_ base: any Sampler, _ space: SearchSpace) {
        self.base = base
        self.space = space
    }

    mutating func observe(_ observation: Observation) {
        // No sampler minds the end of a trial that it does not know.
        if case .pending(_, let configuration) = observation, !space.hasForm(of: configuration) { return }
        base.observe(observation)
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion { try base.suggest(trial: trial) }

    mutating func suggest(trial: Int, budget: Double?) throws(SearchError) -> Suggestion { try base.suggest(trial: trial, budget: budget) }
}

extension SearchSpace {
    /// Whether a configuration has a value of the right kind for just the parameters that are active in it.
    fileprivate func hasForm(of configuration: Configuration) -> Bool {
        guard configuration.count == count else { return false }
        return parameters.indices.allSatisfy { index in
            guard let value = configuration[index] else { return !active(index, in: configuration) }
            switch (parameters[index].domain, value) {
            case (.float, .float(let number)): guard number.isFinite else { return false }
            case (.integer, .integer): break
            case (.categorical(let choices), .category(let choice)), (.ordinal(let choices), .category(let choice)):
                guard choices.indices.contains(choice) else { return false }
            case (.boolean, .category(let choice)): guard choice == 0 || choice == 1 else { return false }
            default: return false
            }
            return active(index, in: configuration)
        }
    }
}
