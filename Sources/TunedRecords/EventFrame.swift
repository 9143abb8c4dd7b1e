public import TunedSpace

/// Whole events as bytes, one after another, as the study's log crosses to whoever verifies or exports it: exact where JSON
/// would round or lose what is not a number.
///
/// A frame is its length as four bytes, low byte first, and then study, sequence number and time as variable-length integers
/// and the payload as ``EventPayload/encode(into:)`` writes it.
public enum EventFrame {
    /// Longest frame that is read, in bytes.
    public static let limit = 16 << 20

    public static func encode(_ events: [Event]) -> [UInt8] {
        var bytes: [UInt8] = []
        for event in events {
            var writer = BinaryWriter(reserving: 128)
            writer.writeVarint(event.study.rawValue)
            writer.writeVarint(event.sequence)
            writer.writeVarint(event.time)
            event.payload.encode(into: &writer)
            withUnsafeBytes(of: UInt32(writer.bytes.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: writer.bytes)
        }
        return bytes
    }

    /// Reads the whole frames at the start of `bytes`.
    ///
    /// - Returns: The events, and how many bytes they took; the rest is the beginning of a frame still to come.
    public static func decode(_ bytes: ArraySlice<UInt8>) throws(BinaryCodingError) -> (events: [Event], consumed: Int)
    {
        var events: [Event] = []
        var start = bytes.startIndex
        while bytes.endIndex - start >= 4 {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
            guard length <= limit else {
                throw .invalid(offset: start - bytes.startIndex, what: "a frame of \(length) bytes")
            }
            guard bytes.endIndex - start - 4 >= length else { break }
            var reader = BinaryReader(bytes[start + 4..<start + 4 + length])
            let study = StudyID(rawValue: try reader.readInteger())
            let sequence = try reader.readInteger()
            let time = try reader.readInteger()
            events.append(Event(sequence: sequence, study: study, time: time, payload: try EventPayload(from: &reader)))
            start += 4 + length
        }
        return (events, start - bytes.startIndex)
    }
}
