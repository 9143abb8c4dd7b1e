import Crypto
import Glibc
import TunedRecords

/// A checkpoint as a file: a header that says whose it is, what the plugin wrote, and a digest of both.
///
///     offset  bytes
///     0       8      "TUNEDCK1"
///     8       8      step, little-endian, signed
///     16      4      length of the owner's name, little-endian, at most 512
///     20      ...    the owner: the plugin's hash and the trainable
///     ...     ...    what the plugin wrote
///     end-32  32     SHA-256 of all before
///
/// It is written beside its final name and renamed once it is whole, so that a reader finds the old one or the new one,
/// whatever becomes of the processes; and a reader takes nothing from a file whose digest does not hold, which is what a power
/// cut may leave of one that was not yet on the disk.
enum CheckpointFile {
    static let magic = Array("TUNEDCK1".utf8)
    static let ownerLimit = 512
    static let digestSize = 32
    static let fixedSize = 20

    static func header(step: Int64, owner: String) -> [UInt8] {
        let name = Array(owner.utf8.prefix(ownerLimit))
        var bytes = magic
        withUnsafeBytes(of: step.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt32(name.count).littleEndian) { bytes += $0 }
        return bytes + name
    }
}

/// Why a checkpoint was not written or is not used.
package struct CheckpointError: Error {
    /// For the trial's log, after "checkpoint: ".
    package let message: String

    init(_ message: String) { self.message = message }

    init(system what: String, _ path: String) { message = "cannot \(what) \(path): \(String(cString: strerror(errno)))" }
}

/// Writes one checkpoint. Let go of before ``commit()``, it leaves nothing behind.
package final class CheckpointWriter {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var hash = SHA256()
    private var isCommitted = false

    package init(path: String, step: Int64, owner: String) throws(CheckpointError) {
        self.path = path
        temporary = "\(path).part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CheckpointError(system: "create", temporary) }
        let header = CheckpointFile.header(step: step, owner: owner)
        header.withUnsafeBytes { hash.update(bufferPointer: $0) }
        guard header.withUnsafeBytes(write) else { throw CheckpointError(system: "write", temporary) }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        hash.update(bufferPointer: bytes)
        guard write(bytes) else { throw CheckpointError(system: "write", temporary) }
    }

    /// - Parameter synchronously: whether it is on the disk when this returns.
    package func commit(synchronously: Bool = true) throws(CheckpointError) {
        guard hash.finalize().withUnsafeBytes(write), !synchronously || fdatasync(descriptor) == 0 else { throw CheckpointError(system: "write", temporary) }
        guard rename(temporary, path) == 0 else { throw CheckpointError(system: "name", path) }
        isCommitted = true
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool { Files.write(bytes, to: descriptor) }
}

/// Reads one checkpoint, which was found whole and its owner's before the first byte is given out.
package final class CheckpointReader {
    package let step: Int64
    private let descriptor: Int32
    private var position: off_t
    private let end: off_t

    /// Nil where there is none.
    package init?(path: String, owner: String) throws(CheckpointError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw CheckpointError(system: "open", path)
        }
        do throws(CheckpointError) {
            (step, position, end) = try Self.check(descriptor, path, owner)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// The number of bytes read; 0 at the end; -1 where the disk fails.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let wanted = min(buffer.count, Int(end - position))
        guard wanted > 0 else { return 0 }
        while true {
            let count = pread(descriptor, buffer.baseAddress, wanted, position)
            if count < 0, errno == EINTR { continue }
            if count > 0 { position += off_t(count) }
            // At 0 the file was longer a moment ago.
            return count > 0 ? count : -1
        }
    }

    private static func check(
        _ descriptor: Int32, _ path: String, _ owner: String
    ) throws(CheckpointError) -> (step: Int64, start: off_t, end: off_t) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw CheckpointError(system: "read", path) }
        let size = Int(status.st_size)
        let overhead = CheckpointFile.fixedSize + CheckpointFile.digestSize
        guard status.st_mode & S_IFMT == S_IFREG, size >= overhead else { throw CheckpointError("\(path) is cut short") }
        let head = try bytes(descriptor, at: 0, count: min(size, CheckpointFile.fixedSize + CheckpointFile.ownerLimit), path)
        guard head.starts(with: CheckpointFile.magic) else { throw CheckpointError("\(path) is no checkpoint") }
        let (step, nameLength) = head.withUnsafeBytes { head in
            (
                Int64(littleEndian: head.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
                Int(UInt32(littleEndian: head.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
            )
        }
        guard nameLength <= CheckpointFile.ownerLimit, size >= overhead + nameLength else {
            throw CheckpointError("\(path) is cut short")
        }
        let start = CheckpointFile.fixedSize + nameLength
        let found = String(decoding: head[CheckpointFile.fixedSize..<start], as: UTF8.self)
        guard found == owner else {
            throw CheckpointError("\(path) was written by another build of the plugin (\(found)), and is not used")
        }
        try checkDigest(descriptor, upTo: size - CheckpointFile.digestSize, path)
        return (step, off_t(start), off_t(size - CheckpointFile.digestSize))
    }

    private static func checkDigest(_ descriptor: Int32, upTo end: Int, _ path: String) throws(CheckpointError) {
        var hash = SHA256()
        var position = 0
        while position < end {
            let chunk = try bytes(descriptor, at: position, count: min(1 << 20, end - position), path)
            chunk.withUnsafeBytes { hash.update(bufferPointer: $0) }
            position += chunk.count
        }
        let digest = try bytes(descriptor, at: end, count: CheckpointFile.digestSize, path)
        guard digest.elementsEqual(hash.finalize()) else { throw CheckpointError("\(path) is damaged: its digest does not hold") }
    }

    /// Exactly `count` bytes.
    private static func bytes(
        _ descriptor: Int32, at offset: Int, count: Int, _ path: String
    ) throws(CheckpointError) -> [UInt8] {
        var done = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while done < count {
                let got = pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                done += got
            }
            initialized = done
        }
        guard done == count else { throw CheckpointError("\(path) is cut short") }
        return bytes
    }
}
