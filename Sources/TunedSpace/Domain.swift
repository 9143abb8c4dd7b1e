/// What a parameter may be: its type, range, scale and step.
public enum Domain: Hashable, Sendable {
    case float(FloatDomain)
    case integer(IntegerDomain)
    /// Choices without an order.
    case categorical([Choice])
    /// Choices in order, searched like an integer.
    case ordinal([Choice])
    /// Category 0 is false, 1 is true.
    case boolean
}

/// A closed interval of real numbers, `low <= x <= high`; with a step, the points `low + k * step`.
public struct FloatDomain: Hashable, Sendable {
    public var low: Double
    public var high: Double
    public var isLogarithmic: Bool
    public var step: Double?

    public init(low: Double, high: Double, isLogarithmic: Bool = false, step: Double? = nil) {
        self.low = low
        self.high = high
        self.isLogarithmic = isLogarithmic
        self.step = step
    }
}

/// The integers `low, low + step, ... <= high`.
public struct IntegerDomain: Hashable, Sendable {
    public var low: Int64
    public var high: Int64
    public var isLogarithmic: Bool
    public var step: Int64

    public init(low: Int64, high: Int64, isLogarithmic: Bool = false, step: Int64 = 1) {
        self.low = low
        self.high = high
        self.isLogarithmic = isLogarithmic
        self.step = step
    }
}

/// One choice of a categorical or ordinal domain, as its author wrote it.
public enum Choice: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
}
