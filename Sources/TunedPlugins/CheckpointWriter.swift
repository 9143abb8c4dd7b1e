import CTunedWorker
import Glibc
import TunedRecords

/// Writes one checkpoint. Let go of before ``commit()``, it leaves nothing behind.
package final class CheckpointWriter {
    /// Whether it is on the disk when ``commit()`` returns.
    let isDurable: Bool
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var hash = XXH64()
    private var isCommitted = false
    private var written = 0
    /// Bytes that the disk was told to begin with.
    private var begun = 0

    /// Bytes that the disk is told to begin with at once, while the next are hashed and copied.
    private static let stretch = 8 << 20

    package init(path: String, step: Int64, owner: String, isDurable: Bool = true) throws(CheckpointError) {
        self.isDurable = isDurable
        self.path = path
        temporary = "\(path).part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CheckpointError(system: "create", temporary) }
        guard CheckpointFile.header(step: step, owner: owner).withUnsafeBytes(put) else { throw CheckpointError(system: "write", temporary) }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        guard put(bytes) else { throw CheckpointError(system: "write", temporary) }
    }

    package func commit() throws(CheckpointError) {
        guard CheckpointDigest.xxh64(hash).bytes.withUnsafeBytes(write), !isDurable || fdatasync(descriptor) == 0 else {
            throw CheckpointError(system: "write", temporary)
        }
        guard rename(temporary, path) == 0 else { throw CheckpointError(system: "name", path) }
        isCommitted = true
    }

    /// Hashes and writes; false where the disk takes no more, and errno says why.
    private func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for start in stride(from: 0, to: bytes.count, by: CheckpointFile.pieceSize) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + CheckpointFile.pieceSize, bytes.count)])
            hash.update(piece)
            guard write(piece) else { return false }
        }
        return true
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard Files.write(bytes, to: descriptor) else { return false }
        written += bytes.count
        // One that is not waited for is mostly replaced before the disk would have come to it.
        if isDurable, written - begun >= Self.stretch {
            tuned_begin_writeback(descriptor, Int64(begun), Int64(written - begun))
            begun = written
        }
        return true
    }
}
