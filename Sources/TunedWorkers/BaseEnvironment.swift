import CTunedWorker
import Glibc

/// The variables that every worker gets; nothing else of the daemon's environment reaches plugin code.
enum BaseEnvironment {
    private static let inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME"]

    /// - Parameter variables: what the slot and the study set; they win.
    static func variables(_ settings: WorkerSettings, _ variables: [String: String]...) -> [String: String] {
        var environment: [String: String] = [:]
        for name in inherited { environment[name] = value(of: name) }
        environment["TMPDIR"] = settings.temporaryDirectory
        // Plugins written in Swift look for the runtime where the toolchain had it.
        let libraries = [swiftRuntime, value(of: "LD_LIBRARY_PATH")].compactMap { $0 }
        if !libraries.isEmpty { environment["LD_LIBRARY_PATH"] = libraries.joined(separator: ":") }
        // The worker's own handler notes down crashes; a second one would only slow the death down.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        for more in variables { environment.merge(more) { $1 } }
        return environment
    }

    private static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The directory of this process's own Swift runtime; nil where it is linked in.
    private static let swiftRuntime: String? = {
        guard let file = tuned_library_of("swift_retain") else { return nil }
        let path = String(cString: file)
        guard path.hasSuffix("/libswiftCore.so") else { return nil }
        return String(path.dropLast("/libswiftCore.so".count))
    }()
}
