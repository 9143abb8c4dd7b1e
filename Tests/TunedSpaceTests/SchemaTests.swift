import Testing
import TunedSpace

@Suite struct SchemaTests {
    static let svm = """
        {"id": "svm", "description": "Support vectors", "deterministic": true,
         "parameters": [
           {"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": true, "default": 1, "description": "Price"},
           {"name": "degree", "type": "int", "low": 2, "high": 5, "when": {"kernel": "poly"}},
           {"name": "kernel", "type": "categorical", "choices": ["linear", "poly", "rbf"], "default": "rbf"},
           {"name": "gamma", "type": "float", "low": 0, "high": 1, "step": 0.25, "when": {"kernel": ["poly", "rbf"], "scale": true}},
           {"name": "size", "type": "ordinal", "choices": [1, 2.5, "big", false]},
           {"name": "scale", "type": "bool", "default": false}
         ],
         "metrics": [{"name": "error", "goal": "minimize"}, {"name": "f1", "goal": "maximize", "description": "F1"}],
         "fidelity": {"name": "epochs", "low": 1, "high": 81},
         "config": [{"name": "target", "required": true, "description": "Column"}]}
        """

    @Test func readsWhatTheGrammarDescribes() throws {
        let schema = try Schema(parsing: Self.svm)
        #expect(schema.id == "svm")
        #expect(schema.isDeterministic)
        #expect(schema.space.parameters.map(\.name) == ["C", "degree", "kernel", "gamma", "size", "scale"])
        #expect(schema.space.parameters[0].defaultValue == .float(1))
        #expect(schema.space.parameters[1].conditions == [Condition(parent: 2, values: [.category(1)])])
        #expect(schema.space.parameters[3].conditions.count == 2)
        #expect(schema.metrics[1].goal == .maximize)
        #expect(schema.fidelity?.high == 81)
        #expect(schema.config == [ConfigKey(name: "target", isRequired: true, description: "Column")])
    }

    @Test func writesWhatItReads() throws {
        let schema = try Schema(parsing: Self.svm)
        #expect(try Schema(json: schema.json) == schema)
        #expect(try Schema(parsing: schema.json.text(pretty: true)) == schema)
    }

    /// The schema of one parameter with other text in its place.
    static func schema(_ parameters: String, rest: String = #""metrics": [{"name": "m"}]"#) -> String {
        #"{"id": "s", "parameters": [\#(parameters)], \#(rest)}"#
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var text: String
        var code: SpaceError.Code
        /// Words that the error must tell.
        var tells: [String]
        var testDescription: String { "\(code): \(tells)" }
    }

    static let bad: [Bad] = [
        Bad(text: "{", code: .json, tells: ["line 1"]),
        Bad(text: "[]", code: .type, tells: ["a list"]),
        Bad(text: "{}", code: .missingKey, tells: ["\"id\""]),
        Bad(text: #"{"id": "a b", "parameters": []}"#, code: .name, tells: ["a b"]),
        Bad(text: #"{"id": "s", "parameters": []}"#, code: .missingKey, tells: ["metrics"]),
        Bad(text: #"{"id": "s", "metrics": [{"name": "m"}]}"#, code: .missingKey, tells: ["parameters"]),
        Bad(text: schema("", rest: #""metrics": [{"name": "m"}], "metric": 1"#), code: .unknownKey, tells: ["did you mean \"metrics\""]),
        Bad(text: schema("", rest: #""metrics": [{"name": "m", "goal": "min"}]"#), code: .type, tells: ["metrics[0].goal", "minimize"]),
        Bad(text: schema("", rest: #""metrics": [{"name": "m"}, {"name": "m"}]"#), code: .duplicate, tells: ["metrics[1]"]),
        Bad(text: schema(#"{"name": "x", "type": "float", "low": 0, "hihg": 1}"#), code: .missingKey, tells: ["high"]),
        Bad(
            text: schema(#"{"name": "x", "type": "float", "low": 0, "high": 1, "lgo": true}"#), code: .unknownKey,
            tells: ["parameters[0] \"x\".lgo", "did you mean \"log\""]),
        Bad(text: schema(#"{"name": "x", "type": "flaot", "low": 0, "high": 1}"#), code: .type, tells: ["did you mean \"float\""]),
        Bad(text: schema(#"{"name": "x", "low": 0, "high": 1}"#), code: .missingKey, tells: ["type"]),
        Bad(text: schema(#"{"name": "x", "type": "float", "low": 2, "high": 1}"#), code: .range, tells: ["\"x\".low", "2.0", "1.0"]),
        Bad(text: schema(#"{"name": "x", "type": "int", "low": 2, "high": 1}"#), code: .range, tells: ["low 2 is above high 1"]),
        Bad(text: schema(#"{"name": "x", "type": "int", "low": 0.5, "high": 1}"#), code: .type, tells: ["whole number"]),
        Bad(text: schema(#"{"name": "x", "type": "int", "low": 0, "high": 9223372036854775807}"#), code: .range, tells: ["2^53"]),
        Bad(text: schema(#"{"name": "x", "type": "float", "low": 0, "high": 1, "log": true}"#), code: .logarithm, tells: ["above zero"]),
        Bad(text: schema(#"{"name": "x", "type": "int", "low": -1, "high": 1, "log": true}"#), code: .logarithm, tells: ["-1"]),
        Bad(text: schema(#"{"name": "x", "type": "float", "low": 0, "high": 1, "step": 0}"#), code: .step, tells: ["step"]),
        Bad(text: schema(#"{"name": "x", "type": "int", "low": 0, "high": 1, "step": -1}"#), code: .step, tells: ["-1"]),
        Bad(text: schema(#"{"name": "x", "type": "categorical", "choices": []}"#), code: .choices, tells: ["choices"]),
        Bad(text: schema(#"{"name": "x", "type": "categorical", "choices": ["a", "a"]}"#), code: .duplicate, tells: ["choices[1]", "a"]),
        Bad(text: schema(#"{"name": "x", "type": "categorical", "choices": [1, 1.0]}"#), code: .duplicate, tells: ["twice"]),
        Bad(text: schema(#"{"name": "x", "type": "categorical", "choices": [null]}"#), code: .type, tells: ["null"]),
        Bad(text: schema(#"{"name": "x", "type": "float", "low": 0, "high": 1, "default": 2}"#), code: .defaultValue, tells: ["0.0 to 1.0"]),
        Bad(text: schema(#"{"name": "x", "type": "categorical", "choices": ["a"], "default": "b"}"#), code: .defaultValue, tells: ["\"b\""]),
        Bad(text: schema(#"{"name": "", "type": "bool"}"#), code: .name, tells: ["empty"]),
        Bad(text: schema(#"{"name": "x y", "type": "bool"}"#), code: .name, tells: ["x y"]),
        Bad(text: schema(#"{"type": "bool"}"#), code: .missingKey, tells: ["parameters[0]", "name"]),
        Bad(text: schema(#"{"name": "x", "type": "bool"}, {"name": "x", "type": "bool"}"#), code: .duplicate, tells: ["parameters[1]", "parameters[0]"]),
        Bad(
            text: schema(#"{"name": "kernel", "type": "bool"}, {"name": "x", "type": "bool", "when": {"kernal": true}}"#),
            code: .condition, tells: ["kernal", "did you mean \"kernel\""]),
        Bad(
            text: schema(#"{"name": "k", "type": "categorical", "choices": ["a", "b"]}, {"name": "x", "type": "bool", "when": {"k": "c"}}"#),
            code: .condition, tells: ["\"c\"", "a, b"]),
        Bad(
            text: schema(#"{"name": "k", "type": "float", "low": 0, "high": 1}, {"name": "x", "type": "bool", "when": {"k": 0.5}}"#),
            code: .condition, tells: ["continuous"]),
        Bad(text: schema(#"{"name": "x", "type": "bool", "when": {"x": true}}"#), code: .cycle, tells: ["itself"]),
        Bad(
            text: schema(#"{"name": "a", "type": "bool", "when": {"b": true}}, {"name": "b", "type": "bool", "when": {"a": true}}"#),
            code: .cycle, tells: ["\"a\"", "\"b\"", "circle"]),
        Bad(text: schema("", rest: #""metrics": [{"name": "m"}], "fidelity": {"name": "e", "low": 0, "high": 1}"#), code: .range, tells: ["fidelity"]),
    ]

    @Test(arguments: bad)
    func refuses(_ bad: Bad) throws {
        let error = try #require(throws: SpaceError.self) { try Schema(parsing: bad.text) }
        #expect(error.code == bad.code, "\(error)")
        for words in bad.tells { #expect(error.description.contains(words), "\(error)") }
    }

    @Test func limitsTheNumberOfParameters() throws {
        let parameters = (0...SearchSpace.maximumParameters).map { Parameter(name: "p\($0)", domain: .boolean) }
        #expect(throws: Never.self) { try SearchSpace(Array(parameters.dropLast())) }
        let error = try #require(throws: SpaceError.self) { try SearchSpace(parameters) }
        #expect(error.code == .limit)
        let choices = (0...SearchSpace.maximumChoices).map { Choice.integer(Int64($0)) }
        #expect(throws: SpaceError.self) { try SearchSpace([Parameter(name: "x", domain: .categorical(choices))]) }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func refusesBoundsThatAreNotFinite(_ bound: Double) {
        #expect(throws: SpaceError.self) {
            try SearchSpace([Parameter(name: "x", domain: .float(FloatDomain(low: bound, high: 1)))])
        }
        #expect(throws: SpaceError.self) {
            try SearchSpace([Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: bound)))])
        }
        #expect(throws: SpaceError.self) {
            try SearchSpace([Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1, step: bound)))])
        }
    }

    @Test func readsTheMapOfAStudyFile() throws {
        let map = try JSONValue(parsing: #"{"lr": {"type": "float", "low": 1e-4, "high": 1, "log": true}, "depth": {"type": "int", "low": 1, "high": 4, "when": {"deep": true}}, "deep": {"type": "bool"}}"#)
        let space = try SearchSpace(declaring: map.objectValue ?? [:])
        #expect(space.parameters.map(\.name) == ["deep", "depth", "lr"])
        #expect(space.order == [0, 1, 2])
        let error = try #require(throws: SpaceError.self) {
            try SearchSpace(declaring: [(name: "lr", parameter: .object(["type": .string("float"), "low": .integer(0)]))])
        }
        #expect(error.path == "lr")
    }

    @Test func takesLiterals() throws {
        let space = try SearchSpace(declaring: [
            "lr": ["type": "float", "low": 1e-4, "high": 1, "log": true],
            "kind": ["type": "categorical", "choices": ["a", 2, false], "default": "a"],
        ])
        #expect(space.parameters.map(\.name) == ["kind", "lr"])
        #expect(space.parameters[1].domain == .float(FloatDomain(low: 1e-4, high: 1, isLogarithmic: true)))
        #expect(space.parameters[0].domain == .categorical([.text("a"), .integer(2), .boolean(false)]))
    }
}
