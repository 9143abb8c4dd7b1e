/// What trials were worth at each budget they have stood at, as multi-fidelity samplers see it: a trial that stands at a rung is
/// finished and pruned, with the budget as its step, and pending again when it is taken up.
///
/// Steps within a factor of two count as one budget, so that there are few whatever the steps are; rungs are further apart.
enum BudgetLevel {
    static let full = 64

    /// 0 to 63.
    static func level(of step: Int64) -> Int { step < 1 ? 0 : 63 - step.leadingZeroBitCount }
}
