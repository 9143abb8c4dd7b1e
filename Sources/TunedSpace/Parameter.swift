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
    /// Where a person believes that the best value lies.
    public var prior: Prior?
    /// Whether training that goes on from a checkpoint may go on with another value: a rate, say, and not the number of layers.
    public var isMutable = false
    /// The items of a permutation; nil for all other parameters. Its domain are the numbers of the orders, from 0 to
    /// n! - 1 (``PermutationCode``): that is what is searched, stored, and crosses to a plugin.
    public var permuted: [Choice]?
    /// The shapes in which a number may change over a run; empty where it does not. The parameters that choose among them are others
    /// of the same space (``SearchSpace/schedule(of:)``).
    public var schedule: [Schedule.Shape] = []

    public init(
        name: String, domain: Domain, description: String = "", defaultValue: ParameterValue? = nil,
        conditions: [Condition] = [], allowed: [Int]? = nil, prior: Prior? = nil
    ) {
        self.name = name
        self.domain = domain
        self.description = description
        self.defaultValue = defaultValue
        self.conditions = conditions
        self.allowed = allowed
        self.prior = prior
    }
}

extension Parameter {
    /// Whether all conditions hold, given the values of the parents.
    func isActive(in configuration: Configuration) -> Bool {
        for condition in conditions {
            guard let value = configuration.values[condition.parent], condition.values.contains(value) else { return false }
        }
        return true
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
