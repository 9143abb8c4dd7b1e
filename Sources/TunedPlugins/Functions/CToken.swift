/// A piece of C text.
struct CToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A keyword or an identifier.
        case word
        case number
        /// `(` `)` `[` `]` `{` `}` `*` `,` `;` `=` `&`
        case symbol
        /// `...`
        case ellipsis
    }
    var kind: Kind
    var text: String
    /// Where it begins, counted in bytes from 1.
    var column: Int

    /// Splits a declaration into its tokens.
    static func tokens(of text: some Sequence<UInt8>) throws(CSignatureError) -> [CToken] {
        let bytes = Array(text)
        var tokens: [CToken] = []
        var at = 0
        while at < bytes.count {
            let start = at
            let kind: Kind
            switch bytes[at] {
            case 0x20, 0x09, 0x0a, 0x0d:
                at += 1
                continue
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
                UInt8(ascii: "*"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "&"):
                kind = .symbol
                at += 1
            case UInt8(ascii: ".") where bytes[at...].starts(with: "...".utf8):
                kind = .ellipsis
                at += 3
            case let byte where isWordByte(byte):
                kind = isDigit(byte) ? .number : .word
                while at < bytes.count, isWordByte(bytes[at]) { at += 1 }
            case let byte:
                let shown = (0x21..<0x7f).contains(byte) ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte \(byte)"
                throw CSignatureError("\(shown) has no place in a declaration", column: start + 1)
            }
            tokens.append(CToken(kind: kind, text: String(decoding: bytes[start..<at], as: UTF8.self), column: start + 1))
        }
        return tokens
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }
}

/// Why a declaration cannot be called.
package struct CSignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to write instead.
    package var message: String
    /// Where, counted in bytes from 1.
    package var column: Int

    init(_ message: String, column: Int) {
        self.message = message
        self.column = column
    }

    package var description: String { "column \(column): \(message)" }
}
