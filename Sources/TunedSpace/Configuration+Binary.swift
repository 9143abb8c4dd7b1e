extension Configuration {
    /// Compact form: the number of values, then a tag byte and the value of each (0 inactive, 1 float, 2 integer, 3
    /// category).
    public func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(values.count))
        for value in values {
            switch value {
            case nil: writer.write(UInt8(0))
            case .float(let number): writer.write(UInt8(1)); writer.write(number)
            case .integer(let number): writer.write(UInt8(2)); writer.writeVarint(number)
            case .category(let index): writer.write(UInt8(3)); writer.writeVarint(UInt64(index))
            }
        }
    }

    public init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let count = try reader.readUnsigned()
        guard count <= 100_000 else { throw .invalid(offset: 0, what: "a configuration of \(count) values") }
        var values: [ParameterValue?] = []
        values.reserveCapacity(Int(count))
        for _ in 0..<count {
            switch try reader.readByte() {
            case 0: values.append(nil)
            case 1: values.append(.float(try reader.readDouble()))
            case 2: values.append(.integer(try reader.readInteger()))
            case 3:
                let index = try reader.readUnsigned()
                guard index <= UInt64(Int32.max) else { throw .invalid(offset: 0, what: "category index \(index)") }
                values.append(.category(Int(index)))
            case let tag: throw .invalid(offset: 0, what: "value tag \(tag)")
            }
        }
        self.init(values)
    }
}
