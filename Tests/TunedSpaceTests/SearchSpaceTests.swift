import Testing
import TunedSpace

@Suite struct SearchSpaceTests {
    let space: SearchSpace

    init() throws { space = try Schema(parsing: SchemaTests.svm).space }

    @Test func ordersParentsBeforeChildren() {
        for index in space.parameters.indices {
            for condition in space.parameters[index].conditions {
                let (parent, child) = (space.order.firstIndex(of: condition.parent), space.order.firstIndex(of: index))
                #expect((parent ?? 0) < (child ?? 0))
            }
        }
    }

    @Test func dropsWhatIsInactive() throws {
        var configuration = space.defaults
        #expect(configuration.values == [.float(1), nil, .category(2), nil, .category(2), .category(0)])
        configuration[1] = .integer(3)
        configuration[3] = .float(0.5)
        #expect(space.canonical(configuration) == space.defaults)
        configuration[5] = .category(1)
        #expect(space.canonical(configuration)[3] == .float(0.5))
        try space.validate(space.canonical(configuration))
    }

    @Test func namesWhatIsWrongWithAConfiguration() throws {
        func error(_ change: (inout Configuration) -> Void) throws -> SpaceError {
            var configuration = space.defaults
            change(&configuration)
            return try #require(throws: SpaceError.self) { try space.validate(configuration) }
        }
        #expect(try error { $0[0] = .float(1e4) }.path == "C")
        #expect(try error { $0[0] = nil }.message.contains("no value"))
        #expect(try error { $0[0] = .integer(1) }.path == "C")
        #expect(try error { $0[1] = .integer(3) }.message.contains("kernel is poly"))
        #expect(try error { $0[2] = .category(3) }.message.contains("linear, poly, rbf"))
        #expect(try error { $0 = Configuration([]) }.code == .value)
    }

    @Test func readsAndWritesConfigurations() throws {
        let fields: [String: JSONValue] = [
            "C": .integer(10), "kernel": .string("poly"), "degree": .number(3), "scale": .string("true"), "gamma": .number(0.75),
            "size": .string("2.5"),
        ]
        let configuration = try space.configuration(from: fields)
        #expect(configuration.values == [.float(10), .integer(3), .category(1), .float(0.75), .category(1), .category(1)])
        #expect(space.json(configuration).map(\.name) == ["C", "degree", "kernel", "gamma", "size", "scale"])
        #expect(space.json(configuration)[4].value == .number(2.5))
        let again = try space.configuration(from: Dictionary(uniqueKeysWithValues: space.json(configuration).map { ($0.name, $0.value) }))
        #expect(again == configuration)
        #expect(space.text(.category(2), of: 4) == "big")
        #expect(space.text(.float(0.5), of: 0) == "0.5")
    }

    @Test func fillsWhatIsLeftOut() throws {
        #expect(throws: SpaceError.self) { try space.configuration(from: ["C": .integer(1)]) }
        let filled = try space.configuration(from: ["kernel": .string("poly")], filling: space.defaults)
        #expect(filled.values == [.float(1), .integer(3), .category(1), nil, .category(2), .category(0)]
            || filled.values == [.float(1), .integer(4), .category(1), nil, .category(2), .category(0)])
        try space.validate(filled)
    }

    @Test(arguments: [
        ("kernal", JSONValue.string("rbf"), "did you mean \"kernel\""), ("C", .integer(0), "0.001 to 1000.0"),
        ("C", .string("x"), "\"x\""), ("degree", .number(2.5), "2.5"), ("kernel", .string("sigmoid"), "linear, poly, rbf"),
        ("scale", .integer(1), "true or false"), ("gamma", .number(0.3), "steps of 0.25"),
    ])
    func refusesPartialValues(_ name: String, _ value: JSONValue, _ tells: String) throws {
        let error = try #require(throws: SpaceError.self) { try space.partial(from: [name: value]) }
        #expect(error.message.contains(tells), "\(error)")
        #expect(error.path == name)
    }

    @Test func refusesAValueForAnInactiveParameter() throws {
        let error = try #require(throws: SpaceError.self) {
            try space.configuration(from: ["kernel": .string("rbf"), "degree": .integer(3)], filling: space.defaults)
        }
        #expect(error.message.contains("kernel is poly"))
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("smapler", "sampler"), ("Sampler", "sampler"), ("gama", "gamma"), ("goal", "goals"), ("xyz", nil), ("", nil), ("a", nil),
    ] as [(String, String?)])
    func findsWhatWasMeant(_ name: String, _ expected: String?) {
        #expect(nearest(to: name, among: ["sampler", "gamma", "goals", "b"]) == expected)
    }
}
