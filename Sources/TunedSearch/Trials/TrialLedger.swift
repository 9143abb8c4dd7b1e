import TunedSpace

/// Which trials run, and what was asked: the part of an observation that every sampler without a ``TrialHistory`` keeps.
struct TrialLedger: Sendable {
    private(set) var asked: AskedConfigurations
    /// Trials that began, those taken up again counted once.
    private(set) var begunCount = 0
    /// Only looked up, never iterated.
    private var trials: [Int: Entry] = [:]

    private struct Entry: Sendable {
        var configuration: Configuration
        var isPending: Bool
        /// Whether its configuration counts as asked.
        var isCounted: Bool
    }

    /// - Parameter recombines: as in ``AskedConfigurations``.
    init(_ space: SearchSpace, lattice: ConfigurationLattice?, recombines: Bool = false) {
        asked = AskedConfigurations(space, lattice: lattice, recombines: recombines)
    }

    func isPending(_ trial: Int) -> Bool { trials[trial]?.isPending ?? false }

    /// A trial begins, or is taken up again. One that is pending must not.
    mutating func begin(_ trial: Int, _ configuration: Configuration) {
        if let earlier = trials[trial] {
            if !earlier.isCounted { asked.add(earlier.configuration) }
            trials[trial] = Entry(configuration: earlier.configuration, isPending: true, isCounted: true)
        } else {
            begunCount += 1
            asked.add(configuration)
            trials[trial] = Entry(configuration: configuration, isPending: true, isCounted: true)
        }
    }

    /// A pending trial ends.
    mutating func end(_ trial: Int, _ outcome: Outcome) {
        guard let entry = trials[trial], entry.isPending else { return }
        trials[trial]?.isPending = false
        guard outcome == .cancelled else { return }
        trials[trial]?.isCounted = false
        asked.remove(entry.configuration)
    }
}
