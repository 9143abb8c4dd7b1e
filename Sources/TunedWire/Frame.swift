public import TunedSpace

/// Frames carry messages over a byte stream: the payload's length (four bytes, little-endian), the payload, a newline.
///
/// The newline lets a frame pass launchers that forward whole lines only, and catches a stream that lost its step.
public enum Frame {
    /// Bytes of the largest payload that is accepted.
    public static let limit = 16 << 20
    /// Bytes that a frame adds to its payload.
    public static let overhead = 5

    static let terminator: UInt8 = 0x0A

    /// Appends a frame whose payload is what `body` writes.
    public static func write(into writer: inout BinaryWriter, _ body: (inout BinaryWriter) -> Void) {
        let start = writer.bytes.count
        writer.writeFixed(0)
        body(&writer)
        writer.patchFixed(UInt32(writer.bytes.count - start - 4), at: start)
        writer.write(terminator)
    }
}

/// Bytes that are not a sequence of frames. Nothing after them can be understood.
public enum FrameError: Error, Equatable, Sendable {
    case tooLong(length: Int)
    case missingTerminator(found: UInt8)
}

/// Cuts a stream of bytes into frames, however it was chopped on its way. Holds no more than one frame past what it was
/// given, so an untrusted sender cannot make it grow beyond ``Frame/limit``.
public struct FrameParser: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    public init() {}

    /// Bytes that wait for the rest of their frame.
    public var pending: Int { buffer.count - start }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 64 * 1024 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole payload, or nil until more bytes come. Let go of it before the next ``append(_:)``, which would
    /// have to copy it otherwise.
    public mutating func next() throws(FrameError) -> ArraySlice<UInt8>? {
        guard pending >= 4 else { return nil }
        var length = 0
        for index in 0..<4 { length |= Int(buffer[start + index]) << (8 * index) }
        guard length <= Frame.limit else { throw .tooLong(length: length) }
        guard pending >= length + Frame.overhead else { return nil }
        let end = start + 4 + length
        guard buffer[end] == Frame.terminator else { throw .missingTerminator(found: buffer[end]) }
        defer { start = end + 1 }
        return buffer[start + 4..<end]
    }
}
