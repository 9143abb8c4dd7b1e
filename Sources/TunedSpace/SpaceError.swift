/// What is wrong with a search space, a schema or a configuration.
public struct SpaceError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        case notJSON, wrongType, unknownKey, missingKey, badName, duplicateName, emptyRange, notFinite, badLogarithm, badStep,
            badChoices, badDefault, unknownParent, cyclicCondition, badCondition, tooLarge, unknownParameter, outOfDomain,
            inactive, missingValue, badMetric
    }
    public var code: Code
    /// Where: `parameters[3] "gamma".low`, or `gamma.low`; empty for the whole.
    public var path: String
    /// What was wrong and what to do.
    public var message: String

    public init(_ code: Code, at path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }
}
