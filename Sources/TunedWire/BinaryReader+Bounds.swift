package import TunedSpace

extension BinaryReader {
    package mutating func readInt32() throws(BinaryCodingError) -> Int32 {
        let value = try readInteger()
        guard let narrow = Int32(exactly: value) else { throw .invalid(offset: 0, what: "\(value) past 32 bits") }
        return narrow
    }

    /// The number of elements that follow, refused where so many could not fit a frame: no allocation is sized by it
    /// unless the sender also spent the bytes.
    package mutating func readCount() throws(BinaryCodingError) -> Int {
        let count = try readUnsigned()
        guard count <= UInt64(Frame.limit) else { throw .invalid(offset: 0, what: "\(count) elements") }
        return Int(count)
    }

    package mutating func readOptionalString() throws(BinaryCodingError) -> String? {
        try readBool() ? try readString() : nil
    }
}

extension BinaryWriter {
    package mutating func write(_ text: String?) {
        write(text != nil)
        if let text { write(text) }
    }
}
