import Testing
import TunedPlugins
import TunedTestSupport

@Suite struct CSignatureTests {
    static let scalars: [(text: String, scalar: CScalar)] = [
        ("signed char", .signed8), ("unsigned char", .unsigned8), ("short", .signed16), ("short int", .signed16),
        ("unsigned short", .unsigned16), ("int", .signed32), ("signed", .signed32), ("signed int", .signed32), ("unsigned", .unsigned32),
        ("unsigned int", .unsigned32), ("long", .signed64), ("unsigned long", .unsigned64), ("long unsigned int", .unsigned64),
        ("long long", .signed64), ("long long int", .signed64), ("unsigned long long", .unsigned64), ("int long unsigned long", .unsigned64),
        ("int8_t", .signed8), ("uint8_t", .unsigned8), ("int16_t", .signed16), ("uint16_t", .unsigned16), ("int32_t", .signed32),
        ("uint32_t", .unsigned32), ("int64_t", .signed64), ("uint64_t", .unsigned64), ("size_t", .unsigned64), ("ssize_t", .signed64),
        ("ptrdiff_t", .signed64), ("intptr_t", .signed64), ("uintptr_t", .unsigned64), ("bool", .boolean), ("_Bool", .boolean),
        ("float", .float), ("double", .double), ("const double", .double), ("double const", .double),
    ]

    @Test(arguments: scalars) func everyNumberIsKnownByItsNames(text: String, scalar: CScalar) throws {
        #expect(try CSignature(parsing: "double f(\(text) x)").arguments[0].type == .scalar(scalar))
        #expect(try CSignature(parsing: "double f(\(text))").arguments[0].type == .scalar(scalar))
        #expect(try CSignature(parsing: "\(text) f(void)").returns == .scalar(scalar))
    }

    @Test(arguments: [
        ("const char *x", CType.text), ("char const *x", .text), ("const char*const x", .text), ("const char x[]", .text),
        ("const uint32_t *x", .pointer(.unsigned32, isConstant: true)), ("const unsigned x[12]", .pointer(.unsigned32, isConstant: true)),
        ("const int32_t *restrict x", .pointer(.signed32, isConstant: true)), ("const double *", .pointer(.double, isConstant: true)),
        ("double *x", .pointer(.double, isConstant: false)), ("float *", .pointer(.float, isConstant: false)),
        ("double x[]", .pointer(.double, isConstant: false)),
        ("int32_t (*x)(int64_t step, double value)", .function(returns: .scalar(.signed32), arguments: [.scalar(.signed64), .scalar(.double)])),
        ("int32_t (*)(int64_t, double)", .function(returns: .scalar(.signed32), arguments: [.scalar(.signed64), .scalar(.double)])),
        ("void (*x)(int, float)", .function(returns: .void, arguments: [.scalar(.signed32), .scalar(.float)])),
        ("bool(*x)(void)", .function(returns: .scalar(.boolean), arguments: [])),
    ])
    func pointersAreKnown(text: String, type: CType) throws {
        #expect(try CSignature(parsing: "double f(\(text))").arguments[0].type == type)
    }

    @Test func aWholeDeclarationIsRead() throws {
        let signature = try CSignature(
            parsing: "extern double\n train ( double rate , int,\tconst char * kernel,int32_t(*report)(int64_t,double), double *size ) ;")
        #expect(signature.name == "train")
        #expect(signature.returns == .scalar(.double))
        #expect(signature.arguments.map(\.name) == ["rate", "a2", "kernel", "report", "size"])
        #expect(signature.arguments.map(\.spelling) == [
            "double", "int", "const char *", "int32_t (*)(int64_t, double)", "double *",
        ])
    }

    @Test(arguments: ["void f(void)", "void f()", "double f(void);"]) func aFunctionMayTakeNothing(text: String) throws {
        #expect(try CSignature(parsing: text).arguments.isEmpty)
    }

    @Test func asManyArgumentsAsAreAllowed() throws {
        let list = { (count: Int) in [String](repeating: "double", count: count).joined(separator: ", ") }
        #expect(try CSignature(parsing: "double f(\(list(64)))").arguments.count == 64)
        #expect(throws: CSignatureError.self) { try CSignature(parsing: "double f(\(list(65)))") }
    }

    @Test(arguments: [
        ("int printf(const char *format, ...)", "variable arguments", 32), ("double f(...)", "variable arguments", 10),
        ("double f(struct point p)", "struct", 10), ("double f(const union u *x)", "union", 16), ("struct point f(double x)", "struct", 1),
        ("double f(enum kind k)", "int for an enum", 10), ("double f(long double x)", "take a double", 10), ("long double f(void)", "double", 1),
        ("double f(double _Complex z)", "complex", 17), ("double complex f(double)", "complex", 8),
        ("double f(gsl_vector v)", "no type that is known", 10), ("double f(uint23_t v)", "did you mean uint32_t?", 10),
        ("double f(double x) { return x; }", "not the function's body", 20), ("double f(double x) + 1", "\"+\" has no place", 20),
        ("double f(double x) g", "nothing may follow", 20), ("static double f(double x)", "no symbol", 1),
        ("inline double f(double x)", "no symbol", 1), ("typedef double f(double)", "no typedef", 1),
        ("double *f(double x)", "returns a pointer", 9), ("const char *f(void)", "returns a pointer", 13),
        ("double f(void x)", "cannot be void", 16), ("double f(double x, void)", "cannot be void", 24),
        ("double f(void *x)", "does not say what lies behind it", 17), ("double f(char *x)", "const char *", 17),
        ("double f(const char **x)", "pointer to a pointer", 24), ("double f(double x[2][3])", "array of arrays", 21),
        ("double f(double &x)", "no references", 17), ("double f(double x, double x)", "two arguments are named x", 20),
        ("double f(double double x)", "no type", 10), ("double f(unsigned double x)", "no type", 10), ("double f(int char x)", "no type", 10),
        ("double f(long long long x)", "no type", 10), ("double f(signed unsigned x)", "no type", 10), ("double f(short long x)", "no type", 10),
        ("double f(volatile double x)", "volatile", 10), ("double f(double x", "a comma or )", 18), ("double f(double x,", "ends where a type should be", 19),
        ("double f(", "ends where a type should be", 10), ("double f", "argument list", 9), ("double", "name", 7), ("", "ends where a type should be", 1),
        ("f(double x)", "no type that is known", 1), ("double (*f)(double)", "name", 8), ("double f(int32_t report(int))", "pointer to a function", 24),
        ("double f(double (*g)(double (*)(double)))", "no callbacks of its own", 29), ("double f(double *(*g)(double))", "integer or nothing", 18),
        ("double f(double, ,)", "a type should be here", 18), ("double 7f(double x)", "name", 8), ("doublé f(double x)", "byte 195", 6),
        ("double f(\"x\")", "\"\"\" has no place", 10), ("double f(double x = 1)", "a comma or )", 19),
        ("double f(unsigned long int signed int long x)", "too many words", 39),
    ])
    func whatCannotBeCalledIsRefusedWithItsPlace(text: String, says: String, column: Int) throws {
        let error = try #require(throws: CSignatureError.self) { try CSignature(parsing: text) }
        #expect(error.message.contains(says), "\(error)")
        #expect(error.column == column, "\(error)")
    }

    @Test func textWithoutEndIsRefused() {
        for piece in ["(", "*", "const ", "double f(double (*g)(", "int ", "a", "\0", ","] {
            let text = String(repeating: piece, count: 4096 / piece.utf8.count)
            #expect(throws: CSignatureError.self) { try CSignature(parsing: text) }
            #expect(throws: CSignatureError.self) { try CSignature(parsing: text + text) }
        }
    }

    /// Pieces of C in any order, and bytes in any order: an answer, and nothing else.
    @Test(arguments: 0..<8) func anyBytesAreAnswered(part: UInt64) {
        let pieces = [
            "double", "int", "const", "char", "*", "(", ")", ",", "f", "x", "...", "[", "]", ";", "void", "unsigned", "long", "uint32_t",
            "(*g)(", "struct", " ", "\n", "9", "{", "é", "restrict", "bool",
        ]
        var random = SeededGenerator(seed: 0xC516 + part)
        var read = 0
        for round in 0..<4000 {
            var text = ""
            if round % 2 == 0 {
                for _ in 0..<Int.random(in: 0...24, using: &random) { text += pieces.randomElement(using: &random)! + " " }
            } else {
                let bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                text = String(decoding: bytes, as: UTF8.self)
            }
            if let signature = try? CSignature(parsing: "double f(" + text) {
                read += 1
                #expect(signature.arguments.count <= 64 && signature.name == "f")
            }
            _ = try? CSignature(parsing: text)
        }
        #expect(read > 0, "seed \(0xC516 + part)")
    }
}
