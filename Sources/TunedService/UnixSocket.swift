import Glibc

/// The path that the service listens on, and the care that it takes.
struct UnixSocket: Sendable {
    let path: String

    /// Bytes of `sun_path` (unix(7)), less its terminating zero.
    private static let longestPath = 107

    /// Checks the path and makes its directory, for its owner alone, where it is absent.
    ///
    /// - Throws: ``ServerError`` where the path is too long, its directory belongs to somebody else or lets others in, or
    ///   something that is no socket is there.
    func prepare() throws(ServerError) {
        guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath, !path.utf8.contains(0) else {
            throw ServerError(
                .socket,
                "the socket needs an absolute path of at most \(Self.longestPath) bytes, not \(path.utf8.count): \(path)"
            )
        }
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw ServerError(
                .socket, "cannot make the socket's directory \(directory)", underlying: Self.systemError())
        }
        var status = stat()
        guard lstat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ServerError(.socket, "\(directory), where the socket belongs, is no directory")
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw ServerError(
                .socket,
                "\(directory), where the socket belongs, has to be the daemon's own and closed to others: chmod 700 it")
        }
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK {
            throw ServerError(.socket, "\(path) is in the way and is no socket: move it")
        }
    }

    /// Closes the socket's file to others; its directory has kept them out since before it was there.
    func restrict() throws(ServerError) {
        guard chmod(path, 0o600) == 0 else {
            throw ServerError(.socket, "cannot set the mode of \(path)", underlying: Self.systemError())
        }
    }

    func remove() { unlink(path) }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}
