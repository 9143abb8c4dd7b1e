package import Glibc

/// Where a daemon keeps everything, and where its socket is: what the command and the daemon must agree on.
package struct DataDirectory: Hashable, Sendable {
    /// Absolute, without a slash at its end.
    package let path: String
    /// The socket of the daemon that serves this directory.
    package let socket: String

    /// `TUNED_HOME`, else `$XDG_DATA_HOME/tuned-hpo`, else `~/.local/share/tuned-hpo`.
    package init(environment: ProcessEnvironment = .current, user: uid_t = getuid()) throws(CommandError) {
        let path: String
        if let home = environment["TUNED_HOME"] {
            path = home.hasPrefix("/") ? home : "\(Self.workingDirectory)/\(home)"
        } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            path = "\(data)/tuned-hpo"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = "\(home)/.local/share/tuned-hpo"
        } else {
            throw CommandError(
                .failure, code: "no-home",
                "no data directory: HOME is not set. Set TUNED_HOME to a directory on a local disk.")
        }
        self.init(path: path, user: user)
    }

    package init(path: String, user: uid_t) {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        self.path = path
        let beside = "\(path)/daemon.sock"
        // sun_path has 108 bytes with its terminating zero. The short place does not depend on XDG_RUNTIME_DIR, which a
        // login shell has and a cron job of the same user has not: both must find the same daemon.
        socket = beside.utf8.count <= 107 ? beside : "\(Self.shortFolder(user))/\(Self.hash(path)).sock"
    }

    package var log: String { "\(path)/daemon.log" }
    package var lock: String { "\(path)/lock" }
    package var configuration: String { "\(path)/config.yaml" }

    /// Makes the folders of the directory and of its socket, readable by their owner alone.
    package func prepare(user: uid_t = getuid()) throws(CommandError) {
        try Self.makeFolders(path)
        if socket.hasPrefix(Self.shortFolder(user)) { try makeShortFolder(user) }
    }

    /// Refuses a socket's folder that somebody else owns or may write to: in /tmp anybody could have made it first.
    package func checkSocketFolder(user: uid_t = getuid()) throws(CommandError) {
        let folder = Self.shortFolder(user)
        guard socket.hasPrefix(folder) else { return }
        var status = stat()
        guard lstat(folder, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == user, status.st_mode & 0o077 == 0 else {
            throw CommandError.failure(
                """
                \(folder) belongs to somebody else or is open to others, so the daemon's socket is not safe there. \
                Remove it, or set TUNED_HOME to a path of at most 95 bytes.
                """
            )
        }
    }

    private func makeShortFolder(_ user: uid_t) throws(CommandError) {
        mkdir(Self.shortFolder(user), 0o700)
        try checkSocketFolder(user: user)
    }

    private static func shortFolder(_ user: uid_t) -> String { "/tmp/tuned-\(user)" }

    private static func makeFolders(_ path: String) throws(CommandError) {
        var partial = ""
        for part in path.split(separator: "/") {
            partial += "/\(part)"
            if mkdir(partial, 0o700) != 0 && errno != EEXIST {
                let reason = String(cString: strerror(errno))
                throw CommandError.failure(
                    """
                    cannot make the data directory \(path): \(partial): \(reason). Set TUNED_HOME to a directory that \
                    you may write to.
                    """,
                    underlying: reason)
            }
        }
    }

    private static var workingDirectory: String {
        guard let text = getcwd(nil, 0) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    /// FNV-1a, 64 bits: short, stable, and only ever seen by its own user.
    private static func hash(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
