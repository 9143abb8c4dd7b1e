import TunedRecords
import TunedSearch

/// Derives again what the study's pruner decided.
extension SuggestionAudit {
    /// A budget is the one that the pruner gives a new trial, or that of the trial which it goes on with.
    mutating func check(_ given: BudgetGiven, at sequence: EventSequence) throws(AuditError) {
        let derived: String?
        if given.segment == 0 {
            let budget = pruners?.firstBudget(of: given.trial)
            derived = budget == given.budget ? nil : "it begins with \(budget.map { "\($0)" } ?? "all")"
        } else {
            let promotion = pruners?.promotion()
            let isEqual = promotion?.trial == given.trial && promotion?.budget == given.budget
            derived = isEqual ? nil : promotion.map { "trial \($0.trial) goes on, with \(Self.text($0.budget))" } ?? "none goes on"
        }
        if let derived {
            throw AuditError(
                code: .budget, trial: given.trial, sequence: sequence,
                message: "trial \(given.trial): the log gives it \(Self.text(given.budget)) to spend, derived is that \(derived)")
        }
        budgets[given.trial] = given
        ended[given.trial] = nil
        decisions += 1
    }

    /// A trial that goes on from another one's checkpoint: the one and with the values that the pruner has it.
    mutating func check(continued asked: TrialAsked, at sequence: EventSequence) throws(AuditError) {
        guard let derived = pruners?.continuation(of: asked.trial), derived.origin == asked.origin else {
            throw AuditError(
                code: .budget, trial: asked.trial, sequence: sequence,
                message: "trial \(asked.trial): the log has it go on from another trial's checkpoint than is derived")
        }
        try compare(asked, with: derived.configuration, at: sequence)
        suggestions += 1
    }

    mutating func check(pruning trial: Int, because reason: String, at sequence: EventSequence) throws(AuditError) {
        guard case .prune? = pruners?.pruner.verdict(on: trial) else {
            throw AuditError(
                code: .budget, trial: trial, sequence: sequence,
                message: "trial \(trial): the log prunes it (\(reason)), derived is that it goes on")
        }
        decisions += 1
    }

    private static func text(_ budget: Double) -> String { budget > 0 ? "\(budget)" : "all" }
}
