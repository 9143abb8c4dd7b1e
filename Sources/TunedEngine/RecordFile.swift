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

    /// Names of all columns.
    var columns: [String] { Self.fields(of: header) }

    /// Class numbers of the texts in a column, in the order of first appearance.
    func classes(inColumn column: Int) throws(Problem) -> [Int32] {
        var numbers: [String: Int32] = [:]
        var classes: [Int32] = []
        classes.reserveCapacity(records.count)
        for text in try texts(inColumn: column) {
            let next = Int32(numbers.count)
            classes.append(numbers[text, default: next])
            if numbers[text] == nil { numbers[text] = next }
        }
        return classes
    }

    /// The order in time of a column's texts, as numbers: that of their values where all are numbers, else that of the texts, which is right for
    /// dates such as 2026-03-01.
    func times(inColumn column: Int) throws(Problem) -> [Int64] {
        let texts = try texts(inColumn: column)
        if let empty = texts.firstIndex(where: \.isEmpty) {
            throw Problem(message: "record \(empty + 1) has no time in the column \"\(columns[column])\"")
        }
        let numbers = texts.compactMap { Double($0) }
        func ranks<Value: Comparable & Hashable>(_ values: [Value]) -> [Int64] {
            let rank = Dictionary(uniqueKeysWithValues: Set(values).sorted().enumerated().map { ($1, Int64($0)) })
            return values.map { rank[$0] ?? 0 }
        }
        return numbers.count == texts.count && numbers.allSatisfy(\.isFinite) ? ranks(numbers) : ranks(texts)
    }

    private func texts(inColumn column: Int) throws(Problem) -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(records.count)
        for (index, record) in records.enumerated() {
            let fields = Self.fields(of: record)
            guard column < fields.count else {
                throw Problem(message: "record \(index + 1) has \(fields.count) fields, the header has more")
            }
            texts.append(fields[column])
        }
        return texts
    }

    /// The file with no other records than these.
    func only(_ chosen: Set<UInt32>) -> [UInt8] { bytes { chosen.contains($0) } }

    /// This file with the records of another, which has the same header, after its own.
    func followed(by other: RecordFile) -> [UInt8] {
        bytes { _ in true } + other.bytes { _ in true }.dropFirst(other.header.count + 1)
    }

    private func bytes(where isWanted: (UInt32) -> Bool) -> [UInt8] {
        var bytes = Array(header)
        bytes.append(UInt8(ascii: "\n"))
        for (index, record) in records.enumerated() where isWanted(UInt32(index)) {
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
