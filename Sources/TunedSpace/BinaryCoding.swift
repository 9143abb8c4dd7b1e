/// Appends fixed-width little-endian and variable-length values to a byte buffer. Shared by the event log and the worker's
/// frames, which are both compact binary.
public struct BinaryWriter: Sendable {
    public private(set) var bytes: [UInt8]

    public init(reserving capacity: Int = 64) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written and keeps the room, for the next use.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    public mutating func write(_ value: UInt8) { bytes.append(value) }

    public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// LEB128: seven bits a byte, low bits first.
    public mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    public mutating func writeVarint(_ value: Int) { writeVarint(Int64(value)) }

    /// Zigzag, so that small negative numbers stay short.
    public mutating func writeVarint(_ value: Int64) {
        writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    public mutating func write(_ value: Double) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Eight bytes each, without their number.
    public mutating func writeColumn(_ values: [Double]) {
        #if _endian(little)
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
            for value in values { write(value) }
        #endif
    }

    public mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            writeVarint(UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    public mutating func write(_ data: [UInt8]) {
        writeVarint(UInt64(data.count))
        bytes.append(contentsOf: data)
    }

    /// Four bytes, little-endian.
    public mutating func writeFixed(_ value: UInt32) {
        for index in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * index))) }
    }

    /// Overwrites what ``writeFixed(_:)`` wrote at `offset`: a length that was not known before what it measures.
    public mutating func patchFixed(_ value: UInt32, at offset: Int) {
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
}

/// What was wrong with a byte buffer that ``BinaryReader`` was asked to read.
public enum BinaryCodingError: Error, Equatable, Sendable {
    case truncated(offset: Int)
    case invalid(offset: Int, what: String)
}

/// Reads what ``BinaryWriter`` wrote. Every read is bounds-checked, so bytes from an untrusted process are safe to give it.
public struct BinaryReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    public var isAtEnd: Bool { position == bytes.endIndex }

    private var offset: Int { position - bytes.startIndex }

    public mutating func readByte() throws(BinaryCodingError) -> UInt8 {
        guard position < bytes.endIndex else { throw .truncated(offset: offset) }
        defer { position += 1 }
        return bytes[position]
    }

    public mutating func readBool() throws(BinaryCodingError) -> Bool {
        switch try readByte() {
        case 0: return false
        case 1: return true
        default: throw .invalid(offset: offset - 1, what: "a boolean is 0 or 1")
        }
    }

    public mutating func readUnsigned() throws(BinaryCodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            guard shift < 63 || byte <= 1 else { throw .invalid(offset: offset - 1, what: "a number past 64 bits") }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    public mutating func readInteger() throws(BinaryCodingError) -> Int64 {
        let raw = try readUnsigned()
        return Int64(bitPattern: (raw >> 1) ^ (0 &- (raw & 1)))
    }

    public mutating func readInt() throws(BinaryCodingError) -> Int { Int(try readInteger()) }

    public mutating func readDouble() throws(BinaryCodingError) -> Double {
        guard bytes.endIndex - position >= 8 else { throw .truncated(offset: offset) }
        var pattern: UInt64 = 0
        for index in 0..<8 { pattern |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
        position += 8
        return Double(bitPattern: pattern)
    }

    /// What ``BinaryWriter/writeColumn(_:)`` wrote.
    public mutating func readColumn(count: Int) throws(BinaryCodingError) -> [Double] {
        guard count >= 0, count <= (bytes.endIndex - position) / 8 else { throw .truncated(offset: offset) }
        #if _endian(little)
            let start = position
            position += 8 * count
            return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
                bytes[start..<start + 8 * count].withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
                filled = count
            }
        #else
            var values: [Double] = []
            for _ in 0..<count { values.append(try readDouble()) }
            return values
        #endif
    }

    public mutating func readBytes() throws(BinaryCodingError) -> ArraySlice<UInt8> {
        let count = try readUnsigned()
        guard count <= UInt64(bytes.endIndex - position) else { throw .truncated(offset: offset) }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }

    public mutating func readString() throws(BinaryCodingError) -> String {
        let start = offset
        guard let text = String(validating: try readBytes(), as: UTF8.self) else {
            throw .invalid(offset: start, what: "text that is not UTF-8")
        }
        return text
    }
}
