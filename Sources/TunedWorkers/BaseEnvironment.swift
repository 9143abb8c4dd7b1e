import Glibc

/// The variables that every worker gets; nothing else of the daemon's environment reaches plugin code.
enum BaseEnvironment {
    private static let inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME"]

    /// - Parameter variables: what the slot and the study set; they win.
    static func variables(_ settings: WorkerSettings, _ variables: [String: String]...) -> [String: String] {
        var environment: [String: String] = [:]
        for name in inherited { environment[name] = value(of: name) }
        environment["TMPDIR"] = settings.temporaryDirectory
        let libraries = [SwiftRuntime.directory, value(of: "LD_LIBRARY_PATH")].compactMap { $0 }
        if !libraries.isEmpty { environment["LD_LIBRARY_PATH"] = libraries.joined(separator: ":") }
        // The worker's own handler notes down crashes; a second one would only slow the death down.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        for more in variables { environment.merge(more) { $1 } }
        return environment
    }

    private static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
