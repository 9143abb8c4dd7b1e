import Testing
import TunedSpace

@Suite struct ScheduledParameterTests {
    static let rate: JSONValue = ["name": "lr", "type": "float", "low": 1e-5, "high": 1, "log": true, "default": 0.1, "schedule": true]

    private func schema(_ parameters: [JSONValue], rules: [JSONValue] = []) throws(SpaceError) -> Schema {
        try Schema(json: ["id": "s", "parameters": .array(parameters), "rules": .array(rules), "metrics": [["name": "m"]]])
    }

    @Test func standsForItsShapeAndTheirSettings() throws {
        let space = try schema([Self.rate, ["name": "depth", "type": "int", "low": 1, "high": 4]]).space
        // What is declared keeps its place.
        #expect(
            space.parameters.map(\.name) == [
                "lr", "depth", "lr.shape", "lr.final", "lr.power", "lr.drops", "lr.factor", "lr.cycles", "lr.peak_at", "lr.warmup",
            ])
        #expect(space.parameters[2].json(of: .category(0)) == "constant")
        #expect(space.parameters[2].defaultValue == .category(0))
        // constant step exponential polynomial cosine warm_restarts one_cycle warmup
        #expect(space.parameters[3].conditions == [Condition(parent: 2, values: [2, 3, 4, 5, 6].map(ParameterValue.category))])
        #expect(space.parameters[5].conditions == [Condition(parent: 2, values: [.category(1)])])
        let values = space.json(space.defaults).map(\.name)
        #expect(values == ["lr", "depth", "lr.shape"])
        let step = try space.configuration(from: ["lr.shape": "step"], filling: space.defaults)
        #expect(space.json(step).map(\.name) == ["lr", "depth", "lr.shape", "lr.drops", "lr.factor"])
        #expect(throws: SpaceError.self) { try space.configuration(from: ["lr.shape": "step", "lr.final": 0.1], filling: space.defaults) }
    }

    @Test func oneShapeIsNotChosen() throws {
        let one = try schema([["name": "lr", "type": "float", "low": 0.1, "high": 1, "schedule": ["cosine"], "when": ["on": true]], ["name": "on", "type": "bool"]]).space
        #expect(one.parameters.map(\.name) == ["lr", "on", "lr.final"])
        // It hangs on what its parameter hangs on.
        #expect(one.parameters[2].conditions == [Condition(parent: 1, values: [.category(1)])])
        let constant = try schema([["name": "lr", "type": "float", "low": 0.1, "high": 1, "schedule": ["constant"]]]).space
        #expect(constant.parameters.map(\.name) == ["lr"])
        #expect(constant.schedule(of: 0) != nil)
        #expect(try schema([["name": "lr", "type": "float", "low": 0.1, "high": 1, "schedule": false]]).space.schedule(of: 0) == nil)
    }

    @Test func isWrittenAsItWasRead() throws {
        for parameters: [JSONValue] in [
            [Self.rate], [Self.rate, ["name": "momentum", "type": "float", "low": 0, "high": 0.99, "schedule": ["warmup", "constant"]]],
            [["name": "layers", "type": "list", "low": 0, "high": 2, "of": [["name": "lr", "type": "float", "low": 0.1, "high": 1, "schedule": ["constant", "step"]]]]],
            [["name": "n", "type": "int", "low": 1, "high": 64, "schedule": ["one_cycle"]]],
        ] {
            let schema = try schema(parameters)
            #expect(try Schema(json: schema.json) == schema)
            #expect(try Schema(parsing: schema.json.text(pretty: true)) == schema)
        }
    }

    @Test func liesInListsAndUnderConditionsAndRules() throws {
        let item: JSONValue = ["name": "lr", "type": "float", "low": 0.1, "high": 1, "schedule": ["constant", "step"]]
        let space = try schema([
            ["name": "layers", "type": "list", "low": 1, "high": 2, "of": [item]],
            ["name": "nesterov", "type": "bool", "when": ["layers.1.lr.shape": "step"]],
        ], rules: ["layers.1.lr.drops <= 3"]).space
        #expect(
            space.parameters.map(\.name) == [
                "layers", "layers.1.lr", "layers.2.lr", "nesterov", "layers.1.lr.shape", "layers.1.lr.drops", "layers.1.lr.factor",
                "layers.2.lr.shape", "layers.2.lr.drops", "layers.2.lr.factor",
            ])
        #expect(space.parameters[3].conditions == [Condition(parent: 4, values: [.category(1)])])
        #expect(space.parameters[4].conditions.isEmpty)
        #expect(space.parameters[7].conditions == [Condition(parent: 0, values: [.integer(2)])])
        let shallow = try space.configuration(from: ["layers": 1, "layers.1.lr.shape": "step"], filling: space.defaults)
        #expect(shallow.values.map { $0 != nil } == [true, true, false, true, true, true, true, false, false, false])
        let many = try space.configuration(from: ["layers.1.lr.shape": "step", "layers.1.lr.drops": 4], filling: space.defaults)
        #expect(throws: SpaceError.self) { try space.validate(many) }
    }

    @Test func aStudyFixesAndNarrowsIt() throws {
        let space = try schema([Self.rate]).space.narrowed(by: ["lr.shape": "cosine", "lr.final": ["low": 0.01, "high": 0.1], "lr": 0.5])
        let shape = try #require(space.index(of: "lr.shape"))
        #expect(space.parameters[shape].isFixed)
        let cosine = try space.configuration(from: ["lr.final": 0.1], filling: space.defaults)
        // The place of a shape among the declared ones is the same in every study.
        #expect(cosine[shape] == .category(4))
        #expect(space.scheduledValue(of: 0, at: 0, in: cosine) == 0.5)
        #expect(abs((space.scheduledValue(of: 0, at: 0.5, in: cosine) ?? 0) - 0.275) < 1e-15)
        #expect(space.scheduledValue(of: 0, at: 1, in: cosine) == 0.05)
        let few = try schema([Self.rate]).space.narrowed(by: ["lr.shape": ["choices": ["constant", "warmup"]]])
        #expect(few.parameters[shape].cellCount == 2)
        #expect(few.schedule(of: 0)?.shapes.count == 8)
        let error = try #require(throws: SpaceError.self) { try schema([Self.rate]).space.narrowed(by: ["lr.shape": "cosin"]) }
        #expect(error.path == "lr.shape")
    }

    @Test func integersAreWholeAndStayWithinTheirRange() throws {
        let space = try schema([
            ["name": "batch", "type": "int", "low": 8, "high": 256, "schedule": ["exponential", "polynomial"]],
            ["name": "x", "type": "float", "low": -1, "high": 1, "schedule": ["polynomial"]], ["name": "k", "type": "bool"],
        ]).space
        let values = try space.configuration(
            from: ["batch": 100, "batch.shape": "polynomial", "batch.final": 0.001, "batch.power": 1, "x": -0.5, "x.final": 0.5, "x.power": 1],
            filling: space.defaults)
        #expect([0, 0.25, 0.334, 0.995, 1].map { space.scheduledValue(of: 0, at: $0, in: values) } == [100, 75, 67, 8, 8])
        #expect([0, 0.5, 1, .nan].map { space.scheduledValue(of: 1, at: $0, in: values) } == [-0.5, -0.375, -0.25, -0.5])
        #expect(space.scheduledValue(of: 2, at: 0, in: values) == nil)
    }

    @Test(arguments: [
        (["type": "float", "low": 0, "high": 1, "schedule": ["cosin"]], .type, "did you mean \"cosine\"?"),
        (["type": "float", "low": 0, "high": 1, "schedule": ["banana"]], .type, "There are: constant, step"),
        (["type": "float", "low": 0, "high": 1, "schedule": []], .choices, "empty"),
        (["type": "float", "low": 0, "high": 1, "schedule": ["step", "step"]], .duplicate, "comes twice"),
        (["type": "float", "low": 0, "high": 1, "schedule": [3]], .type, "3 is no shape"),
        (["type": "float", "low": 0, "high": 1, "schedule": "cosine"], .type, "a list of shapes"),
        (["type": "categorical", "choices": ["a", "b"], "schedule": true], .type, "only a float or an int"),
        (["type": "bool", "schedule": true], .type, "bool"), (["type": "permutation", "of": 3, "schedule": true], .type, "permutation"),
        (["type": "list", "low": 1, "high": 2, "of": ["w": ["type": "bool"]], "schedule": true], .unknownKey, "a list has no schedule"),
        (["type": "float", "low": 0, "high": 1, "shedule": true], .unknownKey, "did you mean \"schedule\"?"),
    ] as [(JSONValue, SpaceError.Code, String)])
    func refuses(_ json: JSONValue, _ code: SpaceError.Code, _ tells: String) throws {
        let error = try #require(throws: SpaceError.self) { try SearchSpace(declaring: ["lr": json]) }
        #expect(error.code == code && error.description.contains(tells) && error.path.hasPrefix("lr"), "\(error)")
    }

    @Test func namesClash() throws {
        let error = try #require(throws: SpaceError.self) {
            try schema([["name": "lr.shape", "type": "categorical", "choices": ["round", "square"]], Self.rate])
        }
        #expect(error.code == .duplicate && error.path.contains("schedule") && error.message.contains("\"lr.shape\""), "\(error)")
        // What the schedule does not need may have the name.
        #expect(throws: Never.self) {
            try schema([["name": "lr.drops", "type": "bool"], ["name": "lr", "type": "float", "low": 0, "high": 1, "schedule": ["constant", "cosine"]]])
        }
    }
}
