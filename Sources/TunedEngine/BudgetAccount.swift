import TunedRecords

/// What the trials of a study have spent of the fidelity, over all of their runs.
///
/// A run that goes on from a checkpoint spends the difference; one of a trainable that keeps none begins again, and spends all of its
/// budget. Runs that ended early count up to the furthest step that they reported.
struct BudgetAccount: Sendable {
    /// In units of the fidelity.
    private(set) var spent = 0.0
    /// What one run of training in full takes; nil where the trainable declares no fidelity.
    let full: Double?

    init(full: Double?) { self.full = full }

    /// Takes the end of an attempt.
    ///
    /// - Returns: how far the run has come with it.
    mutating func note(_ outcome: AttemptOutcome, budget: Double, from before: Double, lastStep: Int64?, keepsCheckpoints: Bool) -> Double {
        guard let full else { return before }
        let start = keepsCheckpoints ? before : 0
        let reached: Double
        switch outcome {
        case .succeeded: reached = budget > 0 ? budget : full
        case .stopped, .failed: reached = max(start, min(lastStep.map(Double.init) ?? 0, full))
        }
        spent += max(0, reached - start)
        return reached
    }
}
