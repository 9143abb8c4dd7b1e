import TunedPlugins
import TunedSpace

extension FuzzTarget {
    private static let declarations = [
        "double pow(double x, double y)",
        "double f(double rate, int32_t depth, const char *kernel, uint64_t seed, int32_t (*report)(int64_t step, double value), double *size);",
        "int g(const uint32_t *rows, size_t n, const unsigned long int m[], bool(*stop)(void), float*, char const *const text)",
        "extern void h(void)",
    ]
    private static let pieces = [
        "double", "int", "unsigned", "long", "short", "char", "const", "void", "bool", "size_t", "uint8_t", "struct s", "...", "*", "(", ")",
        "(*)(", "[]", "[9]", ",", ";", "{", "x", " ", "\"", ":", "}", "_Complex", "restrict", "\0",
    ]

    /// Declarations of C functions. What is accepted is written and read again as the same types.
    static let signature = FuzzTarget(
        name: "signature",
        mutator: { Mutator(seed: $0, samples: declarations.map { Array($0.utf8) }, words: pieces) },
        makeRun: {
            { bytes in
                guard let signature = try? CSignature(parsing: String(decoding: bytes, as: UTF8.self)) else { return nil }
                guard signature.arguments.count <= CSignature.argumentLimit else { return "\(signature.arguments.count) arguments" }
                let text = "\(signature.returnSpelling) \(signature.name)(\(signature.arguments.map(\.spelling).joined(separator: ", ")))"
                guard let again = try? CSignature(parsing: text) else { return "what it wrote cannot be read: \(text)" }
                return again.arguments.map(\.type) == signature.arguments.map(\.type) && again.returns == signature.returns
                    ? nil : "what it wrote is read as other types: \(text)"
            }
        })

    /// Sidecars of libraries. A function that is accepted has a role for every argument.
    static let sidecar = FuzzTarget(
        name: "sidecar",
        mutator: { seed in
            let common = #""parameters":[{"name":"x","type":"float","low":0,"high":1},{"name":"k","type":"categorical","choices":["a","b"]}],"metrics":[{"name":"m"},{"name":"s"}]"#
            let samples = [
                #"{"id":"f","function":"double f(double x, const char *k, double *s, uint64_t seed)","arguments":{"s":"metric:s","seed":"seed"},"returns":"metric:m",\#(common)}"#,
                #"{"plugin":"p","version":"1","trainables":[{"id":"g","function":"int g(float x, int k, const uint32_t *r, size_t n, double *m, float *s)","arguments":{"r":"train_rows","n":"train_count","m":"metric:m","s":"metric:s"},"dataset":{"rows":"lines"},\#(common)}]}"#,
                #"{"id":"h","function":"void h(double x, int k, double b, int32_t (*r)(int64_t, double), int (*t)(void), double *m, double *s)","arguments":{"b":"budget","r":"report:s","t":"should_stop","m":"metric:m","s":"metric:s"},"fidelity":{"name":"e","low":1,"high":9},\#(common)}"#,
            ]
            let words = [
                #""function":"#, #""arguments":{"#, #""returns":"status""#, #""dataset":{"rows":9}"#, #""config:c""#, #""trial""#, #""folds""#, #""data""#,
                #""evaluate_rows""#, #""type":"int""#, #""low":-1"#, "1e300", "null", #""abi":"plugin""#, #""trainables":["#,
            ]
            return Mutator(seed: seed, samples: samples.map { Array($0.utf8) }, words: words + pieces)
        },
        makeRun: {
            { bytes in
                guard let json = try? JSONValue(parsing: bytes), let sidecar = try? Sidecar(json, path: "fuzz.json"), sidecar.kind == .functions
                else { return nil }
                for item in json["trainables"]?.arrayValue ?? [json] {
                    guard let declaration = try? FunctionDeclaration(item) else { continue }
                    guard declaration.roles.count == declaration.signature.arguments.count else { return "an argument without a role" }
                }
                return nil
            }
        })
}
