package import Glibc

/// Files that are either wholly there or not at all, also after a power cut.
package enum DurableFile {
    package struct Problem: Error {
        package var message: String
        /// errno.
        package var code: Int32

        package init(message: String, code: Int32) {
            self.message = message
            self.code = code
        }
    }

    /// Writes beside `path`, makes that durable, and puts it in place.
    package static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(Problem) {
        let temporary = "\(path).new-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw problem("cannot create", temporary) }
        var isDone = false
        defer {
            close(file)
            if !isDone { unlink(temporary) }
        }
        guard bytes.withUnsafeBytes({ Files.write($0, to: file) }) else { throw problem("cannot write", temporary) }
        guard fsync(file) == 0 else { throw problem("cannot write", temporary) }
        guard rename(temporary, path) == 0 else { throw problem("cannot put in place", path) }
        isDone = true
        syncDirectory(of: path)
    }

    package static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw problem("cannot open", path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw problem("cannot read", path) }
        guard (status.st_mode & S_IFMT) == S_IFREG else {
            throw Problem(message: "\(path) is no regular file", code: EINVAL)
        }
        guard status.st_size <= limit else {
            throw Problem(message: "\(path) has \(status.st_size) bytes; the limit is \(limit)", code: EFBIG)
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes[filled...].withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw problem("cannot read", path) }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes[..<filled])
    }

    package static func makeDirectory(_ path: String) throws(Problem) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw problem("cannot create the directory", path) }
    }

    private static func syncDirectory(of path: String) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private static func problem(_ what: String, _ path: String) -> Problem {
        let code = errno
        return Problem(message: "\(what) \(path): \(String(cString: strerror(code)))", code: code)
    }
}
