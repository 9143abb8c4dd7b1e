/// What trials were worth at each budget they have stood at, as multi-fidelity samplers see it: a trial that stands at a rung is
/// finished and pruned, with the budget as its step, and pending again when it is taken up.
///
/// Steps within a factor of two count as one budget, so that there are few whatever the steps are; rungs are further apart.
enum BudgetLevel {
    static let full = 64

    /// 0 to 63.
    static func level(of step: Int64) -> Int { step < 1 ? 0 : 63 - step.leadingZeroBitCount }

    /// The level at which a trial stands that has spent this much; nil: all.
    static func level(of budget: Double?) -> Int {
        guard let budget else { return full }
        // A part of a step is made whole.
        return level(of: Int64(exactly: budget.rounded(.up)) ?? .max)
    }

    /// The level that an outcome is about; nil where it says nothing of any. Of several objectives only trials that ran to their end have
    /// all values: there is one level.
    static func level(of outcome: Outcome, isSingle: Bool) -> Int? {
        switch outcome {
        case .complete, .infeasible: full
        case .pruned(let step, _): isSingle ? level(of: step) : full
        case .failed, .cancelled: nil
        }
    }

    /// What a trial that stands at its level is worth there: at its own budget it is complete.
    static func standing(_ outcome: Outcome, isSingle: Bool) -> Outcome {
        if isSingle, case .pruned(_, let value) = outcome { return .complete([value]) }
        return outcome
    }
}
