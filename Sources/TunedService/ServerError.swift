/// Why the service cannot start or had to end.
public struct ServerError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        /// The socket's path or directory cannot be used.
        case socket
        /// The TCP address cannot be used.
        case address
        /// The token file cannot be used.
        case token
    }
    public var code: Code
    /// What was wrong, where, and what to do.
    public var message: String
    /// The system's own words.
    public var underlying: String

    public init(_ code: Code, _ message: String, underlying: String = "") {
        self.code = code
        self.message = message
        self.underlying = underlying
    }
}
