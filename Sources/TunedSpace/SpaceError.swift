/// What is wrong with a schema, a search space, or a configuration of one.
public struct SpaceError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The text is not JSON.
        case json
        /// A key that the grammar does not have.
        case unknownKey
        /// A key that the grammar needs.
        case missingKey
        /// A value of another type than the key takes.
        case type
        /// A name that is empty, too long, or has other characters than `[A-Za-z0-9_.-]`.
        case name
        /// The same name, or the same choice, twice.
        case duplicate
        /// low > high, or a number outside of what can be represented.
        case range
        /// A logarithmic scale that reaches zero or below.
        case logarithm
        /// A step that is not above zero.
        case step
        /// No choices at all.
        case choices
        /// A default that is not in the parameter's domain.
        case defaultValue
        /// A condition on a parent that does not exist, or on a value that the parent never has.
        case condition
        /// Conditions that go round in a circle.
        case cycle
        /// More parameters, choices or metrics than are allowed.
        case limit
        /// A rule that cannot be read, or is on what is no parameter of the space.
        case rule
        /// No configuration keeps all rules, or none was found; and a configuration that breaks one.
        case illegal
        /// A prior on what is not among the parameter's values.
        case prior
        /// A parameter that the space does not have.
        case unknownParameter
        /// A value that the parameter cannot have, or has no room for in the narrowed space.
        case value
    }

    public var code: Code
    /// Where: `parameters[3] "gamma".low`, `metrics[0].goal`, `C.low`; empty for the whole.
    public var path: String
    /// What was wrong and what to do about it, for a person.
    public var message: String

    public init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }
}

extension SpaceError: CustomStringConvertible {
    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
