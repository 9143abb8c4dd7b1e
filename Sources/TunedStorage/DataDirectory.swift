import Glibc
import Synchronization
import TunedRecords

/// A daemon's hold on its data directory: there, private, on a local disk, and this process's alone while the object lives.
final class DataDirectory: Sendable {
    let path: String
    /// The open lock file; nil once given up.
    private let lock: Mutex<CInt?>

    var database: String { "\(path)/tuned.sqlite" }

    init(path: String) throws(StoreError) {
        self.path = path
        try Self.create(path)
        if let network = NetworkFileSystem.holding(path) {
            throw StoreError(
                code: .networkFileSystem,
                message: """
                    \(path) is on a network file system (\(network)), on which a database cannot be kept safe. \
                    Set TUNED_HOME to a directory on a local disk.
                    """)
        }
        lock = Mutex(try Self.acquireLock("\(path)/lock", of: path))
    }

    deinit { unlock() }

    /// Lets another process have the directory. Unlocked in so many words: closing alone would leave the lock to a child process that
    /// was forked and has not yet run its program (flock(2)).
    func unlock() {
        lock.withLock { descriptor in
            if let open = descriptor {
                flock(open, LOCK_UN)
                close(open)
            }
            descriptor = nil
        }
    }

    /// Creates the directory and those above it, for its owner alone.
    private static func create(_ path: String) throws(StoreError) {
        var reached = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            reached += "/\(part)"
            guard mkdir(reached, 0o700) != 0, errno != EEXIST else { continue }
            throw failure("cannot create the directory \(reached)", hint: "Choose another with TUNED_HOME.")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(
                code: .other, message: "\(path) is not a directory. Remove it, or choose another with TUNED_HOME.")
        }
    }

    /// Takes the lock that keeps a second daemon away, and leaves this process's number in the file for its message.
    private static func acquireLock(_ file: String, of directory: String) throws(StoreError) -> CInt {
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw failure("cannot open \(file)", hint: "The directory must belong to the daemon's user.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { close(descriptor) }
            guard reason == EWOULDBLOCK else {
                errno = reason
                throw failure("cannot lock \(file)", hint: "Set TUNED_HOME to a directory on a local disk.")
            }
            throw StoreError(
                code: .locked,
                message: """
                    \(directory) is in use by the daemon with process id \(holder(descriptor)). Two daemons cannot share a data \
                    directory: stop that one, or set TUNED_HOME to another directory.
                    """)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            defer { close(descriptor) }
            throw failure("cannot write \(file)", hint: "Make room on its disk.")
        }
        return descriptor
    }

    private static func holder(_ descriptor: CInt) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "(unknown)" : String(decoding: digits, as: UTF8.self)
    }

    /// An error that names what the system said.
    static func failure(_ what: String, hint: String) -> StoreError {
        let reason = errno
        let code: StoreError.Code =
            switch reason {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            case EIO: .inputOutput
            default: .other
            }
        return StoreError(code: code, message: "\(what): \(String(cString: strerror(reason))). \(hint)")
    }
}
