/// The value of an outcome constraint, which is kept where it is 0 or less: of a run as the plugin reported it, of a trial the mean over its
/// runs.
public struct ConstraintValue: Hashable, Sendable {
    public var name: String
    public var value: Double

    public init(name: String, value: Double) {
        self.name = name
        self.value = value
    }

    public var isKept: Bool { value <= 0 }

    /// Bytes of a name, at most; there is one at least.
    public static let nameLimit = 128
    /// Constraints of one run, at most.
    public static let countLimit = 256
}
