import Testing
import TunedSearch
import TunedSpace

/// What a program that uses the library may tell a sampler by mistake, and spaces at the ends of what can be declared.
@Suite struct BadHistoryTests {
    static let space = NamedSpace.mixed.space

    /// Too few values, too many, of other kinds, beyond the bounds, of choices that there are not.
    static let strangers: [Configuration] = [
        Configuration([]),
        Configuration([.float(0.5)]),
        Configuration(Array(repeating: .float(0.5), count: 30)),
        Configuration(Array(repeating: nil, count: 8)),
        Configuration(Array(repeating: .category(7), count: 8)),
        Configuration([
            .float(9), .float(1e308), .integer(99), .integer(-5), .category(70), .float(.nan), .integer(3), .float(.infinity),
        ]),
    ]

    @Test(arguments: SamplerRegistry.names, strangers.indices)
    func aHistoryOfAnotherSpaceDoesNoHarm(_ name: String, _ stranger: Int) throws {
        var lab = try Lab(name, Self.space)
        let bowl = Lab.bowl(Self.space)
        for trial in 100..<104 {
            lab.observe(.pending(trial: trial, Self.strangers[stranger]))
            lab.observe(.finished(trial: trial, .complete([Double(trial)])))
        }
        lab.observe(.pending(trial: 104, Self.strangers[stranger]))
        try lab.run(16, parallel: 2) { .complete([bowl($1)]) }
        #expect(lab.suggestions.count == 16)
        for configuration in lab.suggestions { try Self.space.validate(configuration) }
    }

    /// The ends of what a space can have: 200 parameters, a category of 10,000 choices, integers as far as doubles count.
    @Test(arguments: SamplerRegistry.names, [1, 2, 200])
    func anyNumberOfParameters(_ name: String, _ count: Int) throws {
        let space = try SearchSpace((0..<count).map { Parameter(name: "x\($0)", domain: .float(FloatDomain(low: -1, high: 1))) })
        var lab = try Lab(name, space)
        let bowl = Lab.bowl(space)
        try lab.run(12, parallel: 3) { .complete([bowl($1)]) }
        #expect(!lab.suggestions.isEmpty)
        for configuration in lab.suggestions { try space.validate(configuration) }
    }

    @Test(arguments: SamplerRegistry.names)
    func tenThousandChoices(_ name: String) throws {
        let choices = (0..<10_000 as Range<Int64>).map { Choice.integer($0) }
        let space = try SearchSpace([
            Parameter(name: "c", domain: .categorical(choices)), Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1))),
        ])
        var lab = try Lab(name, space)
        try lab.run(20, parallel: 2) { trial, _ in .complete([Double(trial % 5)]) }
        #expect(lab.suggestions.count == 20)
        for configuration in lab.suggestions { try space.validate(configuration) }
    }

    @Test func integersThatADoubleDoesNotHoldAreRefused() {
        for (low, high) in [(0, (1 << 53) + 1), (-(1 << 53) - 1, 0), (Int64.min, Int64.max)] as [(Int64, Int64)] {
            let error = #expect(throws: SpaceError.self) {
                try SearchSpace([Parameter(name: "n", domain: .integer(IntegerDomain(low: low, high: high)))])
            }
            #expect(error?.message.contains("n") ?? false)
        }
    }
}
