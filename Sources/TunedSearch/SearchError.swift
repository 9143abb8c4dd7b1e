/// What is wrong with the name of a sampler or a pruner, its settings or its problem.
public struct SearchError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case unknownSampler
        case unknownPruner
        case unknownSetting
        /// A setting of the wrong type or out of its range.
        case setting
        /// A problem that the sampler cannot search, or the pruner cannot judge.
        case problem
    }

    public var code: Code
    /// Where: `name`, `settings.points`; empty for the whole.
    public var path: String
    /// What was wrong and what to do about it, for a person.
    public var message: String

    public init(_ code: Code, path: String = "", _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }
}

extension SearchError: CustomStringConvertible {
    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
