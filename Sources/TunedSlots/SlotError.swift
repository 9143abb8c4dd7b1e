/// Why slots could not do what was asked.
public struct SlotError: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The request makes no sense on any machine.
        case invalidRequest
        /// The request is larger than the whole machine, so that waiting would never end.
        case neverFits
        /// The machine does not tell what it has.
        case inventory
        /// The GPU driver's library is there and does not work.
        case driver
        /// The process that asks the GPU driver failed, was silent for too long, or gave an answer that is none.
        case probe
    }

    public let code: Code
    /// What was wrong, where, and what to do, for a person.
    public let message: String
    public let underlying: (any Error)?

    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    public var description: String { message }
}
