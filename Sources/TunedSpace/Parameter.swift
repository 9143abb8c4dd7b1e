/// One parameter of a search space.
public struct Parameter: Hashable, Sendable {
    /// 1 to 128 characters of `[A-Za-z0-9_.-]`, unique in its space.
    public var name: String
    public var domain: Domain
    public var description: String
    /// What the author would use untuned; within the domain.
    public var defaultValue: ParameterValue?
    /// When the parameter is active; always where there is none. All conditions of the list must hold.
    public var conditions: [Condition]
    /// The categories that a study searches among, ascending; nil for all. Narrowing keeps the declared choices, so
    /// that a category's index means the same to the plugin in every study.
    public var allowed: [Int]?

    public init(
        name: String, domain: Domain, description: String = "", defaultValue: ParameterValue? = nil,
        conditions: [Condition] = [], allowed: [Int]? = nil
    ) {
        self.name = name
        self.domain = domain
        self.description = description
        self.defaultValue = defaultValue
        self.conditions = conditions
        self.allowed = allowed
    }
}

/// Holds when the parent is active and its value is one of those named.
///
/// In a schema: `"when": {"kernel": ["poly", "sigmoid"]}`.
public struct Condition: Hashable, Sendable {
    /// Index of the parent in the space.
    public var parent: Int
    public var values: [ParameterValue]

    public init(parent: Int, values: [ParameterValue]) {
        self.parent = parent
        self.values = values
    }
}
