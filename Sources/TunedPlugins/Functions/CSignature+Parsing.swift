extension CSignature {
    /// Bytes of the longest declaration that is read.
    package static let textLimit = 4096
    package static let argumentLimit = 64

    /// Reads the declaration of one function, as a C header has it: `double f(double x, const char *kernel)`, a semicolon after it or not.
    /// Names of arguments may be left out.
    package init(parsing text: String) throws(CSignatureError) {
        guard text.utf8.count <= Self.textLimit else {
            throw CSignatureError("the declaration is longer than \(Self.textLimit) bytes", column: 1)
        }
        var parser = CSignatureParser(try CToken.tokens(of: text.utf8))
        self = try parser.signature()
    }
}

/// A recursive-descent parser whose only recursion is from a function into the type of a callback, and no deeper.
private struct CSignatureParser {
    private let tokens: [CToken]
    private var position = 0

    init(_ tokens: [CToken]) { self.tokens = tokens }

    mutating func signature() throws(CSignatureError) -> CSignature {
        if peek?.text == "extern" { position += 1 }
        let (specifiers, stars) = try type()
        let base = try specifiers.base()
        guard stars == 0 else {
            throw error("a function that returns a pointer has no number to give: return double, an int status, or void")
        }
        guard let name = peek, name.kind == .word else { throw error("the function's name should be here") }
        guard name.text.utf8.count <= 256 else { throw error("the name is longer than 256 bytes") }
        position += 1
        try expect("(", "an argument list in parentheses should follow the name \(name.text.prefix(60))")
        let arguments = try arguments(areNamed: true)
        try end()
        return CSignature(
            name: name.text, returns: base == .void ? .void : .scalar(scalar(base)), returnSpelling: specifiers.spelling,
            arguments: arguments)
    }

    private mutating func end() throws(CSignatureError) {
        if peek?.text == "{" { throw error("only the declaration belongs here, not the function's body") }
        _ = take(";")
        guard let rest = peek else { return }
        throw error("nothing may follow the declaration, found \"\(rest.text.prefix(40))\"")
    }

    // MARK: Arguments

    /// From behind the opening parenthesis to behind the closing one.
    private mutating func arguments(areNamed: Bool) throws(CSignatureError) -> [CArgument] {
        if take(")") { return [] }
        if peek?.text == "void", position + 1 < tokens.count, tokens[position + 1].text == ")" {
            position += 2
            return []
        }
        var arguments: [CArgument] = []
        var names: Set<String> = []
        while true {
            guard arguments.count < CSignature.argumentLimit else {
                throw error("more than \(CSignature.argumentLimit) arguments")
            }
            let start = position
            let argument = try argument(number: arguments.count + 1, areNamed: areNamed)
            guard names.insert(argument.name).inserted else {
                throw CSignatureError("two arguments are named \(argument.name.prefix(60))", column: tokens[start].column)
            }
            arguments.append(argument)
            if take(")") { return arguments }
            try expect(",", "a comma or ) should follow argument \(arguments.count)")
        }
    }

    private mutating func argument(number: Int, areNamed: Bool) throws(CSignatureError) -> CArgument {
        if peek?.kind == .ellipsis {
            throw error("a function with variable arguments (...) cannot be called: declare one with the arguments written out")
        }
        let (specifiers, stars) = try type()
        if peek?.text == "(" {
            guard areNamed else { throw error("a callback takes numbers, no callbacks of its own") }
            return try callback(returning: specifiers, stars, number: number)
        }
        var name = "a\(number)"
        if let word = peek, word.kind == .word {
            guard word.text.utf8.count <= 128 else { throw error("the name is longer than 128 bytes") }
            name = word.text
            position += 1
        }
        if peek?.text == "(" { throw error(Self.callbackForm) }
        let depth = stars + (try brackets() ? 1 : 0)
        let type = try pointee(specifiers, depth)
        let pointers = depth == 0 ? "" : " " + String(repeating: "*", count: depth)
        return CArgument(name: name, type: type, spelling: specifiers.spelling + pointers)
    }

    /// `[]` or `[12]` behind a name: an array argument is a pointer.
    private mutating func brackets() throws(CSignatureError) -> Bool {
        guard take("[") else { return false }
        if peek?.kind == .number { position += 1 }
        try expect("]", "] should be here")
        guard peek?.text != "[" else { throw error("an array of arrays cannot be passed") }
        return true
    }

    private static let callbackForm = "a callback is a pointer to a function: int32_t (*report)(int64_t step, double value)"

    /// `(*name)(int64_t step, double value)` behind the result's type.
    private mutating func callback(
        returning specifiers: CSpecifiers, _ stars: Int, number: Int
    ) throws(CSignatureError) -> CArgument {
        let base = try specifiers.base()
        guard stars == 0 else { throw error("a callback returns an integer or nothing") }
        try expect("(", "( should be here")
        try expect("*", Self.callbackForm)
        var name = "a\(number)"
        if let word = peek, word.kind == .word {
            name = word.text
            position += 1
        }
        try expect(")", ") should follow the callback's name")
        try expect("(", "the callback's arguments in parentheses should be here")
        let inner = try arguments(areNamed: false)
        let spelling = "\(specifiers.spelling) (*)(\(inner.map(\.spelling).joined(separator: ", ")))"
        let returns: CType = base == .void ? .void : .scalar(scalar(base))
        return CArgument(name: name, type: .function(returns: returns, arguments: inner.map(\.type)), spelling: spelling)
    }

    // MARK: Types

    /// The words of a type and the stars behind them.
    private mutating func type() throws(CSignatureError) -> (CSpecifiers, stars: Int) {
        guard let first = peek else { throw error("the declaration ends where a type should be") }
        var specifiers = CSpecifiers(column: first.column)
        while let token = peek, try specifiers.take(token) { position += 1 }
        var stars = 0
        while let token = peek {
            if token.text == "*" {
                stars += 1
            } else if !["const", "restrict", "__restrict", "__restrict__"].contains(token.text) || stars == 0 {
                break
            }
            position += 1
        }
        if peek?.text == "&" { throw error("C has no references: take a pointer, or the value itself") }
        return (specifiers, stars)
    }

    private func scalar(_ base: CSpecifiers.Base) -> CScalar {
        if case .scalar(let scalar) = base { return scalar }
        return CSpecifiers.Base.plainCharacter
    }

    private func pointee(_ specifiers: CSpecifiers, _ depth: Int) throws(CSignatureError) -> CType {
        let base = try specifiers.base()
        switch (base, depth) {
        case (.void, 0): throw error("an argument cannot be void; write (void) alone for a function without arguments")
        case (.void, 1): throw error("a void * does not say what lies behind it: write const char *, const uint32_t * or double *")
        case (.character, 1):
            guard specifiers.isConstant else { throw error("text is given as const char *, and may not be written to") }
            return .text
        case (_, 0): return .scalar(scalar(base))
        case (_, 1): return .pointer(scalar(base), isConstant: specifiers.isConstant)
        default: throw error("a pointer to a pointer cannot be passed")
        }
    }

    // MARK: Tokens

    private var peek: CToken? { position < tokens.count ? tokens[position] : nil }

    private mutating func take(_ symbol: String) -> Bool {
        guard peek?.text == symbol else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String, _ message: String) throws(CSignatureError) {
        guard take(symbol) else { throw error(message) }
    }

    /// At the token that comes next.
    private func error(_ message: String) -> CSignatureError {
        let end = tokens.last.map { $0.column + $0.text.utf8.count } ?? 1
        return CSignatureError(message, column: peek?.column ?? end)
    }
}
