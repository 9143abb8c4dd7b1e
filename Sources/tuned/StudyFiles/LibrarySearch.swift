import Glibc

/// Finds a shared library by its bare name, `libm.so.6`, where the dynamic loader would.
package struct LibrarySearch {
    /// In the order in which they are looked at.
    package let folders: [String]

    /// Files that include each other end here.
    private static let includeLimit = 256

    /// The folders of `LD_LIBRARY_PATH`, of `/etc/ld.so.conf` and what it includes, and the system's own.
    package init(environment: String? = getenv("LD_LIBRARY_PATH").map { String(cString: $0) }, configuration: String = "/etc/ld.so.conf") {
        var folders = (environment ?? "").split(separator: ":").map(String.init)
        var included = 0
        folders += Self.configured(by: configuration, &included)
        for folder in ["/lib/\(Self.multiarch)", "/usr/lib/\(Self.multiarch)", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"] {
            folders.append(folder)
        }
        var seen: Set<String> = []
        self.folders = folders.filter { $0.hasPrefix("/") && seen.insert($0).inserted }
    }

    /// Absolute path of the library; nil where no folder has it. Linker scripts, such as Debian's `libm.so`, are passed over.
    package func find(_ name: String) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first(where: Self.isELF)
    }

    private static var multiarch: String {
        #if arch(arm64)
        "aarch64-linux-gnu"
        #else
        "x86_64-linux-gnu"
        #endif
    }

    private static func configured(by file: String, _ included: inout Int) -> [String] {
        included += 1
        guard included <= includeLimit, let text = try? FileText.read(file, what: "loader's configuration") else { return [] }
        var folders: [String] = []
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            if words.first == "include" {
                for pattern in words.dropFirst() {
                    for path in files(matching: FileText.absolute(String(pattern), in: FileText.folder(of: file))) {
                        folders += configured(by: path, &included)
                    }
                }
            } else if let folder = words.first {
                folders.append(String(folder))
            }
        }
        return folders
    }

    private static func files(matching pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
    }

    private static func isELF(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var magic: UInt32 = 0
        return read(descriptor, &magic, 4) == 4 && UInt32(bigEndian: magic) == 0x7F45_4C46
    }
}
