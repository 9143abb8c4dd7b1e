import Testing
import TunedSpace

@Suite struct RepeatedGroupTests {
    static let layers: JSONValue = [
        "type": "list", "low": 1, "high": 3, "default": 2, "description": "Hidden layers",
        "of": [["name": "width", "type": "int", "low": 16, "high": 512, "log": true], ["name": "kind", "type": "categorical", "choices": ["dense", "conv"]],
            ["name": "stride", "type": "int", "low": 1, "high": 3, "when": ["kind": "conv"]]],
    ]

    @Test func becomesAConditionalSpace() throws {
        let space = try SearchSpace(declaring: [(name: "layers", parameter: Self.layers)])
        #expect(space.parameters.map(\.name) == [
            "layers", "layers.1.width", "layers.1.kind", "layers.1.stride", "layers.2.width", "layers.2.kind", "layers.2.stride",
            "layers.3.width", "layers.3.kind", "layers.3.stride",
        ])
        #expect(space.parameters[0].domain == .integer(IntegerDomain(low: 1, high: 3)))
        #expect(space.parameters[1].conditions.isEmpty)
        #expect(space.parameters[3].conditions == [Condition(parent: 2, values: [.category(1)])])
        #expect(space.parameters[4].conditions == [Condition(parent: 0, values: [.integer(2), .integer(3)])])
        #expect(space.parameters[9].conditions.map(\.parent) == [0, 8])
        let two = try space.configuration(from: ["layers": 2, "layers.1.kind": "dense", "layers.2.kind": "conv"], filling: space.defaults)
        #expect(two.values.map { $0 != nil } == [true, true, true, false, true, true, true, false, false, false])
        // Per layer dense or conv with three strides, by 497 widths: 4 · 497.
        let one: UInt64 = 4 * 497
        #expect(space.finiteSize == one + one * one + one * one * one)
    }

    @Test func isWrittenAsItWasRead() throws {
        let schema = Schema(
            id: "s", space: try SearchSpace(declaring: [(name: "layers", parameter: Self.layers)], rules: [["sum": ["layers.*.width"], "at_most": 600]]),
            metrics: [Metric(name: "m", goal: .minimize)])
        #expect(try Schema(json: schema.json) == schema)
        #expect(schema.space.rules[0].demand == .linear(LinearBound(
            terms: [1, 4, 7].map { .init(parameter: $0, coefficient: 1) }, bound: 600, countsActive: true)))
    }

    @Test func nests() throws {
        let space = try SearchSpace(declaring: [
            "deep": ["type": "bool"],
            "blocks": [
                "type": "list", "low": 1, "high": 2, "when": ["deep": true],
                "of": ["units": ["type": "list", "low": 0, "high": 2, "of": ["size": ["type": "int", "low": 1, "high": 4]]]],
            ],
        ])
        #expect(space.parameters.map(\.name) == [
            "blocks", "blocks.1.units", "blocks.1.units.1.size", "blocks.1.units.2.size", "blocks.2.units", "blocks.2.units.1.size",
            "blocks.2.units.2.size", "deep",
        ])
        // Shallow 1; a block of 0, 1 or 2 units has 1 + 4 + 16 forms.
        #expect(space.finiteSize == 1 + 21 + 21 * 21)
        for cell in 0..<(space.finiteSize ?? 0) { if let found = space.lattice?.configuration(at: cell) { try space.validate(found) } }
    }

    @Test(arguments: [
        (["type": "list", "low": 1, "high": 3], SpaceError.Code.missingKey, "\"of\""), (["type": "list", "low": 2, "high": 1, "of": ["w": ["type": "bool"]]], .range, "low <= high"),
        (["type": "list", "high": 1, "of": ["w": ["type": "bool"]]], .missingKey, "\"low\""), (["type": "list", "low": 1, "high": 2000, "of": ["w": ["type": "bool"]]], .range, "1000"),
        (["type": "list", "low": 1, "high": 600, "of": ["w": ["type": "bool"], "v": ["type": "bool"]]], .limit, "1000"), (["type": "list", "low": 1, "high": 2, "of": 3], .type, "as a list or a map"),
        (["type": "list", "low": 1, "high": 2, "of": ["w": ["type": "bool", "when": ["v": true]]]], .condition, "\"v\""),
        (["type": "list", "low": 1, "high": 2, "of": ["w": ["type": "boool"]]], .type, "layers.of.w"), (["type": "list", "low": 1, "high": 2, "of": ["w": ["type": "bool"]], "log": true], .unknownKey, "no log"),
        (["type": "list", "low": 1, "high": 2, "of": ["a": ["type": "bool", "when": ["b": true]], "b": ["type": "bool", "when": ["a": true]]]], .cycle, "circle"),
    ] as [(JSONValue, SpaceError.Code, String)])
    func refuses(_ json: JSONValue, _ code: SpaceError.Code, _ tells: String) throws {
        let error = try #require(throws: SpaceError.self) { try SearchSpace(declaring: ["layers": json]) }
        #expect(error.code == code && error.description.contains(tells), "\(error)")
    }

    @Test func namesClash() throws {
        let error = try #require(throws: SpaceError.self) {
            try SearchSpace(declaring: ["layers": Self.layers, "layers.1.width": ["type": "bool"]])
        }
        #expect(error.code == .duplicate && error.message.contains("layers.1.width"))
    }

    @Test func takesConditionsOnRanges() throws {
        let space = try SearchSpace(declaring: [
            "n": ["type": "int", "low": 1, "high": 5], "k": ["type": "categorical", "choices": ["a", "b", "c"]],
            "x": ["type": "bool", "when": ["n": ["low": 3]]], "y": ["type": "bool", "when": ["k": ["not": "b"]]],
        ])
        #expect(space.parameters[2].conditions == [Condition(parent: 1, values: [.integer(3), .integer(4), .integer(5)])])
        #expect(space.parameters[3].conditions == [Condition(parent: 0, values: [.category(0), .category(2)])])
        for (when, tells) in [(["f": ["low": 0.5]], "continuous"), (["big": ["low": 1]], "10000"), (["n": ["low": 9]], "never")] as [(JSONValue, String)] {
            let error = try #require(throws: SpaceError.self) {
                try SearchSpace(declaring: [
                    "n": ["type": "int", "low": 1, "high": 5], "f": ["type": "float", "low": 0, "high": 1],
                    "big": ["type": "int", "low": 0, "high": 100_000], "x": ["type": "bool", "when": when],
                ])
            }
            #expect(error.description.contains(tells), "\(error)")
        }
    }
}
