import Glibc
import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// What a plain function is given, and what is made of what it gives back.
@Suite struct FunctionCallTests {
    private static let float: JSONValue = ["name": "x", "type": "float", "low": -1e9, "high": 1e9]

    private static func int(_ low: Int64, _ high: Int64, _ name: String = "x") -> JSONValue {
        ["name": .string(name), "type": "int", "low": .integer(low), "high": .integer(high)]
    }

    static let integers: [(type: String, low: Int64, high: Int64)] = [
        ("char", 0, 127), ("signed char", -128, 127), ("unsigned char", 0, 255), ("short", -32768, 32767), ("unsigned short", 0, 65535),
        ("int", -1 << 31, 1 << 31 - 1), ("unsigned", 0, 1 << 32 - 1), ("long", -1 << 53, 1 << 53), ("unsigned long", 0, 1 << 53),
        ("long long", -1 << 53, 1 << 53), ("unsigned long long", 0, 1 << 53), ("int8_t", -128, 127), ("uint8_t", 0, 255),
        ("int16_t", -32768, 32767), ("uint16_t", 0, 65535), ("int32_t", -1 << 31, 1 << 31 - 1), ("uint32_t", 0, 1 << 32 - 1),
        ("int64_t", -1 << 53, 1 << 53), ("uint64_t", 0, 1 << 53), ("size_t", 0, 1 << 53),
    ]

    @Test(arguments: integers) func integersOfEveryWidthArriveAndComeBack(type: String, low: Int64, high: Int64) throws {
        let name = type.replacing(" ", with: "_")
        let echo = try FunctionBench("double echo_\(name)(\(type) x)", ["parameters": [Self.int(low, high)]])
        let give = try FunctionBench("\(type) give_\(name)(double x)", ["parameters": [Self.int(low, high)], "returns": "metric:value"])
        for value in [low, low + 1, 0, 1, high - 1, high] {
            #expect(echo.run([.integer(value)]).metrics == [Double(value)])
            #expect(give.run([.integer(value)]).metrics == [Double(value)])
        }
    }

    @Test(arguments: ["float", "double"]) func floatsArriveAndComeBack(type: String) throws {
        let echo = try FunctionBench("double echo_\(type)(\(type) x)", ["parameters": [Self.float]])
        let give = try FunctionBench("\(type) give_\(type)(double x)", ["parameters": [Self.float]])
        for value in [-1e9, -0.125, 0, 1.5, 1_048_576] {
            #expect(echo.run([.float(value)]).metrics == [value])
            #expect(give.run([.float(value)]).metrics == [value])
        }
        let third = type == "float" ? Double(Float(1.0 / 3)) : 1.0 / 3
        #expect(echo.run([.float(1.0 / 3)]).metrics == [third])
    }

    @Test func whatTheFunctionReturnsIsHandedOnAsItIs() throws {
        let give = try FunctionBench("float give_float(double x)", ["parameters": [Self.float]])
        let result = give.run([.float(.infinity)])
        #expect(result.code == 0 && result.metrics == [.infinity] && result.nonce == 1 && !result.endedInTrain)
        #expect(give.run([.float(.nan)]).metrics[0]?.isNaN == true)
    }

    @Test func argumentsOfAllKindsKeepTheirPlaces() throws {
        let types = [
            "double", "int8_t", "float", "uint16_t", "double", "int64_t", "bool", "float", "uint32_t", "double", "short", "double",
            "unsigned char", "double", "float", "long", "double", "double", "int", "double",
        ]
        let names = types.indices.map { "p\($0)" }
        let parameters = zip(types, names).map { type, name -> JSONValue in
            switch type {
            case "double", "float": ["name": .string(name), "type": "float", "low": 0, "high": 100]
            case "bool": ["name": .string(name), "type": "bool"]
            default: Self.int(0, 100, name)
            }
        }
        let list = zip(types, names).map { "\($0) \($1)" }.joined(separator: ", ")
        let bench = try FunctionBench("double mixed(\(list))", ["parameters": .array(parameters)])
        var values: [ParameterValue?] = []
        var expected = 0.0
        for (place, type) in types.enumerated() {
            let number = type == "bool" ? 1 : 3 + place
            expected += Double((place + 1) * number)
            switch type {
            case "double", "float": values.append(.float(Double(number)))
            case "bool": values.append(.category(1))
            default: values.append(.integer(Int64(number)))
            }
        }
        #expect(bench.run(values).metrics == [expected])
    }

    // MARK: Categories, texts and inactive parameters

    private static let sizes: JSONValue = ["name": "x", "type": "ordinal", "choices": [16, 32, 64]]

    @Test func aCategoryIsItsIndexItsNumberOrItsText() throws {
        let index = try FunctionBench("double echo_int(int x)", ["parameters": [Self.sizes]])
        let number = try FunctionBench("double echo_float(float x)", ["parameters": [Self.sizes]])
        let text = try FunctionBench("double length(const char *x)", ["parameters": [["name": "x", "type": "categorical", "choices": ["rbf", "linear"]]]])
        let flag = try FunctionBench("double echo_bool(bool x)", ["parameters": [["name": "x", "type": "bool"]]])
        #expect((0..<3).map { index.run([.category($0)]).metrics[0] } == [0, 1, 2])
        #expect((0..<3).map { number.run([.category($0)]).metrics[0] } == [16, 32, 64])
        #expect((0..<2).map { text.run([.category($0)]).metrics[0] } == [3, 6])
        #expect((0..<2).map { flag.run([.category($0)]).metrics[0] } == [0, 1])
    }

    @Test func everyParameterHasAText() throws {
        let bench = try FunctionBench(
            "double texts(const char *kernel, const char *rate, const char *depth, const char *flag, const char *target)",
            [
                "parameters": [
                    ["name": "kernel", "type": "categorical", "choices": ["poly", "rbf"]], ["name": "rate", "type": "float", "low": 0, "high": 1],
                    Self.int(-9, 9, "depth"), ["name": "flag", "type": "bool"],
                ],
                "arguments": ["target": "config:target"], "config": [["name": "target"]],
            ], config: ["target": "digit"])
        #expect(bench.run([.category(1), .float(0.125), .integer(-7), .category(1)]).metrics == [1])
        #expect(bench.run([.category(0), .float(0.125), .integer(-7), .category(1)]).metrics == [0])
    }

    @Test func inactiveParametersAreZeroOrEmpty() throws {
        let number = try FunctionBench("double echo_double(double x)", ["parameters": [Self.float]])
        let text = try FunctionBench("double length(const char *x)", ["parameters": [Self.float]])
        let category = try FunctionBench("double echo_float(float x)", ["parameters": [Self.sizes]])
        for bench in [number, text, category] { #expect(bench.run([nil]).metrics == [0]) }
    }

    @Test func aConfigKeyThatTheStudyDoesNotNameIsEmpty() throws {
        let bench = try FunctionBench("double length(const char *target)", ["arguments": ["target": "config:target"]])
        #expect(bench.run().metrics == [0])
    }

    @Test func theDataFileIsGivenAndAskedFor() throws {
        let keys: [String: JSONValue] = ["arguments": ["path": "data"]]
        #expect(try FunctionBench("double length(const char *path)", keys, data: "/a/b.csv").run().metrics == [8])
        let error = try #require(throws: PluginError.self) { try FunctionBench("double length(const char *path)", keys) }
        #expect(error.code == .create && error.message.contains("--data"))
    }

    @Test(arguments: [[], [.float(1), .float(2)], [.integer(1)], [.category(0)]] as [[ParameterValue?]])
    func aConfigurationThatDoesNotFitFailsTheRun(values: [ParameterValue?]) throws {
        let bench = try FunctionBench("double echo_double(double x)", ["parameters": [Self.float]])
        let result = bench.run(values)
        #expect(result.code < 0 && !result.text.isEmpty && result.metrics == [nil])
    }

    @Test func aCategoryThatIsNoneFailsTheRun() throws {
        let bench = try FunctionBench("double echo_int(int x)", ["parameters": [Self.sizes]])
        for category in [-1, 3, .max] { #expect(bench.run([.category(category)]).code < 0) }
    }

    // MARK: Results

    @Test(arguments: [(0, ""), (1, ""), (2, ""), (3, ""), (4, "status returned 4"), (-3, "status returned -3")])
    func aStatusIsHandedOn(code: Int64, text: String) throws {
        let bench = try FunctionBench(
            "int status(int x, double *value)", ["parameters": [Self.int(-9, 9)], "arguments": ["value": "metric:value"]])
        let result = bench.run([.integer(code)])
        #expect(result.code == Int32(code) && result.text == text && result.metrics == [code == 0 ? 0.5 : nil])
    }

    @Test func outPointersGiveSeveralMetrics() throws {
        let bench = try FunctionBench(
            "int two(double x, double *loss, float *size)",
            [
                "parameters": [Self.float], "metrics": [["name": "size"], ["name": "loss"]],
                "arguments": ["loss": "metric:loss", "size": "metric:size"],
            ])
        #expect(bench.run([.float(0.5)]).metrics == [0.25, 0.25])
        // What the function leaves alone has no value, also not that of the run before.
        #expect(bench.run([.float(3)]).metrics == [nil, 9])
        #expect(bench.run([.float(.nan)]).metrics[1]?.isNaN == true)
    }

    @Test func theCircumstancesOfTheRunArrive() throws {
        let names = ["seed", "short_seed", "budget", "epochs", "trial", "fold", "folds"]
        let roles: [String: JSONValue] = [
            "seed": "seed", "short_seed": "seed", "budget": "budget", "epochs": "budget", "trial": "trial", "fold": "fold", "folds": "folds",
        ]
        let outs = names.map { ("out_\($0)", JSONValue.string("metric:\($0)")) }
        let list = "uint64_t seed, int32_t short_seed, double budget, int epochs, int64_t trial, int fold, int folds, "
        let words = FoldsLayout.words([([0], [1]), ([1], [0])])
        try words.withUnsafeBufferPointer { memory in
            let bench = try FunctionBench(
                "void circumstances(\(list)\(names.map { "double *out_\($0)" }.joined(separator: ", ")))",
                [
                    "metrics": .array(names.map { ["name": .string($0)] }),
                    "arguments": .object(roles.merging(outs) { first, _ in first }),
                    "fidelity": ["name": "epochs", "low": 1, "high": 81],
                ], folds: try #require(FoldsLayout.folds(in: memory)))
            let seed: UInt64 = 0xFEDC_BA98_F654_3210
            let full = bench.run(seed: seed, fold: 1, folds: 2)
            #expect(full.metrics == [Double(0xFEDC_BA98), Double(0x7654_3210), 81, 81, 5, 1, 2])
            #expect(bench.run(seed: seed, budget: 2.5).metrics[2...3] == [2.5, 3])
        }
    }

    // MARK: Rows

    private static let rowRoles: JSONValue = [
        "train": "train_rows", "n": "train_count", "evaluate": "evaluate_rows", "m": "evaluate_count",
    ]
    private static let rows = "double rows(const uint32_t *train, size_t n, const uint32_t evaluate[], int m)"

    @Test func theRowsOfTheFoldArrive() throws {
        let words = FoldsLayout.words([([0, 1], [2]), ([3, 4, 5], [6, 7])])
        try words.withUnsafeBufferPointer { memory in
            let folds = try #require(FoldsLayout.folds(in: memory))
            let bench = try FunctionBench(Self.rows, ["arguments": Self.rowRoles, "dataset": ["rows": 8]], folds: folds)
            #expect(try bench.host.dataset() == DatasetDescription(rows: 8))
            #expect(bench.run(fold: 0, folds: 2).metrics == [1002])
            #expect(bench.run(fold: 1, folds: 2).metrics == [12013])
            #expect(bench.run(fold: 2, folds: 3).code < 0)
            let without = bench.run()
            #expect(without.code < 0 && without.text.contains("--data"))
        }
    }

    @Test(arguments: [
        ("a,b\n1,2\n3,4\n", 2), ("a,b\r\n1,2\r\n\r\n3,4", 2), ("\n\nhead\none\n", 1), ("head\n" + String(repeating: "row\n", count: 5000), 5000),
    ])
    func linesOfTheDataFileAreRows(content: String, rows: Int) throws {
        let folder = TestPlugins.temporaryDirectory()
        defer { rmdir(folder) }
        let path = folder + "/data.csv"
        let file = try #require(fopen(path, "w"))
        fputs(content, file)
        fclose(file)
        defer { unlink(path) }
        let bench = try FunctionBench(Self.rows, ["arguments": Self.rowRoles, "dataset": ["rows": "lines"]], data: path)
        #expect(try bench.host.dataset() == DatasetDescription(rows: rows))
    }

    @Test func aFileWithoutRecordsHasNoRows() throws {
        let bench = try FunctionBench(Self.rows, ["arguments": Self.rowRoles, "dataset": ["rows": "lines"]], data: "/dev/null")
        let error = try #require(throws: PluginError.self) { try bench.host.dataset() }
        #expect(error.code == .create && error.message.contains("0 lines"))
    }

    @Test func aFunctionWithoutDataSaysNothingOfRows() throws {
        #expect(try FunctionBench("double echo_double(double x)", ["parameters": [Self.float]]).host.dataset() == nil)
    }
}
