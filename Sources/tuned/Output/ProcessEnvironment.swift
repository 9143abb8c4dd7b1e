import Glibc

/// The environment's variables; an empty one counts as unset, as the XDG specification asks.
package struct ProcessEnvironment: Sendable {
    private let variables: [String: String]

    /// By name, empty ones too.
    package var all: [String: String] { variables }

    package init(_ variables: [String: String]) {
        self.variables = variables
    }

    package subscript(name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    /// Read once, at the first use.
    package static let current: ProcessEnvironment = {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return ProcessEnvironment(variables)
    }()
}
