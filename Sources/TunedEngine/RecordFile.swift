/// A data file of one record a line, with a header: what the host can divide by itself, so that set-aside rows never reach a
/// plugin.
struct RecordFile {
    /// The header line, and each record's line, without line ends.
    let header: ArraySlice<UInt8>
    let records: [ArraySlice<UInt8>]

    struct Problem: Error, Equatable {
        var message: String
    }

    init(_ bytes: [UInt8]) throws(Problem) {
        var lines: [ArraySlice<UInt8>] = []
        for (index, piece) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).enumerated() {
            let line = piece.last == UInt8(ascii: "\r") ? piece.dropLast() : piece
            guard !line.isEmpty else { continue }
            // A record whose quotes do not close on its line spans lines.
            guard line.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 0 else {
                throw Problem(message: "the record at line \(index + 1) spans several lines, so test rows cannot be taken out")
            }
            lines.append(line)
        }
        guard let first = lines.first, lines.count > 1 else { throw Problem(message: "it has no records below its header") }
        header = first
        records = Array(lines.dropFirst())
    }

    /// Place of a named column; nil where there is none.
    func column(_ name: String) -> Int? { Self.fields(of: header).firstIndex(of: name) }

    /// Class numbers of the texts in a column, in the order of first appearance.
    func classes(inColumn column: Int) throws(Problem) -> [Int32] {
        var numbers: [String: Int32] = [:]
        var classes: [Int32] = []
        classes.reserveCapacity(records.count)
        for (index, record) in records.enumerated() {
            let fields = Self.fields(of: record)
            guard column < fields.count else {
                throw Problem(message: "record \(index + 1) has \(fields.count) fields, the header has more")
            }
            let next = Int32(numbers.count)
            classes.append(numbers[fields[column], default: next])
            if numbers[fields[column]] == nil { numbers[fields[column]] = next }
        }
        return classes
    }

    /// The file without the records of `left`.
    func without(_ left: Set<UInt32>) -> [UInt8] {
        var bytes = Array(header)
        bytes.append(UInt8(ascii: "\n"))
        for (index, record) in records.enumerated() where !left.contains(UInt32(index)) {
            bytes.append(contentsOf: record)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func fields(of line: ArraySlice<UInt8>) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        for byte in line {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            default: field.append(byte)
            }
        }
        fields.append(String(decoding: field, as: UTF8.self))
        return fields
    }
}
