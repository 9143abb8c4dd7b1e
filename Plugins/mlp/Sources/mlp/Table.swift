import Glibc
import TunedPlugin

/// A CSV file (RFC 4180) with a header row: any line ending, blanks around cells dropped, empty lines skipped.
struct Table {
    var header: [String] = []
    /// Row after row, `header.count` cells each.
    var cells: [String] = []
    /// The line of the file on which each row begins, from 1.
    var lines: [Int] = []

    static let byteLimit = 1 << 30
    static let columnLimit = 65_536

    init(path: String) throws(TrialError) {
        let bytes = try Self.read(path)
        do throws(TrialError) {
            if let zero = bytes.firstIndex(of: 0) { throw .failed("byte \(zero) is zero: this is not a text file") }
            try self.init(bytes)
        } catch {
            throw .failed("\(path): \(error.message)")
        }
    }

    init(_ bytes: [UInt8]) throws(TrialError) {
        var parser = TableParser(bytes)
        guard let first = try parser.record() else {
            throw .failed("the file is empty: a header row and at least one row of data are needed")
        }
        header = first.cells
        while let record = try parser.record() {
            guard record.cells.count == header.count else {
                throw .failed("line \(record.line) has \(record.cells.count) columns where the header has \(header.count)")
            }
            cells += record.cells
            lines.append(record.line)
        }
        guard !lines.isEmpty else { throw .failed("the file has a header and no rows of data") }
    }

    private static func read(_ path: String) throws(TrialError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw .failed("cannot open \(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        let chunk = 1 << 16
        while bytes.count <= byteLimit {
            let more = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                count = fread(buffer.baseAddress, 1, chunk, file)
            }
            bytes += more
            guard more.count < chunk else { continue }
            guard ferror(file) == 0 else { throw .failed("cannot read \(path): \(String(cString: strerror(errno)))") }
            return bytes
        }
        throw .failed("\(path) is larger than the \(byteLimit >> 20) MiB that this plugin reads")
    }
}

/// Takes one record after the other from the text.
private struct TableParser {
    private let bytes: [UInt8]
    private var next = 0
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if bytes.starts(with: byteOrderMark) { next = byteOrderMark.count }
    }

    /// Nil at the end of the text.
    mutating func record() throws(TrialError) -> (cells: [String], line: Int)? {
        skipEmptyLines()
        guard next < bytes.count else { return nil }
        let start = line
        var cells: [String] = []
        repeat {
            guard cells.count < Table.columnLimit else { throw .failed("line \(line) has more than \(Table.columnLimit) columns") }
            cells.append(try cell())
        } while skip(",")
        skipLineEnd()
        return (cells, start)
    }

    private mutating func cell() throws(TrialError) -> String {
        skipBlanks()
        if skip("\"") { return try quotedCell() }
        let start = next
        while !endsCell { next += 1 }
        var end = next
        while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func quotedCell() throws(TrialError) -> String {
        let opened = line
        var text: [UInt8] = []
        while true {
            guard next < bytes.count else { throw .failed("line \(opened): a quotation mark is opened and never closed") }
            // A quotation mark within the text is written twice.
            if skip("\""), !skip("\"", keep: &text) { break }
            guard next < bytes.count, bytes[next] != UInt8(ascii: "\"") else { continue }
            if bytes[next] == UInt8(ascii: "\n") { line += 1 }
            text.append(bytes[next])
            next += 1
        }
        skipBlanks()
        guard endsCell else { throw .failed("line \(line): text follows a closing quotation mark") }
        return String(decoding: text, as: UTF8.self)
    }

    private var endsCell: Bool {
        next == bytes.count || bytes[next] == UInt8(ascii: ",") || bytes[next] == UInt8(ascii: "\n") || bytes[next] == UInt8(ascii: "\r")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private mutating func skipBlanks() {
        while next < bytes.count, Self.isBlank(bytes[next]) { next += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next < bytes.count, bytes[next] == UInt8(ascii: character) else { return false }
        next += 1
        return true
    }

    private mutating func skip(_ character: Unicode.Scalar, keep text: inout [UInt8]) -> Bool {
        guard skip(character) else { return false }
        text.append(UInt8(ascii: character))
        return true
    }

    /// LF, CR or both; also where the text ends without one.
    private mutating func skipLineEnd() {
        let carriageReturn = skip("\r")
        if skip("\n") || carriageReturn { line += 1 }
    }

    private mutating func skipEmptyLines() {
        while next < bytes.count {
            let start = next
            skipBlanks()
            guard next == bytes.count || bytes[next] == UInt8(ascii: "\n") || bytes[next] == UInt8(ascii: "\r") else {
                next = start
                return
            }
            skipLineEnd()
        }
    }
}
