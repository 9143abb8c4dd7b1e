import TunedSpace

/// Why the engine refused or failed to do what it was asked.
public struct EngineError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        /// There is no such study, trial or plugin.
        case notFound
        /// The name is taken.
        case exists
        /// What was asked cannot be understood or is out of range.
        case invalid
        /// It does not fit the state that the study or trial is in.
        case conflict
        /// The daemon is shutting down.
        case unavailable
        /// The disk does not take what was to be kept.
        case storage
        /// The test rows were used already.
        case testUsed
        /// The data file is not what it was.
        case dataChanged
        case plugin
        case data
        /// The machine has less than was asked for.
        case resources
        case internalError
    }
    public var code: Code
    /// What was wrong, where, and what to do.
    public var message: String
    /// Where in the specification, as `sampler.name`; nil where it is not about one.
    public var path: String?
    /// The words of whatever failed underneath.
    public var underlying: String

    public init(_ code: Code, _ message: String, path: String? = nil, underlying: String = "") {
        self.code = code
        self.message = message
        self.path = path
        self.underlying = underlying
    }
}

extension EngineError {
    /// - Parameter known: names of the studies that there are.
    public static func noStudy(_ slug: String, among known: some Sequence<String>) -> EngineError {
        let hint = nearest(to: slug, among: known).map { "; did you mean \"\($0)\"?" } ?? "; `tuned studies` lists them"
        return EngineError(.notFound, "there is no study \"\(slug)\"\(hint)")
    }
}
