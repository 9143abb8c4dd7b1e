/// How much of a study's time went into suggestions, lately. Measured by whoever runs the study; a sampler has no clock.
public struct SearchEffort: Hashable, Sendable {
    /// Suggestions that were measured.
    public private(set) var suggestions = 0
    /// Of the time between the first of them and the last; 0 to 1.
    public private(set) var share = 0.0

    /// Suggestions that say enough.
    static let telling = 10
    /// Suggestions after which measuring begins afresh.
    private static let window = 40

    private var start = 0.0
    private var spent = 0.0
    private var count = 0

    public init() {}

    /// One suggestion was made, between these times in seconds.
    public mutating func note(from began: Double, to ended: Double) {
        if count == 0 || count == Self.window { (start, spent, count) = (began, 0, 0) }
        count += 1
        spent += max(0, ended - began)
        suggestions = count
        share = ended > start ? min(spent / (ended - start), 1) : 0
    }
}

/// A sampler's wish to go on by another of its methods, and why, in half a sentence.
public struct SamplerSwitch: Hashable, Sendable {
    public var method: String
    public var reason: String

    public init(method: String, reason: String) {
        self.method = method
        self.reason = reason
    }
}
