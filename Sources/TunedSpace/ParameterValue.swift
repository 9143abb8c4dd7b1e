/// One value of one parameter, in the parameter's own units.
///
/// A category (of a categorical, ordinal or boolean domain) is the index of its choice: compact in storage, and what
/// crosses the plugin ABI. Its text is found through the domain.
public enum ParameterValue: Hashable, Sendable {
    case float(Double)
    case integer(Int64)
    case category(Int)
}

/// The values of all parameters of a search space, in the order of its schema; `nil` where a condition makes a
/// parameter inactive.
public struct Configuration: Hashable, Sendable {
    public var values: [ParameterValue?]

    public init(_ values: [ParameterValue?]) {
        self.values = values
    }

    public subscript(index: Int) -> ParameterValue? {
        get { values[index] }
        set { values[index] = newValue }
    }

    public var count: Int { values.count }
}
