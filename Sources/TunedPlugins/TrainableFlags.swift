import CTunedPlugin

/// What a trainable says of itself, as bits of `flags` in `tuned_trainable`.
public struct TrainableFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let threadSafe = TrainableFlags(rawValue: TUNED_THREAD_SAFE)
    public static let deterministic = TrainableFlags(rawValue: TUNED_DETERMINISTIC)
    /// A run that is interrupted goes on from its last checkpoint.
    public static let checkpoints = TrainableFlags(rawValue: TUNED_CHECKPOINTS)
}
