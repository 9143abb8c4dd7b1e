/// Adds up by how much a trial breaks its constraints: the sum of the violations, each in units of its own, the median of the violations of
/// that constraint so far. So it does not matter whether memory is counted in bytes or in gigabytes.
///
/// A constraint's unit is taken anew when 1, 2, 4, 8, … trials have broken it: sums of earlier trials change seldom.
struct ViolationScale: Sendable {
    /// By constraint: the violations so far, and their unit; 0 before the first.
    private var violations: [[Double]] = []
    private var units: [Double] = []

    /// Of one constraint, in its units.
    private static let limit = 1e100

    /// Takes the end of a trial.
    /// - Returns: whether a unit has changed, and with it the sums of all trials.
    mutating func learn(_ outcome: Outcome) -> Bool {
        guard case .infeasible(_, let constraints) = outcome else { return false }
        let missing = max(0, constraints.count - units.count)
        violations += Array(repeating: [], count: missing)
        units += Array(repeating: 0, count: missing)
        var isChanged = false
        for (index, value) in constraints.enumerated() where value > 0 {
            violations[index].append(min(value, .greatestFiniteMagnitude))
            let count = violations[index].count
            guard count & (count - 1) == 0 else { continue }
            let unit = violations[index].sorted()[(count - 1) / 2]
            isChanged = isChanged || unit != units[index]
            units[index] = unit
        }
        return isChanged
    }

    /// The sum over the constraints that are broken; 0 where none is.
    func total(_ constraints: [Double]) -> Double {
        zip(constraints, units).reduce(0) { sum, constraint in
            guard constraint.0 > 0, constraint.1 > 0 else { return sum }
            return sum + min(min(constraint.0, .greatestFiniteMagnitude) / constraint.1, Self.limit)
        }
    }
}
