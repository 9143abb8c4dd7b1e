import TunedSpace

extension CheckRequest {
    func encode(into writer: inout BinaryWriter) {
        writer.write(test)
        writer.writeVarint(UInt64(stage))
        writer.writeVarint(seed)
        open.encode(into: &writer)
        writer.writeVarint(UInt64(evaluations))
        writer.write(seconds)
        writer.write(workspace)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(
            test: try reader.readString(), stage: try reader.readCount(), seed: try reader.readUnsigned(),
            open: try OpenRequest(from: &reader), evaluations: try reader.readCount(), seconds: try reader.readDouble(),
            workspace: try reader.readString())
    }
}

extension CheckFinding {
    func encode(into writer: inout BinaryWriter) {
        writer.write(severity.rawValue)
        for text in [test, name, message, advice, detail] { writer.write(text) }
        writer.writeVarint(UInt64(numbers.count))
        for number in numbers {
            writer.write(number.name)
            writer.write(number.value)
        }
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let raw = try reader.readByte()
        guard let severity = Severity(rawValue: raw) else { throw .invalid(offset: 0, what: "severity \(raw)") }
        self.init(
            severity, test: try reader.readString(), name: try reader.readString(), try reader.readString(),
            advice: try reader.readString(), detail: try reader.readString())
        for _ in 0..<(try reader.readCount()) {
            numbers.append(Number(name: try reader.readString(), value: try reader.readDouble()))
        }
    }
}

extension CheckAnswer {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(findings.count))
        for finding in findings { finding.encode(into: &writer) }
        writer.write(summary)
        writer.write(inapplicable)
        writer.write(goesOn)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        var findings: [CheckFinding] = []
        for _ in 0..<(try reader.readCount()) { findings.append(try CheckFinding(from: &reader)) }
        self.init(
            findings: findings, summary: try reader.readString(), inapplicable: try reader.readOptionalString(),
            goesOn: try reader.readBool())
    }
}
