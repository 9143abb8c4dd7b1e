import Glibc

/// Which builds of the shared libraries that a plugin names lie on this machine: what an update of the system changes under a plugin that stays
/// the same.
package enum NeededLibraries {
    /// Build ids by name of library; without those that are not found where the loader looks first, or have none.
    ///
    /// - Parameter path: LD_LIBRARY_PATH of the workers.
    package static func buildIDs(of plugin: String, searching path: String?) -> [String: String] {
        guard let names = needed(by: plugin) else { return [:] }
        let folders = (path ?? "").split(separator: ":").map(String.init) + standard
        var found: [String: String] = [:]
        for name in names where !name.contains("/") {
            for folder in folders {
                guard let id = buildID(of: "\(folder)/\(name)") else { continue }
                found[name] = id
                break
            }
        }
        return found
    }

    /// Debian's folders, in ld.so's order.
    private static let standard: [String] = {
        #if arch(arm64)
        let triple = "aarch64-linux-gnu"
        #else
        let triple = "x86_64-linux-gnu"
        #endif
        return ["/usr/local/lib/\(triple)", "/usr/local/lib", "/lib/\(triple)", "/usr/lib/\(triple)", "/lib", "/usr/lib"]
    }()

    private static func needed(by path: String) -> [String]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return ElfDynamic(descriptor: file)?.needed
    }

    private static func buildID(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard let elf = try? ElfFile(descriptor: file, path: path), !elf.buildID.isEmpty else { return nil }
        return elf.buildID
    }
}
