package import TunedSpace

/// An error as the person at the terminal, or the script that called, sees it.
package struct CommandError: Error, Hashable, Sendable {
    package var status: ExitStatus
    /// A word for programs: `not-found`, `usage`, `unreachable`, or the daemon's own code.
    package var code: String
    /// What was wrong, where, and what to do.
    package var message: String
    /// Where in a study file or request, as `sampler.name`.
    package var path: String?
    /// What a library or the system said.
    package var underlying: String

    package init(_ status: ExitStatus, code: String, _ message: String, path: String? = nil, underlying: String = "") {
        self.status = status
        self.code = code
        self.message = message
        self.path = path
        self.underlying = underlying
    }

    package static func usage(_ message: String) -> CommandError { CommandError(.usage, code: "usage", message) }

    package static func failure(_ message: String, underlying: String = "") -> CommandError {
        CommandError(.failure, code: "failed", message, underlying: underlying)
    }

    package static func unreachable(_ message: String, underlying: String = "") -> CommandError {
        CommandError(.unreachable, code: "unreachable", message, underlying: underlying)
    }

    /// The same grammar as the daemon's errors: `{"error": {"code", "message", "path"?, "underlying"?}}`.
    package var json: JSONValue {
        var fields: [String: JSONValue] = ["code": .string(code), "message": .string(message)]
        fields["path"] = path.map(JSONValue.string)
        if !underlying.isEmpty { fields["underlying"] = .string(underlying) }
        return .object(["error": .object(fields)])
    }

    /// For a terminal: the message, and below it what the system said where that adds something.
    package var text: String {
        var text = "error: \(message)"
        if !underlying.isEmpty && !message.contains(underlying) { text += "\n  (\(underlying))" }
        return text
    }
}
