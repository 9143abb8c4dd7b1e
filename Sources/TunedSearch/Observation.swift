public import TunedSpace

/// What a sampler is told, in the order of a study's events.
public enum Observation: Hashable, Sendable {
    /// The trial was asked for, by this sampler or by a person, and runs now. Also of a trial that ended and is taken
    /// up again. A configuration of another space is passed over.
    case pending(trial: Int, Configuration)
    /// An intermediate value of the first objective.
    case report(trial: Int, step: Int64, value: Double)
    /// A pending trial ended.
    case finished(trial: Int, Outcome)
    /// The sampler goes on by another of its methods (``Sampler/reconsidered(_:)``).
    case switched(to: String)
}

/// How a trial ended. Values are minimised, one an objective; one that is not finite counts as a failure.
///
/// The values of outcome constraints come in one order for the whole study, which may grow at its end: a constraint is kept where its value
/// is 0 or less, and where it has none or NaN nothing is known of it.
public enum Outcome: Hashable, Sendable {
    case complete([Double], constraints: [Double] = [])
    /// Ran to its end and broke a constraint: never the best, whatever its values.
    case infeasible([Double], constraints: [Double])
    /// Ended early, with the furthest step and the first objective's value there.
    case pruned(step: Int64, value: Double)
    /// The configuration did not work out.
    case failed
    /// Ended for reasons that say nothing about its configuration, which may be suggested again.
    case cancelled

    /// Ran to its end: infeasible where a constraint's value is above 0.
    public static func measured(_ values: [Double], constraints: [Double]) -> Outcome {
        constraints.contains { $0 > 0 } ? .infeasible(values, constraints: constraints) : .complete(values, constraints: constraints)
    }
}

/// A sampler's answer.
public enum Suggestion: Hashable, Sendable {
    case configuration(Configuration)
    /// Every configuration of the space has been tried or is being tried.
    case exhausted
}
