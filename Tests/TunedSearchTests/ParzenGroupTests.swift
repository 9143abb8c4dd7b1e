import Testing
import TunedSearch
import TunedSpace

@Suite struct ParzenGroupTests {
    private static func groups(_ kernel: ParzenKernel, _ space: SearchSpace) -> [[[Int]]] {
        ParzenGroup.all(kernel, of: ParzenAxes(space)).map { $0.parts.map(\.columns) }
    }

    private static func float(_ name: String, when conditions: Condition...) -> Parameter {
        Parameter(name: name, domain: .float(FloatDomain(low: 0, high: 1)), conditions: conditions)
    }

    /// Children before their parents, grandchildren, and conditions that say the same in other words.
    private static func tree() throws -> SearchSpace {
        let kind = Parameter(name: "kind", domain: .categorical(["a", "b", "c"].map(Choice.text)))
        var flag = Parameter(name: "flag", domain: .boolean)
        flag.conditions = [Condition(parent: 2, values: [.category(1), .category(2)])]
        return try SearchSpace([
            float("of_b_and_c", when: Condition(parent: 2, values: [.category(2), .category(1)])),  // 0
            float("of_b", when: Condition(parent: 2, values: [.category(1)])),  // 1
            kind,  // 2
            flag,  // 3, of b and c
            float("flagged", when: Condition(parent: 3, values: [.category(1)])),  // 4
            float("whatever_the_flag", when: Condition(parent: 3, values: [.category(0), .category(1)])),  // 5, as 0 and 3
            float("flagged_too", when: Condition(parent: 3, values: [.category(1)]), Condition(parent: 2, values: [.category(1), .category(2)])),  // 6
            float("always", when: Condition(parent: 2, values: [.category(0), .category(1), .category(2)])),  // 7, as 2
            float("flagged_of_b", when: Condition(parent: 3, values: [.category(1)]), Condition(parent: 2, values: [.category(1)])),  // 8
        ])
    }

    @Test func findsWhatIsAlwaysActiveTogether() throws {
        let groups = try Self.groups(.grouped, Self.tree())
        #expect(groups.count == 5)
        #expect(Set(groups) == [[[2, 7]], [[0, 3, 5]], [[1]], [[4, 6]], [[8]]])
    }

    @Test func partsOfOneParameterComeAfterTheirParents() throws {
        let space = try Self.tree()
        let parts = Self.groups(.univariate, space).flatMap { $0 }
        #expect(parts.allSatisfy { $0.count == 1 })
        let order = parts.flatMap { $0 }
        #expect(order.sorted() == Array(0..<9))
        for (place, column) in order.enumerated() {
            for condition in space.parameters[column].conditions { #expect(order[..<place].contains(condition.parent)) }
        }
        #expect(Self.groups(.multivariate, space) == [[Array(0..<9)]])
    }

    @Test func listsFormAChain() throws {
        let space = try SearchSpace(declaring: [
            "layers": [
                "type": "list", "low": 1, "high": 3,
                "of": ["width": ["type": "int", "low": 8, "high": 128], "drop": ["type": "float", "low": 0, "high": 0.5]],
            ], "rate": ["type": "float", "low": 0, "high": 1],
        ])
        let groups = Self.groups(.grouped, space)
        // What the first layer has, the number of layers and the rate are always there.
        #expect(groups.map { $0[0].count } == [4, 2, 2])
    }

    @Test(arguments: [NamedSpace.mixed, .believed, .ruledDiscrete, .nothing])
    func oneGroupIsTheMultivariateKernel(_ named: NamedSpace) throws {
        guard !named.space.isConditional else { return }
        var multivariate = try Lab("tpe", named.space)
        var grouped = try Lab("tpe?kernel=grouped", named.space)
        try multivariate.run(40, parallel: 3, Lab.eventful(named.space))
        try grouped.run(40, parallel: 3, Lab.eventful(named.space))
        #expect(multivariate.suggestions == grouped.suggestions)
    }

    /// A person's trial from before the space was narrowed lacks what is always active now.
    @Test(arguments: ["univariate", "grouped"])
    func takesTrialsOfAWiderSpace(_ kernel: String) throws {
        let kind = Parameter(name: "kind", domain: .categorical(["a", "b"].map(Choice.text)), allowed: [1])
        let space = try SearchSpace([kind, Self.float("x", when: Condition(parent: 0, values: [.category(1)])), Self.float("y")])
        var lab = try Lab("tpe?kernel=\(kernel)", space)
        for trial in 100..<120 {
            lab.observe(.pending(trial: trial, Configuration([.category(0), nil, .float(0.9)])))
            lab.observe(.finished(trial: trial, .complete([0])))
        }
        try lab.run(40) { _, configuration in .complete([Lab.bowl(space)(configuration)]) }
        for configuration in lab.suggestions { try space.validate(configuration) }
        // The best of the latest are near 0.3 along x: what the others lack does not spoil the density.
        let late = lab.suggestions.suffix(10).compactMap { configuration -> Double? in
            guard case .float(let x)? = configuration[1] else { return nil }
            return x
        }
        #expect(late.count == 10)
        #expect(Set(late).count > 5)
    }
}
