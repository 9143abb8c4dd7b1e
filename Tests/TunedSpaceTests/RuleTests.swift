import Testing
import TunedSpace

@Suite struct RuleTests {
    /// x and y in [0, 1], n in 1...5, a kernel, a degree only of poly, a size that is an ordinal of numbers.
    static let parameters: [String: JSONValue] = [
        "x": ["type": "float", "low": 0, "high": 1], "y": ["type": "float", "low": 0, "high": 1],
        "n": ["type": "int", "low": 1, "high": 5], "kernel": ["type": "categorical", "choices": ["linear", "poly", "rbf"]],
        "degree": ["type": "int", "low": 2, "high": 5, "when": ["kernel": "poly"]],
        "size": ["type": "ordinal", "choices": [16, 32, 64]], "flag": ["type": "bool"],
    ]

    private func space(_ rules: JSONValue...) throws -> SearchSpace { try SearchSpace(declaring: Self.parameters, rules: rules) }

    private func configuration(_ space: SearchSpace, _ values: [String: JSONValue]) throws -> Configuration {
        try space.configuration(from: values, filling: SearchSpace(declaring: Self.parameters).defaults)
    }

    @Test(arguments: [
        ("x <= y", ["x": 0.5, "y": 0.5] as [String: JSONValue], true), ("x <= y", ["x": 0.6, "y": 0.5], false),
        ("x < y", ["x": 0.5, "y": 0.5], false), ("2*x + y*3 - 1 <= 0.5", ["x": 0.3, "y": 0.3], true),
        ("2*x + y*3 - 1 <= 0.5", ["x": 0.4, "y": 0.3], false), ("-x + 2 y >= 0.5", ["x": 0.5, "y": 0.5], true),
        ("- 2 * x >= -0.5", ["x": 0.5], false), ("0.1 + 0.2 >= x", ["x": 0.3], true), ("16*n <= size", ["n": 2, "size": 32], true),
        ("16*n <= size", ["n": 3, "size": 32], false), ("flag + n <= 5", ["flag": true, "n": 5], false),
        ("degree <= n", ["n": 1, "kernel": "rbf"], true), ("degree <= n", ["n": 1, "kernel": "poly", "degree": 2], false),
        ("x + x <= 1", ["x": 0.6], false),
    ])
    func comparesExpressions(_ rule: String, _ values: [String: JSONValue], _ isLegal: Bool) throws {
        let space = try space(.string(rule))
        #expect(space.isLegal(try configuration(space, values)) == isLegal)
    }

    @Test(arguments: [
        (["if": ["kernel": "poly"], "then": ["degree": ["high": 3]]], ["kernel": "poly", "degree": 4], false),
        (["if": ["kernel": "poly"], "then": ["degree": ["high": 3]]], ["kernel": "poly", "degree": 3], true),
        (["if": ["kernel": "poly"], "then": ["degree": ["high": 3]]], ["kernel": "rbf"], true),
        (["if": ["kernel": ["rbf", "poly"], "flag": true], "then": "x <= y"], ["kernel": "rbf", "flag": true, "x": 1, "y": 0], false),
        (["if": ["kernel": ["rbf", "poly"], "flag": true], "then": "x <= y"], ["kernel": "rbf", "flag": false, "x": 1, "y": 0], true),
        (["if": ["x": ["low": 0.5]], "then": ["kernel": ["not": "linear"]]], ["x": 0.5, "kernel": "linear"], false),
        (["if": ["degree": ["low": 4]], "then": ["n": 1]], ["kernel": "rbf", "n": 3], true),
        (["never": ["kernel": "rbf", "n": [4, 5]]], ["kernel": "rbf", "n": 4], false),
        (["never": ["kernel": "rbf", "n": [4, 5]]], ["kernel": "rbf", "n": 3], true),
        (["sum": ["degree", "n"], "at_most": 6], ["kernel": "rbf", "n": 5], true),
        (["sum": ["degree", "n"], "at_most": 6], ["kernel": "poly", "degree": 3, "n": 5], false),
        (["linear": ["x": 1, "y": -2], "at_least": 0], ["x": 0.5, "y": 0.3], false),
        (["linear": ["x": 1, "y": 1], "at_least": 0.5, "at_most": 1], ["x": 0.9, "y": 0.3], false),
        (["linear": ["x": 1, "y": 1], "above": 0.5, "below": 1], ["x": 0.5, "y": 0.25], true),
    ] as [(JSONValue, [String: JSONValue], Bool)])
    func tellsWhatIsLegal(_ rule: JSONValue, _ values: [String: JSONValue], _ isLegal: Bool) throws {
        let space = try space(rule)
        let configuration = try configuration(space, values)
        #expect(space.isLegal(configuration) == isLegal)
        #expect((space.brokenRule(in: configuration) == nil) == isLegal)
        if !isLegal {
            let error = try #require(throws: SpaceError.self) { try space.validate(configuration) }
            #expect(error.code == .illegal && error.path.hasPrefix("rules["), "\(error)")
        }
        #expect(space.isLegal(space.defaults))
        // Written and read again.
        #expect(try SearchSpace(declaring: Self.parameters, rules: space.rulesJSON) == space)
    }

    @Test(arguments: [
        ("x <= z", SpaceError.Code.rule, ["rules[0]", "\"z\""]), ("x = y", .rule, ["equality"]), ("x", .rule, ["<="]), ("1 <= 2", .rule, ["no parameter"]),
        ("x <= kernel", .rule, ["kernel", "no number"]), ("x-y <= 0", .rule, ["spaces"]), ("x <=", .rule, ["missing"]), ("x <= 1 2", .rule, ["cannot read"]),
        (3, .type, ["rules[0]", "comparison"]), (["if": ["kernel": "poly"]], .missingKey, ["then"]), (["iff": ["kernel": "poly"]], .unknownKey, ["did you mean \"if\""]),
        (["never": ["kernal": "poly"]], .rule, ["rules[0].never", "did you mean \"kernel\""]), (["never": ["kernel": "sigmoid"]], .rule, ["never.kernel", "sigmoid"]),
        (["never": ["x": 0.5]], .rule, ["continuous"]), (["never": ["kernel": ["low": 1]]], .rule, ["no number"]), (["never": ["n": ["low": 4, "high": 2]]], .range, ["never.n.low"]),
        (["sum": ["x", "y"]], .missingKey, ["at_most"]), (["sum": ["x": "a"], "at_most": 1], .type, ["rules[0].sum.x"]), (["sum": ["x", "x"], "at_most": 1], .duplicate, ["twice"]),
        (["sum": ["layers.*.w"], "at_most": 1], .rule, ["layers.*.w"]), (["sum": ["x"], "at_most": 1, "atleast": 0], .unknownKey, ["at_least"]),
        (["if": ["kernel": "poly"], "then": ["degree": ["hihg": 3]]], .unknownKey, ["rules[0].then.degree", "did you mean \"high\""]),
        (["never": ["n": [1, 2, 3, 4, 5]]], .illegal, ["no configuration keeps all rules"]), ("x + y >= 2.1", .illegal, ["x + y >= 2.1"]),
    ] as [(JSONValue, SpaceError.Code, [String])])
    func refuses(_ rule: JSONValue, _ code: SpaceError.Code, _ tells: [String]) throws {
        let error = try #require(throws: SpaceError.self) { try space(rule) }
        #expect(error.code == code, "\(error)")
        for words in tells { #expect(error.description.contains(words), "\(error)") }
    }

    @Test func refusesNumbersThatOverflow() throws {
        let huge: JSONValue = ["type": "float", "low": -1.7e308, "high": 1.7e308]
        let error = try #require(throws: SpaceError.self) { try SearchSpace(declaring: ["a": huge, "b": huge], rules: ["a <= b"]) }
        #expect(error.code == .rule && error.message.contains("too large"))
    }

    @Test func readsRulesOfASchema() throws {
        let text = SchemaTests.schema(
            #"{"name": "low-rate", "type": "float", "low": 0, "high": 1}, {"name": "high.rate", "type": "float", "low": 0, "high": 1}"#,
            rest: #""metrics": [{"name": "m"}], "rules": ["low-rate <= high.rate"]"#)
        let schema = try Schema(parsing: text)
        #expect(schema.space.rules.count == 1)
        #expect(try Schema(json: schema.json) == schema)
        #expect(schema.space.text(ofRule: 0) == "low-rate - high.rate <= 0")
    }

    @Test func staysWithNarrowing() throws {
        let space = try space("x <= y", ["if": ["kernel": "poly"], "then": ["degree": ["high": 3]]])
        let narrow = try space.narrowed(by: ["y": ["high": 0.25], "kernel": "poly"], rules: ["n <= degree"])
        #expect(narrow.rules.count == 3)
        #expect(narrow.isLegal(narrow.defaults))
        let error = try #require(throws: SpaceError.self) { try space.narrowed(by: ["x": ["low": 0.5], "y": ["high": 0.25]]) }
        #expect(error.code == .illegal, "\(error)")
    }

    @Test func changesNothingWithoutRules() throws {
        let space = try SearchSpace(declaring: Self.parameters)
        #expect(space.rulesJSON.isEmpty)
        #expect(space.isLegal(space.defaults))
        #expect(space.legal(near: Array(repeating: 0.3, count: 7)) == UnitCube(space).configuration(at: Array(repeating: 0.3, count: 7)))
    }
}
