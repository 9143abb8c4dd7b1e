import TunedSpace

/// Which configurations have been tried or are being tried, so that none is suggested twice while another is left.
struct AskedConfigurations: Sendable {
    private let space: SearchSpace
    /// Some parameter is always active, continuous and drawn anew, so that two suggestions are never equal.
    private let isNeverRepeated: Bool
    /// nil where the space is not finite, or too large to be exhausted.
    private let lattice: ConfigurationLattice?
    /// Trials of each configuration. Only looked up, never iterated: the order of a dictionary differs from run to run.
    private var trials: [Configuration: Int] = [:]

    /// - Parameter recombines: the sampler makes new configurations of old values, so that a continuous space alone does not
    ///   keep it from repeating one.
    init(_ space: SearchSpace, lattice: ConfigurationLattice?, recombines: Bool = false) {
        self.space = space
        self.lattice = lattice
        isNeverRepeated = !recombines && space.parameters.contains { $0.cellCount == nil && $0.conditions.isEmpty }
    }

    /// Whether what was asked makes a difference.
    var isKept: Bool { !isNeverRepeated }

    mutating func add(_ configuration: Configuration) {
        guard !isNeverRepeated else { return }
        trials[space.canonical(configuration), default: 0] += 1
    }

    mutating func remove(_ configuration: Configuration) {
        guard !isNeverRepeated else { return }
        let canonical = space.canonical(configuration)
        guard let count = trials[canonical] else { return }
        trials[canonical] = count > 1 ? count - 1 : nil
    }

    func contains(_ configuration: Configuration) -> Bool { !isNeverRepeated && trials[configuration] != nil }

    /// Whether nothing is left. A person may have tried configurations outside of the lattice, so reaching its size is
    /// not enough where any of them is not in it.
    var isExhausted: Bool {
        guard let lattice, UInt64(trials.count) >= lattice.count else { return false }
        return UInt64(trials.keys.count { lattice.number(of: $0) != nil }) >= lattice.count
    }

    /// The first configuration that is left, counting on from a number and round; nil when there is none, or no
    /// lattice.
    func firstLeft(from number: UInt64) -> Configuration? {
        guard let lattice, lattice.count > 0, !isExhausted else { return nil }
        // At most one step for every configuration tried, and one more.
        for step in 0...UInt64(trials.count) {
            let (sum, overflow) = (number % lattice.count).addingReportingOverflow(step)
            let configuration = lattice.configuration(at: overflow ? sum &- lattice.count : sum % lattice.count)
            if !contains(configuration) { return configuration }
        }
        return nil
    }
}
