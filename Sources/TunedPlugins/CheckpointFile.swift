import Crypto
import Glibc

/// A checkpoint as a file: a header that says whose it is, what the plugin wrote, and a digest of both.
///
///     offset  bytes
///     0       8      "TUNEDCK2"
///     8       8      step, little-endian, signed
///     16      4      length of the owner's name, little-endian, at most 512
///     20      ...    the owner: the plugin's hash and the trainable
///     ...     ...    what the plugin wrote
///     end-8   8      XXH64 of all before, little-endian
///
/// It is written beside its final name and renamed once it is whole, so that a reader finds the old one or the new one,
/// whatever becomes of the processes; and a reader takes nothing from a file whose digest does not hold, which is what a power
/// cut may leave of one that was not yet on the disk. Who may write to the folder could make up any digest, so it is one that finds damage
/// and costs little beside the writing.
///
/// Earlier versions wrote "TUNEDCK1", with a SHA-256 at the end. Those are read too.
enum CheckpointFile {
    static let magic = Array("TUNEDCK2".utf8)
    static let formerMagic = Array("TUNEDCK1".utf8)
    static let ownerLimit = 512
    static let fixedSize = 20
    /// Bytes that are hashed and written, or read and hashed, at once: as many as stay in a core's cache between the two.
    static let pieceSize = 256 << 10

    static func header(step: Int64, owner: String) -> [UInt8] {
        let name = Array(owner.utf8.prefix(ownerLimit))
        var bytes = magic
        withUnsafeBytes(of: step.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt32(name.count).littleEndian) { bytes += $0 }
        return bytes + name
    }
}

/// What stands at a checkpoint's end.
enum CheckpointDigest {
    case xxh64(XXH64)
    case sha256(SHA256)

    /// Of a file that begins so; nil where no checkpoint does.
    init?(of head: [UInt8]) {
        if head.starts(with: CheckpointFile.magic) {
            self = .xxh64(XXH64())
        } else if head.starts(with: CheckpointFile.formerMagic) {
            self = .sha256(SHA256())
        } else {
            return nil
        }
    }

    var size: Int {
        switch self {
        case .xxh64: 8
        case .sha256: SHA256.byteCount
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .xxh64(var hash):
            hash.update(bytes)
            self = .xxh64(hash)
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            self = .sha256(hash)
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .xxh64(let hash): withUnsafeBytes(of: hash.value.littleEndian) { Array($0) }
        case .sha256(let hash): Array(hash.finalize())
        }
    }
}

/// Why a checkpoint was not written or is not used.
package struct CheckpointError: Error {
    /// For the trial's log, after "checkpoint: ".
    package let message: String

    init(_ message: String) { self.message = message }

    init(system what: String, _ path: String) { message = "cannot \(what) \(path): \(String(cString: strerror(errno)))" }
}
