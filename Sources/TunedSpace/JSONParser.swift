/// Text that is not JSON, or exceeds a limit.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    /// Bytes before the place of the error.
    public var offset: Int
    /// Line and column of that place, counted from 1; the column counts bytes.
    public var line: Int
    public var column: Int

    public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSONValue {
    /// Nesting that the parser accepts.
    public static let maximumDepth = 64

    /// Parses JSON text (RFC 8259), strictly: a key that comes twice in an object is an error, as are numbers past the
    /// range of a double. Numbers without fraction and exponent that fit 64 bits become ``integer(_:)``.
    ///
    /// - Parameter limit: bytes of text that are accepted, 1 MiB without a word.
    public init(parsing bytes: [UInt8], limit: Int = 1 << 20) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        guard bytes.count <= limit else {
            throw JSONError(
                message: "\(bytes.count) bytes of JSON are more than the \(limit) allowed", offset: 0, line: 1, column: 1)
        }
        self = try parser.parse()
    }

    public init(parsing text: String, limit: Int = 1 << 20) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limit: limit)
    }
}

/// A recursive-descent parser over bytes. Written out rather than taken from Foundation, which hides duplicate keys and
/// the difference between 1 and 1.0.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws(JSONError) -> JSONValue {
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw error("text after the end of the value") }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        skipSpace()
        guard let byte = peek else { throw error("the text ends where a value should be") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .boolean(true))
        case UInt8(ascii: "f"): return try parseWord("false", .boolean(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw error("\(shown(byte)) does not begin a value")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw error("nested deeper than \(JSONValue.maximumDepth) levels") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try body(&self)
    }

    private mutating func parseObject() throws(JSONError) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(fields) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("a key in double quotes should be here") }
            let start = position
            let key = try parseString()
            skipSpace()
            guard take(":") else { throw error("a colon should follow the key \"\(key.prefix(60))\"") }
            let value = try parseValue()
            guard fields.updateValue(value, forKey: key) == nil else {
                throw error("the key \"\(key.prefix(60))\" comes twice", at: start)
            }
            skipSpace()
            if take("}") { return .object(fields) }
            guard take(",") else { throw error("a comma or } should be here") }
        }
    }

    private mutating func parseArray() throws(JSONError) -> JSONValue {
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(items) }
        while true {
            items.append(try parseValue())
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw error("a comma or ] should be here") }
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[position...].starts(with: expected) else { throw error("this is no JSON value") }
        position += expected.count
        return value
    }

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        var isInteger = true
        _ = take("-")
        if !take("0") { try skipDigits() }
        if take(".") {
            isInteger = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let whole = Int64(text) { return .integer(whole) }
        guard let number = Double(text), number.isFinite else {
            throw error("the number \(text.prefix(40)) is out of a double's range", at: start)
        }
        return .number(number)
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("a digit should be here") }
    }

    private mutating func parseString() throws(JSONError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("this text is not UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"): try parseEscape(into: &text)
            case 0..<0x20: throw error("a control character in a text must be escaped", at: position - 1)
            default: text.append(byte)
            }
        }
        throw error("the text that begins here has no closing quote", at: start)
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = peek else { throw error("the text ends in an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try parseScalar()).utf8)
        default: throw error("\\\(shown(byte)) is no escape of JSON", at: position - 2)
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that make a surrogate pair.
    private mutating func parseScalar() throws(JSONError) -> Unicode.Scalar {
        let start = position - 2
        let first = try parseHex()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), take("\\"), take("u") else {
            throw error("half of a surrogate pair", at: start)
        }
        let second = try parseHex()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw error("half of a surrogate pair", at: start) }
        return scalar
    }

    private mutating func parseHex() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits should be here")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || (0x09...0x0a).contains(byte) || byte == 0x0d { position += 1 }
    }

    private func shown(_ byte: UInt8) -> String {
        (0x21..<0x7f).contains(byte) ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte \(byte)"
    }

    private func error(_ message: String, at place: Int? = nil) -> JSONError {
        let offset = min(place ?? position, bytes.count)
        let before = bytes[..<offset]
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        let line = before.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
        return JSONError(message: message, offset: offset, line: line, column: offset - lineStart + 1)
    }
}
