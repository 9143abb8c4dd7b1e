import Glibc

/// The folder `sdk` that a new project builds with.
package struct SDKFolder: Hashable, Sendable {
    package let path: String

    /// As `--sdk` says, else what belongs to the program at `executable`.
    ///
    /// Installed, the program is PREFIX/bin/tuned and the SDK PREFIX/share/tuned/sdk. In a build tree the program lies some folders below
    /// the repository, which has a folder `sdk`.
    package init(chosen: String?, executable: String) throws(CommandError) {
        if let chosen {
            let path = Self.resolved(FileText.absolute(chosen))
            guard Self.isSDK(path) else {
                throw .usage("\(chosen) is no SDK of tuned: it has no include/tuned/plugin.h")
            }
            self.path = path
        } else {
            let places = Self.places(for: executable)
            guard let path = places.first(where: Self.isSDK) else {
                throw .failure(
                    "the SDK of tuned is not where it belongs (\(places[0])): install it (make install-sdk), or name it with --sdk")
            }
            self.path = path
        }
        // It goes into Makefiles, CMake and Swift, each with its own way to quote.
        let forbidden = Set("\"'\\$#`;\n\r\t".utf8)
        guard !path.utf8.contains(where: forbidden.contains) else {
            throw .usage("the SDK's path \(path) has characters that build files cannot hold: move it, or link to it and use --sdk")
        }
    }

    private static func places(for executable: String) -> [String] {
        var places: [String] = []
        var folder = FileText.folder(of: executable)
        places.append("\(FileText.folder(of: folder))/share/tuned/sdk")
        while folder != "/" && folder != "." {
            folder = FileText.folder(of: folder)
            places.append(folder == "/" ? "/sdk" : "\(folder)/sdk")
        }
        return places
    }

    private static func isSDK(_ path: String) -> Bool { access("\(path)/include/tuned/plugin.h", R_OK) == 0 }

    /// Without symbolic links and `..`; as it is where that fails.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
