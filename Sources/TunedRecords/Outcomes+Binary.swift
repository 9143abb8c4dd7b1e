public import TunedSpace

// The compact form of what events are made of; see Event+Binary.swift for the rules.

extension RunKey {
    /// One byte for the common run, which is the first of everything: the purpose in its low four bits, then a bit for each
    /// number that is not 0 and follows.
    package func encode(into writer: inout BinaryWriter) {
        let numbers = [fold, `repeat`, segment]
        var head = purpose.rawValue
        for (index, number) in numbers.enumerated() where number != 0 { head |= 0x10 << UInt8(index) }
        writer.write(head)
        for number in numbers where number != 0 { writer.writeVarint(number) }
    }

    package init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let head = try reader.readByte()
        guard head < 0x80, let purpose = RunPurpose(rawValue: head & 0x0f) else {
            throw .invalid(offset: 0, what: "run key \(head)")
        }
        self.init(purpose: purpose)
        if head & 0x10 != 0 { fold = try reader.readInt() }
        if head & 0x20 != 0 { `repeat` = try reader.readInt() }
        if head & 0x40 != 0 { segment = try reader.readInt() }
    }
}

extension Failure {
    public func encode(into writer: inout BinaryWriter) {
        writer.write(kind.rawValue)
        writer.write(message)
        writer.write(detail)
    }

    public init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(kind: try reader.readCase("kind of failure"), message: try reader.readString(), detail: try reader.readString())
    }
}

extension AttemptOutcome {
    package func encode(into writer: inout BinaryWriter) {
        switch self {
        case .succeeded(let metrics, let constraints):
            writer.write(UInt8(constraints.isEmpty ? 0 : 3))
            writer.write(numbers: metrics)
            if !constraints.isEmpty { writer.write(constraints: constraints) }
        case .stopped(let reason):
            writer.write(UInt8(1))
            writer.write(reason.rawValue)
        case .failed(let failure):
            writer.write(UInt8(2))
            failure.encode(into: &writer)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        switch try reader.readByte() {
        case 0: self = .succeeded(metrics: try reader.readNumbers())
        case 1: self = .stopped(reason: try reader.readCase("reason to stop"))
        case 2: self = .failed(try Failure(from: &reader))
        case 3: self = .succeeded(metrics: try reader.readNumbers(), constraints: try reader.readConstraints())
        case let tag: throw .invalid(offset: 0, what: "outcome \(tag)")
        }
    }
}

extension BinaryWriter {
    mutating func write(integers: [Int]) {
        writeVarint(UInt64(integers.count))
        for integer in integers { writeVarint(integer) }
    }

    package mutating func write(constraints: [ConstraintValue]) {
        writeVarint(UInt64(constraints.count))
        for constraint in constraints {
            write(constraint.name)
            write(constraint.value)
        }
    }

    mutating func write(numbers: [Double]) {
        writeVarint(UInt64(numbers.count))
        for number in numbers { write(number) }
    }
}

extension BinaryReader {
    /// More elements than any event has; a count above it means damage, and is not worth the memory.
    private static var longestList: UInt64 { 1_000_000 }

    mutating func readList<Element>(
        _ readElement: (inout BinaryReader) throws(BinaryCodingError) -> Element
    ) throws(BinaryCodingError) -> [Element] {
        let count = try readUnsigned()
        guard count <= Self.longestList else { throw .invalid(offset: 0, what: "a list of \(count)") }
        var list: [Element] = []
        for _ in 0..<count { list.append(try readElement(&self)) }
        return list
    }

    mutating func readIntegers() throws(BinaryCodingError) -> [Int] {
        try readList { reader throws(BinaryCodingError) in try reader.readInt() }
    }

    mutating func readNumbers() throws(BinaryCodingError) -> [Double] {
        try readList { reader throws(BinaryCodingError) in try reader.readDouble() }
    }

    package mutating func readConstraints() throws(BinaryCodingError) -> [ConstraintValue] {
        try readList { reader throws(BinaryCodingError) in
            ConstraintValue(name: try reader.readString(), value: try reader.readDouble())
        }
    }

    /// A case of an enumeration by its raw value; `what` names the enumeration should there be no such case.
    mutating func readCase<Value: RawRepresentable<UInt8>>(_ what: String) throws(BinaryCodingError) -> Value {
        let raw = try readByte()
        guard let value = Value(rawValue: raw) else { throw .invalid(offset: 0, what: "\(what) \(raw)") }
        return value
    }
}
