/// Where a person believes that a parameter's best value lies.
///
/// In a schema, or in a study's `space`:
///
///     lr: {prior: 1e-3}
///     lr: {prior: {value: 1e-3, confidence: high}}        low, medium, high, or a number between 0 and 1
///     kernel: {prior: {weights: {rbf: 3, poly: 2}}}       a choice that is left out weighs 1
public enum Prior: Hashable, Sendable {
    /// Near a value: with this chance as good as there, else anywhere.
    case value(ParameterValue, confidence: Double)
    /// One weight above zero for each declared choice.
    case weights([Double])

    public static let defaultConfidence = confidences[1].value
    static let confidences: [(name: String, value: Double)] = [("low", 0.5), ("medium", 0.75), ("high", 0.9)]
    static let confidenceRange = 0.01...0.99
}
