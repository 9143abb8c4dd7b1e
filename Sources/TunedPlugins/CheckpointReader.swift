import Glibc

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
        guard status.st_mode & S_IFMT == S_IFREG, size >= CheckpointFile.fixedSize else { throw CheckpointError("\(path) is cut short") }
        let head = try bytes(descriptor, at: 0, count: min(size, CheckpointFile.fixedSize + CheckpointFile.ownerLimit), path)
        guard var digest = CheckpointDigest(of: head) else { throw CheckpointError("\(path) is no checkpoint") }
        let (step, nameLength) = head.withUnsafeBytes { head in
            (
                Int64(littleEndian: head.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
                Int(UInt32(littleEndian: head.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
            )
        }
        let end = size - digest.size
        guard nameLength <= CheckpointFile.ownerLimit, end >= CheckpointFile.fixedSize + nameLength else {
            throw CheckpointError("\(path) is cut short")
        }
        let start = CheckpointFile.fixedSize + nameLength
        let found = String(decoding: head[CheckpointFile.fixedSize..<start], as: UTF8.self)
        guard found == owner else {
            throw CheckpointError("\(path) was written by another build of the plugin (\(found)), and is not used")
        }
        try hash(descriptor, upTo: end, into: &digest, path)
        guard try bytes(descriptor, at: end, count: digest.size, path) == digest.bytes else {
            throw CheckpointError("\(path) is damaged: its digest does not hold")
        }
        return (step, off_t(start), off_t(end))
    }

    private static func hash(
        _ descriptor: Int32, upTo end: Int, into digest: inout CheckpointDigest, _ path: String
    ) throws(CheckpointError) {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: min(end, CheckpointFile.pieceSize), alignment: 64)
        defer { room.deallocate() }
        var position = 0
        while position < end {
            let piece = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, end - position)])
            guard fill(piece, from: descriptor, at: position) else { throw CheckpointError("\(path) is cut short") }
            digest.update(UnsafeRawBufferPointer(piece))
            position += piece.count
        }
    }

    /// Exactly `count` bytes.
    private static func bytes(
        _ descriptor: Int32, at offset: Int, count: Int, _ path: String
    ) throws(CheckpointError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard bytes.withUnsafeMutableBytes({ fill($0, from: descriptor, at: offset) }) else { throw CheckpointError("\(path) is cut short") }
        return bytes
    }

    /// False where the file ends before that.
    private static func fill(_ room: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int) -> Bool {
        var done = 0
        while done < room.count {
            let got = pread(descriptor, room.baseAddress! + done, room.count - done, off_t(offset + done))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return false }
            done += got
        }
        return true
    }
}
