import Glibc

/// The plugins that tests load: those of Plugins/ and the misbehaving ones of Tests/Plugins, built by their Makefiles.
package enum TestPlugins {
    /// Absolute path of a plugin by its name, e.g. "misbehave". Builds what is not there or out of date, once a process.
    package static func path(_ name: String) -> String { "\(built)/\(name).so" }

    /// Absolute path of a program of this package, built beside the tests.
    package static func executable(_ name: String) -> String {
        guard let own = realpath("/proc/self/exe", nil) else { return name }
        defer { free(own) }
        return "\(directory(of: String(cString: own)))/\(name)"
    }

    /// An empty directory of its own for one test.
    package static func temporaryDirectory() -> String {
        var template = Array("/tmp/tuned-test-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } ?? "/tmp" }
    }

    /// The repository.
    package static let root: String = {
        var path = #filePath
        for _ in 0..<3 { path = directory(of: path) }
        return path
    }()

    private static let built: String = {
        let out = executable("test-plugins")
        // Of the real plugins those that Swift's tests load; the others have tests of their own.
        for arguments in ["-C '\(root)/Plugins' PLUGINS='noop svm functions command'", "-C '\(root)/Tests/Plugins'"] {
            let command = "make --no-print-directory -s \(arguments) OUT='\(out)' >&2"
            precondition(system(command) == 0, "plugins for tests cannot be built: \(command)")
        }
        return out
    }()

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return String(path[..<slash])
    }
}
