/// Why a plugin cannot be used.
public struct PluginError: Error, Sendable {
    /// Raw values cross the worker's wire.
    public enum Code: UInt8, Sendable, CaseIterable {
        case notFound = 1
        case notRegularFile = 2
        case permissions = 3
        case tooLarge = 4
        /// The store's own directory failed.
        case storage = 5
        case notELF = 6
        case wrongArchitecture = 7
        case missingSymbol = 8
        case newerMajor = 9
        case undefinedSymbol = 10
        /// The dynamic loader refused the file for another reason.
        case loader = 11
        /// The tables that the plugin returned break the ABI's rules.
        case malformed = 12
        case unknownTrainable = 13
        /// `create` failed.
        case create = 14
        /// Its code died of a signal, an exception or a trap.
        case crashed = 15
        /// Its code ended the process.
        case exited = 16
        /// It did not answer in time.
        case deadline = 17
        case protocolViolation = 18
        /// The worker could not be started.
        case spawn = 19
    }

    public let code: Code
    /// What was wrong, where, and what to do: one or two sentences for a person.
    public let message: String
    /// What is known beyond the message: the loader's own words, the crash's place, the end of what the plugin printed.
    public let detail: String
    public let underlying: (any Error)?

    public init(_ code: Code, _ message: String, detail: String = "", underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
        self.underlying = underlying
    }

    /// The code as JSON shows it.
    public var name: String {
        switch code {
        case .notFound: "not-found"
        case .notRegularFile: "not-regular-file"
        case .permissions: "permissions"
        case .tooLarge: "too-large"
        case .storage: "storage"
        case .notELF: "not-elf"
        case .wrongArchitecture: "wrong-architecture"
        case .missingSymbol: "missing-symbol"
        case .newerMajor: "newer-major"
        case .undefinedSymbol: "undefined-symbol"
        case .loader: "loader"
        case .malformed: "malformed"
        case .unknownTrainable: "unknown-trainable"
        case .create: "create"
        case .crashed: "crashed"
        case .exited: "exited"
        case .deadline: "deadline"
        case .protocolViolation: "protocol"
        case .spawn: "spawn"
        }
    }
}

extension PluginError: CustomStringConvertible {
    public var description: String { detail.isEmpty ? message : "\(message) (\(detail))" }
}
