import Glibc
import TunedWire

/// Group 1: what can be told of the file, and whether it loads.
enum LoadGroup {
    /// Seconds that loading may take without a word.
    private static let loadTime = 1.0

    static func file(_ request: CheckRequest) throws(PluginError) -> CheckAnswer {
        var findings = CheckFindings(test: request.test)
        let elf = try read(request.open.path)
        if elf.hasExecutableStack {
            findings.add(
                .error, "executable-stack", "it asks for an executable stack, for every thread of the process that loads it",
                advice: "Add `.section .note.GNU-stack,\"\",@progbits` to assembly files, or link with -Wl,-z,noexecstack.")
        }
        if elf.hasTextRelocations {
            findings.add(
                .warning, "text-relocations", "its code is changed while it is loaded (DT_TEXTREL)",
                advice: "Compile everything with -fPIC.")
        }
        if elf.usesStaticTLS {
            // Whoever tunes a function of somebody else's library does not build it.
            let isForeign = try Sidecar(beside: request.open.path)?.kind == .functions
            findings.add(
                isForeign ? .note : .warning, "static-tls", """
                    its thread-local variables take static space, of which a process has little left (DF_STATIC_TLS)
                    """,
                advice: "Compile without -ftls-model=initial-exec or local-exec.")
        }
        for path in elf.searchPaths where !path.hasPrefix("/") && !path.hasPrefix("$ORIGIN") && !path.hasPrefix("${ORIGIN}") {
            findings.add(
                .error, "relative-rpath", """
                    its library search path has "\(path)", which is sought below the working directory of whoever loads it
                    """,
                advice: "Link with an absolute -Wl,-rpath, or without one.")
        }
        return CheckAnswer(
            findings: findings.all, summary: "needs \(elf.needed.joined(separator: ", "))")
    }

    static func libraries(_ request: CheckRequest) throws(PluginError) -> CheckAnswer {
        var findings = CheckFindings(test: request.test)
        let elf = try read(request.open.path)
        let missing = elf.needed.filter { open($0, elf, request.open.path) == nil }
        for name in missing {
            let usesOrigin = elf.searchPaths.contains { $0.contains("ORIGIN") }
            findings.add(
                .error, "missing-library", "it needs \(missing.joined(separator: ", ")), which the loader does not find",
                advice: usesOrigin
                    ? """
                        tuned runs a copy of the plugin's file, so $ORIGIN is another directory: install \(name), or link with an \
                        absolute -Wl,-rpath.
                        """
                    : "Install \(name), or link with an absolute -Wl,-rpath,DIRECTORY.")
            break
        }
        return CheckAnswer(findings: findings.all, summary: "\(elf.needed.count) of \(elf.needed.count) found")
    }

    static func symbols(_ request: CheckRequest) throws(PluginError) -> CheckAnswer {
        var findings = CheckFindings(test: request.test)
        let elf = try read(request.open.path)
        let handles = elf.needed.compactMap { open($0, elf, request.open.path) }
        let missing = elf.undefined.filter { name in
            dlsym(nil, name) == nil && !handles.contains { dlsym($0, name) != nil }
        }
        // Versions of symbols are the loader's business: it has the last word.
        if !missing.isEmpty, dlopen(request.open.path, RTLD_NOW | RTLD_LOCAL) == nil {
            let shown = missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? ", …" : "")
            findings.add(
                .error, "undefined-symbol", "it uses what no library provides: \(shown)",
                advice: "Link with the libraries that define it (-l…), and with -Wl,-z,defs so that the linker tells.",
                numbers: [.init(name: "symbols", value: Double(missing.count))])
        }
        return CheckAnswer(findings: findings.all, summary: "\(counted(elf.undefined.count, "symbol")) of other libraries")
    }

    static func entry(_ request: CheckRequest, seconds: Double, _ plugin: PluginDescription) -> CheckAnswer {
        var findings = CheckFindings(test: request.test)
        if seconds > loadTime {
            findings.add(
                .warning, "slow-load", "loading took \(rounded(seconds)) s",
                advice: "Leave what takes time to create, or to the first train: every worker loads the plugin.",
                numbers: [.init(name: "seconds", value: seconds)])
        }
        return CheckAnswer(
            findings: findings.all, summary: """
                \(counted(plugin.trainables.count, "trainable")) in \(Int(seconds * 1000)) ms
                """)
    }

    private static func read(_ path: String) throws(PluginError) -> ElfDynamic {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PluginError(.notFound, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        _ = try ElfFile(descriptor: descriptor, path: path)
        guard let dynamic = ElfDynamic(descriptor: descriptor) else {
            throw PluginError(.notELF, "\(path) has no dynamic section that makes sense: link it again with -shared")
        }
        return dynamic
    }

    /// As the loader searches: by name, and in the file's own search path.
    private static func open(_ name: String, _ elf: ElfDynamic, _ path: String) -> UnsafeMutableRawPointer? {
        if let handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL) { return handle }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        for folder in elf.searchPaths {
            var folder = folder
            for origin in ["${ORIGIN}", "$ORIGIN"] {
                if let range = folder.firstRange(of: origin) { folder.replaceSubrange(range, with: path[..<slash]) }
            }
            if let handle = dlopen("\(folder)/\(name)", RTLD_LAZY | RTLD_LOCAL) { return handle }
        }
        return nil
    }
}
