import TunedSpace

/// The words before a declared name, such as `const unsigned long`, and the type that they make.
struct CSpecifiers {
    /// What the words name before any `*`.
    enum Base: Hashable {
        case void
        case scalar(CScalar)
        /// `char` by itself, which text is made of.
        case character
    }

    private(set) var words: [String] = []
    private(set) var isConstant = false
    private let column: Int

    init(column: Int) { self.column = column }

    private static let named: [String: CScalar] = [
        "bool": .boolean, "_Bool": .boolean, "float": .float, "double": .double,
        "int8_t": .signed8, "uint8_t": .unsigned8, "int16_t": .signed16, "uint16_t": .unsigned16,
        "int32_t": .signed32, "uint32_t": .unsigned32, "int64_t": .signed64, "uint64_t": .unsigned64,
        "size_t": .unsigned64, "ssize_t": .signed64, "ptrdiff_t": .signed64, "intptr_t": .signed64, "uintptr_t": .unsigned64,
        "intmax_t": .signed64, "uintmax_t": .unsigned64,
    ]
    private static let parts: Set<String> = ["void", "char", "short", "int", "long", "signed", "unsigned"]
    private static let refused: [String: String] = [
        "struct": "a struct cannot be passed: declare a function that takes its numbers one by one",
        "union": "a union cannot be passed: declare a function that takes a number",
        "enum": "write int for an enum",
        "_Complex": "complex numbers cannot be passed: take the real and the imaginary part as two doubles",
        "complex": "complex numbers cannot be passed: take the real and the imaginary part as two doubles",
        "volatile": "leave volatile out: it changes nothing for a caller",
        "register": "leave register out: it changes nothing for a caller",
        "static": "a static function has no symbol that could be found: make it external",
        "inline": "an inline function has no symbol that could be found: make it external",
        "typedef": "write a function's declaration, no typedef",
        "auto": "write the type itself for auto",
    ]

    /// Takes a word that belongs to the type; false where it does not.
    mutating func take(_ token: CToken) throws(CSignatureError) -> Bool {
        guard token.kind == .word else { return false }
        if let why = Self.refused[token.text] { throw CSignatureError(why, column: token.column) }
        if token.text == "const" {
            isConstant = true
        } else if Self.parts.contains(token.text) || Self.named[token.text] != nil {
            guard words.count < 5 else { throw CSignatureError("too many words for one type", column: token.column) }
            words.append(token.text)
        } else if words.isEmpty {
            throw unknown(token)
        } else {
            return false
        }
        return true
    }

    private func unknown(_ token: CToken) -> CSignatureError {
        let known = Self.named.keys.sorted() + Self.parts.sorted()
        let hint = nearest(to: token.text, among: known).map { "; did you mean \($0)?" } ?? ";"
        return CSignatureError(
            "\(token.text.prefix(60)) is no type that is known here\(hint) a number's own type (double, int32_t, size_t, ...), const char * "
                + "or a pointer to numbers can be passed, what a typedef hides cannot",
            column: token.column)
    }

    /// Words in C come in any order: `long unsigned int` is `unsigned long`.
    func base() throws(CSignatureError) -> Base {
        if words.count == 1, let scalar = Self.named[words[0]] { return .scalar(scalar) }
        if words == ["void"] { return .void }
        if words == ["char"] { return .character }
        if words.contains("long"), words.contains("double") {
            throw CSignatureError("long double cannot be passed: take a double", column: column)
        }
        let count = { (word: String) in words.count { $0 == word } }
        let signs = count("signed") + count("unsigned")
        let isUnsigned = count("unsigned") == 1
        // What is left besides a sign and an optional int tells the size.
        let size = words.filter { $0 != "signed" && $0 != "unsigned" && $0 != "int" }
        guard !words.isEmpty, signs <= 1, count("int") <= 1 else { throw noType }
        switch size {
        case []: return .scalar(isUnsigned ? .unsigned32 : .signed32)
        case ["char"] where count("int") == 0: return .scalar(isUnsigned ? .unsigned8 : .signed8)
        case ["short"]: return .scalar(isUnsigned ? .unsigned16 : .signed16)
        case ["long"], ["long", "long"]: return .scalar(isUnsigned ? .unsigned64 : .signed64)
        default: throw noType
        }
    }

    private var noType: CSignatureError {
        CSignatureError(
            words.isEmpty ? "a type should be here, such as double or int32_t" : "\"\(words.joined(separator: " "))\" is no type",
            column: column)
    }

    /// The type as it was written, but for the order of const.
    var spelling: String { ((isConstant ? ["const"] : []) + words).joined(separator: " ") }
}

extension CSpecifiers.Base {
    /// Whether plain char has a sign is the machine's matter.
    #if arch(arm64)
    static let plainCharacter = CScalar.unsigned8
    #else
    static let plainCharacter = CScalar.signed8
    #endif
}
