import CTunedWorker
import Glibc

/// Where plugins that are written in Swift find the Swift runtime. A plugin names the folder of the toolchain that built it, which
/// may not exist on this machine; and this program has the runtime linked in, so that it is of no use to them.
enum SwiftRuntime {
    /// The setting that names the folder of `libswiftCore.so`.
    static let variable = "TUNED_SWIFT_RUNTIME"
    private static let library = "libswiftCore.so"

    /// The folder for this process's workers; nil where none is known.
    static let directory: String? = find(
        setting: value(of: variable), searchPath: value(of: "PATH"),
        ownLibrary: tuned_library_of("swift_retain").map { String(cString: $0) })

    /// - Parameters:
    ///   - setting: wins, whatever it names: the loader then says what is not there.
    ///   - searchPath: folders in which a `swift` command is looked for; its toolchain has a runtime.
    ///   - ownLibrary: the file that this program's own runtime comes from. Where that is the shared runtime, plugins must have the
    ///     same, because a process has one `libswiftCore.so`.
    static func find(setting: String?, searchPath: String?, ownLibrary: String?) -> String? {
        if let setting, !setting.isEmpty { return setting }
        if let ownLibrary, ownLibrary.hasSuffix("/\(library)") { return String(ownLibrary.dropLast(library.utf8.count + 1)) }
        for folder in (searchPath ?? "").split(separator: ":") {
            // The command is a link into its toolchain: usr/bin beside usr/lib/swift/linux.
            guard let command = realPath("\(folder)/swift"), let slash = command.lastIndex(of: "/") else { continue }
            guard let runtime = realPath("\(command[..<slash])/../lib/swift/linux") else { continue }
            if access("\(runtime)/\(library)", R_OK) == 0 { return runtime }
        }
        return nil
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
