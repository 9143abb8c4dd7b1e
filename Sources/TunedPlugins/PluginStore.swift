import Crypto
import Glibc
public import TunedRecords

/// A plugin's file as the store keeps it.
public struct StoredPlugin: Sendable {
    public var image: PluginImage
    /// The file that it was copied from, symbolic links resolved.
    public var source: String
    /// Bytes.
    public var size: UInt64
    /// The linker's build id in hexadecimal; "" where the file has none.
    public var buildID: String
    /// What its owner should know, one sentence each.
    public var warnings: [String]
}

/// Private copies of plugin files, each named by the SHA-256 of its content.
///
/// Workers run the copies, so that a file that is rebuilt, truncated or deleted hurts no trial; and the same content is the
/// same plugin, wherever it came from. A sidecar is part of the content: the same library with other declarations is
/// another plugin.
public final class PluginStore: Sendable {
    /// Bytes of the largest file that is taken.
    public static let sizeLimit: UInt64 = 1 << 30
    /// Bytes of the longest sidecar that is taken.
    public static let sidecarLimit = Sidecar.sizeLimit

    private let directory: String

    /// - Parameter directory: absolute; made, for its owner alone, where there is none.
    public init(directory: String) throws(PluginError) {
        self.directory = directory
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw Self.storageError("make the directory", directory)
        }
    }

    /// Copies a file into the store. Reads and writes the disk: not for a thread that may not block.
    ///
    /// The file is opened once, and what is checked, hashed and copied is what was opened. Its code is not run.
    ///
    /// - Parameter sidecar: JSON text that goes with the library, kept beside its copy.
    public func add(_ path: String, sidecar: [UInt8]? = nil) throws(PluginError) -> StoredPlugin {
        guard sidecar?.count ?? 0 <= Self.sidecarLimit else {
            throw PluginError(.tooLarge, "the schema of \(path) has more than \(Self.sidecarLimit) bytes")
        }
        guard let resolved = realpath(path, nil) else {
            throw PluginError(.notFound, "\(path) cannot be found: \(Self.reason()); give the path of a shared library")
        }
        defer { free(resolved) }
        let source = String(cString: resolved)
        let descriptor = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw PluginError(.notFound, "\(source) cannot be opened: \(Self.reason())") }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw PluginError(.notFound, "\(source) cannot be read: \(Self.reason())")
        }
        let warnings = try Self.check(status, source)
        let elf = try ElfFile(descriptor: descriptor, path: source)
        let (hash, size) = try copy(descriptor, source, sidecar)
        return StoredPlugin(
            image: PluginImage(hash: hash, path: copyPath(hash)), source: source, size: size, buildID: elf.buildID,
            warnings: warnings)
    }

    /// The copy of a plugin by its hash; nil where there is none.
    public func image(hash: String) -> PluginImage? {
        guard Self.isHash(hash), access(copyPath(hash), R_OK) == 0 else { return nil }
        return PluginImage(hash: hash, path: copyPath(hash))
    }

    /// Deletes a copy. Workers that have it loaded go on.
    public func remove(hash: String) throws(PluginError) {
        guard Self.isHash(hash) else { throw PluginError(.notFound, "\"\(hash)\" is not a plugin's hash") }
        for path in [copyPath(hash), sidecarPath(hash)] {
            guard unlink(path) == 0 || errno == ENOENT else { throw Self.storageError("delete", path) }
        }
        if let record = checkRecordPath(hash: hash) { unlink(record) }
    }

    /// Where the verdict of `tuned check` on a plugin is kept; nil where the text is no hash.
    func checkRecordPath(hash: String) -> String? {
        Self.isHash(hash) ? "\(directory)/\(hash).check.json" : nil
    }

    private func copyPath(_ hash: String) -> String { "\(directory)/\(hash).so" }

    private func sidecarPath(_ hash: String) -> String { "\(directory)/\(hash).json" }

    private static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.allSatisfy { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
    }

    /// Whoever can write the file can run code as the daemon's user, so it may not be everybody.
    private static func check(_ status: stat, _ source: String) throws(PluginError) -> [String] {
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PluginError(.notRegularFile, "\(source) is not a regular file: a plugin is a shared library")
        }
        guard status.st_size > 0 else { throw PluginError(.notELF, "\(source) is empty: a plugin is a shared library") }
        guard UInt64(status.st_size) <= sizeLimit else {
            throw PluginError(.tooLarge, "\(source) has \(status.st_size) bytes, at most \(sizeLimit) are allowed")
        }
        guard status.st_mode & S_IWOTH == 0 else {
            throw PluginError(
                .permissions, "\(source) can be written by everybody, and its code would run as you: chmod o-w \(source)")
        }
        return status.st_mode & S_IWGRP == 0 ? [] : ["\(source) can be written by its group: chmod g-w takes that away"]
    }

    /// Copies what is behind the descriptor and names the copy by its hash, which appears whole or not at all; a sidecar is there
    /// before it.
    private func copy(
        _ descriptor: Int32, _ source: String, _ sidecar: [UInt8]?
    ) throws(PluginError) -> (hash: String, size: UInt64) {
        var digest = SHA256()
        var size: UInt64 = 0
        var hash = ""
        try write(mode: 0o500) { target, temporary throws(PluginError) in
            size = try Self.stream(from: descriptor, source, to: target, temporary, &digest)
            if let sidecar { digest.update(data: sidecar) }
            hash = hexadecimal(digest.finalize())
            if let sidecar {
                try write(mode: 0o400) { target, temporary throws(PluginError) in
                    guard sidecar.withUnsafeBytes({ Files.write($0, to: target) }) else { throw Self.storageError("write", temporary) }
                    return sidecarPath(hash)
                }
            }
            return copyPath(hash)
        }
        try syncDirectory()
        return (hash, size)
    }

    /// Makes a file that `fill` writes, and gives it the path that `fill` returns once it is whole.
    private func write(
        mode: mode_t, _ fill: (_ target: Int32, _ temporary: String) throws(PluginError) -> String
    ) throws(PluginError) {
        var random = SystemRandomNumberGenerator()
        let temporary = "\(directory)/.\(String(random.next(), radix: 16)).part"
        let target = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard target >= 0 else { throw Self.storageError("create a file", temporary) }
        var isDone = false
        defer {
            close(target)
            if !isDone { unlink(temporary) }
        }
        let path = try fill(target, temporary)
        guard fsync(target) == 0 else { throw Self.storageError("write", temporary) }
        guard rename(temporary, path) == 0 else { throw Self.storageError("name a file", path) }
        isDone = true
    }

    private static func stream(
        from descriptor: Int32, _ source: String, to target: Int32, _ temporary: String, _ hash: inout SHA256
    ) throws(PluginError) -> UInt64 {
        var size: UInt64 = 0
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = pread(descriptor, room.baseAddress, room.count, off_t(size))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw PluginError(.notFound, "\(source) cannot be read: \(reason())") }
            if count == 0 { break }
            size += UInt64(count)
            guard size <= sizeLimit else {
                throw PluginError(.tooLarge, "\(source) grew past \(sizeLimit) bytes while it was read")
            }
            let chunk = UnsafeRawBufferPointer(rebasing: room[..<count])
            hash.update(bufferPointer: chunk)
            guard Files.write(chunk, to: target) else { throw storageError("write", temporary) }
        }
        return size
    }

    private func syncDirectory() throws(PluginError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.storageError("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.storageError("sync", directory) }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    private static func storageError(_ what: String, _ path: String) -> PluginError {
        let reason = reason()
        return PluginError(.storage, "the plugin store cannot \(what) at \(path): \(reason)")
    }
}
