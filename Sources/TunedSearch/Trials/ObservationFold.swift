/// A sampler's state as a fold over the observations in their order.
protocol ObservationFold: Sendable {
    mutating func observe(_ observation: Observation)
}

/// Keeps a fold up to date; or, where nothing may be cached, folds all observations anew each time it is read.
struct FoldedState<State: ObservationFold>: Sendable {
    private var current: State
    private var observations: [Observation]?

    init(_ initial: State, caching: Bool) {
        current = initial
        observations = caching ? nil : []
    }

    mutating func observe(_ observation: Observation) {
        if observations == nil {
            current.observe(observation)
        } else {
            observations?.append(observation)
        }
    }

    var state: State {
        guard let observations else { return current }
        var state = current
        for observation in observations { state.observe(observation) }
        return state
    }
}
