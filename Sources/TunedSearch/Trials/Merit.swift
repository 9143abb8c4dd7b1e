/// How well a trial did, for methods that compare and never compute with values: complete ones before pruned ones, those before infeasible
/// ones, which compare by how much they break their constraints (K. Deb 2000: An efficient constraint handling method for genetic
/// algorithms, section 3), those before failed ones. No value is made up for what has none.
struct Merit: Sendable {
    enum Standing: Int, Sendable { case complete, pruned, infeasible, failed }

    let standing: Standing
    /// Of a complete trial one an objective; of a pruned one the first objective's last report.
    let values: [Double]
    /// The furthest step of a pruned trial.
    let step: Int64
    private let constraints: [Double]
    /// By how much it breaks its constraints, in the units of a ``ViolationScale``.
    private(set) var violation: Double

    /// nil for a trial whose end says nothing.
    init?(_ outcome: Outcome, objectives: Int, scale: ViolationScale = ViolationScale()) {
        var (standing, values, step) = (Standing.failed, [Double](), Int64(0))
        var constraints: [Double] = []
        switch outcome {
        case .complete(let results, _):
            if results.count == objectives, results.allSatisfy(\.isFinite) { (standing, values) = (.complete, results) }
        case .infeasible(let results, let limits):
            if results.count == objectives, results.allSatisfy(\.isFinite) {
                (standing, values, constraints) = (.infeasible, results, limits)
            }
        case .pruned(let furthest, let value):
            if value.isFinite { (standing, values, step) = (.pruned, [value], furthest) }
        case .failed: break
        case .cancelled: return nil
        }
        (self.standing, self.values, self.step, self.constraints) = (standing, values, step, constraints)
        violation = scale.total(constraints)
    }

    /// Takes the units of what it broke anew.
    mutating func measure(by scale: ViolationScale) { violation = scale.total(constraints) }

    enum Comparison: Sendable { case better, equal, worse, incomparable }

    /// Several objectives are compared by dominance.
    func compared(to other: Merit) -> Comparison {
        guard standing == other.standing else { return standing.rawValue < other.standing.rawValue ? .better : .worse }
        if standing == .pruned, step != other.step { return step > other.step ? .better : .worse }
        if violation != other.violation { return violation < other.violation ? .better : .worse }
        var (isBetter, isWorse) = (false, false)
        for (own, its) in zip(values, other.values) {
            if own < its { isBetter = true }
            if own > its { isWorse = true }
        }
        return isBetter ? (isWorse ? .incomparable : .better) : (isWorse ? .worse : .equal)
    }

    /// The place of each: the number of those that are better, so that ties share one. Of a single objective this is its rank; of
    /// several the rank of Fonseca and Fleming 1993.
    static func places(_ merits: [Merit]) -> [Int] {
        merits.map { own in merits.count { $0.compared(to: own) == .better } }
    }
}
