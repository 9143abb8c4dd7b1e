/// Why a run ends without a result, or an instance cannot be made.
public struct TrialError: Error, CustomStringConvertible {
    public enum Code: Int32, Sendable {
        /// The host asked for it: pruned, cancelled, out of time.
        case stopped = 1
        /// The plugin itself saw no point in going on; the trial counts as pruned at its last report.
        case cancelled = 2
        /// This configuration cannot be trained; the search learns to avoid its like.
        case infeasible = 3
        case failed = -1
    }

    public let code: Code
    /// For the person who reads the trial's record: what, where, what to do about it.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public static let stopped = TrialError(.stopped, "")
    public static func cancelled(_ message: String) -> TrialError { TrialError(.cancelled, message) }
    public static func infeasible(_ message: String) -> TrialError { TrialError(.infeasible, message) }
    public static func failed(_ message: String) -> TrialError { TrialError(.failed, message) }

    public var description: String { message.isEmpty ? "code \(code.rawValue)" : message }
}
