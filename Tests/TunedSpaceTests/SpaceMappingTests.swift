import Testing
import TunedSpace

@Suite struct SpaceMappingTests {
    static let old: [String: JSONValue] = [
        "lr": ["type": "float", "low": 1e-4, "high": 1, "log": true], "kernel": ["type": "categorical", "choices": ["linear", "poly", "rbf"]],
        "degree": ["type": "int", "low": 2, "high": 5, "when": ["kernel": "poly"]],
    ]

    private func configuration(_ space: SearchSpace, _ values: [String: JSONValue]) throws -> Configuration {
        try space.configuration(from: values, filling: space.defaults)
    }

    @Test func keepsWhatIsThere() throws {
        let old = try SearchSpace(declaring: Self.old)
        // Choices in another order, a new one, a wider range, an integer as a float.
        let new = try SearchSpace(declaring: [
            "lr": ["type": "float", "low": 1e-6, "high": 10, "log": true], "kernel": ["type": "categorical", "choices": ["rbf", "sigmoid", "poly", "linear"]],
            "degree": ["type": "float", "low": 0, "high": 9, "when": ["kernel": ["poly", "sigmoid"]]],
        ])
        let mapping = SpaceMapping(from: old, to: new)
        let poly = try configuration(old, ["lr": 0.01, "kernel": "poly", "degree": 4])
        #expect(mapping.map(poly) == .kept(try configuration(new, ["lr": 0.01, "kernel": "poly", "degree": 4])))
        #expect(mapping.map(poly).configuration?[0] == .float(4))
        for kernel in ["linear", "rbf"] as [JSONValue] {
            #expect(mapping.map(try configuration(old, ["kernel": kernel])).configuration?[0] == nil)
        }
        #expect(SpaceMapping(from: old, to: old).map(poly) == .kept(poly))
    }

    @Test func fillsWhatIsNewAndDropsWhatIsGone() throws {
        let old = try SearchSpace(declaring: Self.old)
        let new = try SearchSpace(declaring: [
            "lr": ["type": "float", "low": 1e-4, "high": 1, "log": true], "momentum": ["type": "float", "low": 0, "high": 1, "default": 0.9],
        ])
        let mapped = SpaceMapping(from: old, to: new).map(try configuration(old, ["lr": 0.5]))
        #expect(mapped == .filled(Configuration([.float(0.5), .float(0.9)]), parameters: ["momentum"]))
    }

    @Test func movesNothing() throws {
        let old = try SearchSpace(declaring: Self.old)
        let new = try old.narrowed(by: ["lr": ["high": 0.1], "kernel": ["choices": ["poly", "rbf"]]], rules: [["never": ["kernel": "rbf", "lr": ["low": 0.05]]]])
        let mapping = SpaceMapping(from: old, to: new)
        #expect(mapping.map(try configuration(old, ["lr": 0.5, "kernel": "poly"])) == .outside(parameter: "lr"))
        #expect(mapping.map(try configuration(old, ["lr": 0.01, "kernel": "linear"])) == .outside(parameter: "kernel"))
        #expect(mapping.map(try configuration(old, ["lr": 0.08, "kernel": "rbf"])) == .illegal(rule: 0))
        let summary = mapping.summary([
            try configuration(old, ["lr": 0.01, "kernel": "rbf"]), try configuration(old, ["lr": 0.5]), try configuration(old, ["lr": 0.08, "kernel": "rbf"]),
            try configuration(old, ["lr": 0.6, "kernel": "rbf"]),
        ])
        #expect(summary.text == "1 trials kept, 2 left out for values outside of the space (lr: 2), 1 left out by a rule")
        // A history of another space altogether.
        #expect(SpaceMapping(from: old, to: new).map(Configuration([])).configuration != nil)
    }

    @Test func everythingThatIsMappedIsValid() throws {
        for seed in 0..<40 as Range<UInt64> {
            let (old, new) = (try LatticeTests.randomSpace(seed), try LatticeTests.randomSpace(seed + 1_000))
            guard let lattice = old.lattice else { continue }
            let mapping = SpaceMapping(from: old, to: new)
            for number in 0..<lattice.count {
                if let mapped = mapping.map(lattice.configuration(at: number)).configuration { try new.validate(mapped) }
            }
        }
    }
}
