import TunedSpace

extension PluginDescription {
    func encode(into writer: inout BinaryWriter) {
        writer.write(id)
        writer.write(version)
        writer.write(build)
        writer.writeVarint(UInt64(abiMinor))
        writer.writeVarint(UInt64(trainables.count))
        for trainable in trainables {
            writer.write(trainable.id)
            writer.writeVarint(UInt64(trainable.flags))
            writer.write(trainable.schemaJSON)
        }
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let id = try reader.readString()
        let version = try reader.readString()
        let build = try reader.readString()
        let abiMinor = UInt32(truncatingIfNeeded: try reader.readUnsigned())
        var trainables: [Trainable] = []
        for _ in 0..<(try reader.readCount()) {
            trainables.append(
                Trainable(
                    id: try reader.readString(), flags: UInt32(truncatingIfNeeded: try reader.readUnsigned()),
                    schemaJSON: try reader.readString()))
        }
        self.init(id: id, version: version, build: build, abiMinor: abiMinor, trainables: trainables)
    }
}

extension DatasetDescription {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(rows))
        Self.encode(labels, into: &writer)
        Self.encode(groups, into: &writer)
        Self.encode(times, into: &writer)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let rows = try reader.readUnsigned()
        guard rows <= UInt64(UInt32.max) else { throw .invalid(offset: 0, what: "\(rows) rows") }
        self.init(
            rows: Int(rows), labels: try Self.decode(Int32.self, rows: Int(rows), from: &reader),
            groups: try Self.decode(Int32.self, rows: Int(rows), from: &reader),
            times: try Self.decode(Int64.self, rows: Int(rows), from: &reader))
    }

    private static func encode<Number: FixedWidthInteger>(_ column: [Number]?, into writer: inout BinaryWriter) {
        writer.write(column != nil)
        for value in column ?? [] { writer.writeVarint(Int64(value)) }
    }

    private static func decode<Number: FixedWidthInteger>(
        _: Number.Type, rows: Int, from reader: inout BinaryReader
    ) throws(BinaryCodingError) -> [Number]? {
        guard try reader.readBool() else { return nil }
        var column: [Number] = []
        for _ in 0..<rows {
            let value = try reader.readInteger()
            guard let narrow = Number(exactly: value) else { throw .invalid(offset: 0, what: "\(value) is too large") }
            column.append(narrow)
        }
        return column
    }
}
