import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// What a sidecar may say of a function, and what it may not.
@Suite struct FunctionDeclarationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var function: String
        var keys: [String: JSONValue]
        /// Parts of the message.
        var says: [String]
        var testDescription: String { "\(function): \(says[0])" }

        init(_ function: String, _ keys: [String: JSONValue], _ says: String...) {
            self.function = function
            self.keys = keys
            self.says = says
        }
    }

    private static let float: JSONValue = ["name": "x", "type": "float", "low": 0, "high": 1]
    private static let kernel: JSONValue = ["name": "x", "type": "categorical", "choices": ["rbf", "poly"]]
    private static let fidelity: JSONValue = ["name": "epochs", "low": 1, "high": 9]

    private static func int(_ low: Int64, _ high: Int64) -> JSONValue {
        ["name": "x", "type": "int", "low": .integer(low), "high": .integer(high)]
    }

    static let wrong = [
        Case("double f(double y)", ["parameters": [float]], "argument 1 (double y) has no role", "\"arguments\": {\"y\": ROLE}"),
        Case("double f(double x)", [:], "argument 1 (double x) has no role"),
        Case("double f(void)", ["parameters": [float]], "parameter \"x\" goes to no argument"),
        Case("double f(double y)", ["parameters": [float], "arguments": ["y": "parameter:xx"]], "no parameter \"xx\"", "did you mean \"x\"?"),
        Case("double f(double y)", ["parameters": [float], "arguments": ["y": "seeds"]], "\"seeds\" is no role", "did you mean \"seed\"?"),
        Case("double f(double y)", ["parameters": [float], "arguments": ["y": 3]], "the role of argument 1 (double y) is 3"),
        Case("double f(double x)", ["parameters": [float], "arguments": ["z": "seed"]], "arguments names \"z\"", "It has: x"),
        Case("double f(double x)", ["parameters": [float], "arguments": ["x"]], "arguments is a map"),
        Case("double f(int x)", ["parameters": [float]], "argument 1 (int x) takes parameter \"x\", which is a float"),
        Case("double f(const uint32_t *x)", ["parameters": [float]], "make it a number, or const char *"),
        Case("double f(int8_t x)", ["parameters": [int(0, 128)]], "from 0 to 128, which does not fit", "wider type"),
        Case("double f(unsigned x)", ["parameters": [int(-1, 1)]], "from -1 to 1, which does not fit"),
        Case("double f(float x)", ["parameters": [int(0, 1 << 25)]], "which does not fit"),
        Case("double f(bool x)", ["parameters": [int(0, 2)]], "which does not fit"),
        Case("double f(double x)", ["parameters": [kernel]], "whose choices are not all numbers", "const char *"),
        Case("double f(bool x)", ["parameters": [["name": "x", "type": "ordinal", "choices": [1, 2, 3]]]], "index of one of 3 choices"),
        Case("double f(double s)", ["arguments": ["s": "seed"]], "is given the seed: make it uint64_t"),
        Case("double f(bool s)", ["arguments": ["s": "seed"]], "is given the seed"),
        Case("double f(double b)", ["arguments": ["b": "budget"]], "no \"fidelity\""),
        Case("double f(const char *b)", ["arguments": ["b": "budget"], "fidelity": fidelity], "is given the budget: make it double"),
        Case("double f(double b)", ["arguments": ["b": "fold"]], "is given a fold"),
        Case("double f(double b)", ["arguments": ["b": "trial"]], "is given the trial's number"),
        Case("double f(double b)", ["arguments": ["b": "data"]], "make it const char *"),
        Case("double f(int b)", ["arguments": ["b": "config:target"]], "make it const char *"),
        Case("double f(const char *b)", ["arguments": ["b": "config:target"], "config": [["name": "goal"]]], "no key \"target\""),
        Case("double f(const double *r)", ["arguments": ["r": "train_rows"], "dataset": ["rows": 9]], "make it const uint32_t *"),
        Case("double f(uint32_t *r)", ["arguments": ["r": "train_rows"], "dataset": ["rows": 9]], "make it const uint32_t *"),
        Case("double f(const uint32_t *r)", ["arguments": ["r": "evaluate_rows"]], "add \"dataset\""),
        Case("double f(size_t n)", ["arguments": ["n": "train_count"]], "add \"dataset\""),
        Case("double f(uint16_t n)", ["arguments": ["n": "train_count"], "dataset": ["rows": 9]], "too narrow"),
        Case("double f(size_t n)", ["arguments": ["n": "train_count"], "dataset": ["rows": 0]], "dataset.rows is 0"),
        Case("double f(size_t n)", ["arguments": ["n": "train_count"], "dataset": ["rows": "all"]], "dataset.rows is \"all\""),
        Case("double f(size_t n)", ["arguments": ["n": "train_count"], "dataset": 9], "dataset is {"),
        Case("double f(int32_t (*r)(int64_t))", ["arguments": ["r": "report"]], "int32_t (*report)(int64_t step, double value)"),
        Case("double f(int32_t (*r)(double, double))", ["arguments": ["r": "report"]], "int32_t (*report)"),
        Case("double f(double (*r)(int64_t, double))", ["arguments": ["r": "report"]], "int32_t (*report)"),
        Case("double f(int r)", ["arguments": ["r": "report"]], "int32_t (*report)"),
        Case("double f(int32_t (*r)(int64_t, double))", ["arguments": ["r": "report:lost"]], "no metric \"lost\""),
        Case("double f(void (*s)(void))", ["arguments": ["s": "should_stop"]], "int32_t (*should_stop)(void)"),
        Case("double f(int (*s)(int))", ["arguments": ["s": "should_stop"]], "int32_t (*should_stop)(void)"),
        Case("int f(const double *v)", ["arguments": ["v": "metric:value"]], "double * or float *"),
        Case("int f(double v)", ["arguments": ["v": "metric:value"]], "double * or float *"),
        Case("double f(double *v)", ["arguments": ["v": "metric:value"]], "metric \"value\" is given twice"),
        Case("void f(void)", [:], "metric \"value\" comes from nowhere"),
        Case("int f(void)", [:], "metric \"value\" comes from nowhere", "\"returns\": \"metric:value\""),
        Case("bool f(void)", [:], "comes from nowhere"),
        Case("void f(int32_t (*r)(int64_t, double))", ["arguments": ["r": "report"]], "no metric has a value when the function returns"),
        Case("double f(void)", ["metrics": [["name": "value"], ["name": "size"]]], "metric \"size\" comes from nowhere"),
        Case("double f(void)", ["returns": "metric:lost"], "returns: the schema has no metric \"lost\""),
        Case("double f(void)", ["returns": "value"], "returns is \"value\"; it is \"metric:NAME\", \"status\" or \"none\""),
        Case("double f(double *v)", ["returns": "status", "arguments": ["v": "metric:value"]], "which is no status"),
        Case("void f(void)", ["returns": "metric:value"], "which is no metric's value"),
        Case("bool f(void)", ["returns": "metric:value"], "which is no metric's value"),
        Case("double f(double x, ...)", ["parameters": [float]], "function \"double f(double x, ...)\", column 20", "variable arguments"),
        Case("double echo_double(double x)", ["parameters": [float], "argument": [:]], "argument", "unknown key", "function, arguments"),
        Case("double echo_double(double x)", ["parameters": [["name": "x", "type": "float", "low": 1, "high": 0]]], "low"),
        Case("double echo_double(double x)", ["parameters": [float], "id": "Wrong Id"], "id"),
        Case("double echo_double(double x)", ["parameters": [float], "plugin": "Wrong"], "the id of the plugin is \"Wrong\""),
    ]

    @Test(arguments: wrong) func whatDoesNotFitIsRefusedWithItsReason(wrong: Case) throws {
        let error = try #require(throws: PluginError.self) { try FunctionBench.library(wrong.function, wrong.keys) }
        #expect(error.code == .malformed)
        for part in wrong.says { #expect(error.message.contains(part), "\(error)") }
        #expect(error.message.contains("functions_abi.so"))
    }

    @Test(arguments: fitting) func whatFitsIsTaken(function: String, parameter: JSONValue) throws {
        #expect(throws: Never.self) { try FunctionBench.library(function, ["parameters": [parameter]]) }
    }

    static let fitting: [(function: String, parameter: JSONValue)] = [
        ("double echo_float(float x)", float), ("double echo_int8_t(int8_t x)", int(-128, 127)), ("double echo_float(float x)", int(0, 1 << 24)),
        ("double echo_bool(bool x)", int(0, 1)), ("double echo_bool(bool x)", ["name": "x", "type": "bool"]),
        ("double echo_int(int x)", ["name": "x", "type": "bool"]), ("double echo_double(double x)", ["name": "x", "type": "bool"]),
        ("double echo_int(int x)", kernel), ("double length(const char *x)", kernel), ("double length(const char *x)", float),
        ("double echo_double(double x)", ["name": "x", "type": "ordinal", "choices": [1, 2.5, true]]),
    ]

    @Test func thePluginTellsOfItself() throws {
        let library = try FunctionBench.library(
            "double echo_double(double x)", ["id": "echo", "parameters": [Self.float], "deterministic": true, "version": "1.2", "description": "x"])
        #expect(library.plugin.id == "echo")
        #expect(library.plugin.version == "1.2")
        #expect(library.plugin.trainables.map(\.id) == ["echo"])
        #expect(library.plugin.trainables[0].flags == 2)
        let schema = try Schema(parsing: library.plugin.trainables[0].schemaJSON)
        #expect(schema.description == "x" && schema.isDeterministic && schema.space.count == 1)
    }

    // MARK: Several functions

    private func several(_ keys: [String: JSONValue]) throws(PluginError) -> FunctionLibrary {
        try FunctionLibrary(path: TestPlugins.path("functions_abi"), sidecar: try Sidecar(.object(keys), path: "several.json"))
    }

    private func echo(_ id: String) -> JSONValue {
        ["id": .string(id), "function": "double echo_double(double x)", "parameters": [Self.float], "metrics": [["name": "value"]]]
    }

    @Test func aFileMayDeclareSeveral() throws {
        let library = try several(["plugin": "both", "version": "2", "trainables": [echo("one"), echo("two")]])
        #expect(library.plugin.id == "both")
        #expect(library.plugin.trainables.map(\.id) == ["one", "two"])
    }

    @Test func severalNeedANameAndDifferentIDs() throws {
        let cases: [([String: JSONValue], String)] = [
            (["trainables": [echo("one"), echo("two")]], "\"plugin\" is missing"),
            (["plugin": "p", "trainables": [echo("one"), echo("one")]], "unique"),
            (["plugin": "p", "trainables": [echo("one"), ["id": "two"]]], "\"function\" is missing"),
            (["plugin": "p", "trainables": []], "1 to 256"),
            (["plugin": "p", "trainables": [echo("one")], "metrics": []], "the key \"metrics\" is unknown"),
        ]
        for (keys, says) in cases {
            let error = try #require(throws: PluginError.self) { try several(keys) }
            #expect(error.message.contains(says), "\(error)")
        }
    }

    // MARK: Symbols

    @Test(arguments: [
        ("functions_abi", "double echo_dobule(double x)", "did you mean echo_double?"), ("functions_abi", "double constant(double x)", "is a variable"),
        ("functions_abi", "double hidden(double x)", "exports no function hidden"), ("functions_cxx", "double mangled(double x)", "extern \"C\""),
        ("functions_cxx", "double nothing_like_it(double x)", "it exports "),
    ])
    func aMissingFunctionIsNamed(library: String, function: String, says: String) throws {
        let error = try #require(throws: PluginError.self) {
            try FunctionBench.library(function, ["parameters": [Self.float]], library: library)
        }
        #expect(error.code == .missingSymbol)
        #expect(error.message.contains(says), "\(error)")
    }
}
