import Glibc
import Testing
import TunedSpace

@Suite struct PriorTests {
    private func parameter(_ json: JSONValue) throws -> Parameter { try SearchSpace(declaring: ["p": json]).parameters[0] }

    static let rate: [String: JSONValue] = ["type": "float", "low": 1e-5, "high": 1e-1, "log": true]

    private func rate(_ prior: JSONValue) throws -> Parameter {
        try parameter(.object(Self.rate.merging(["prior": prior]) { _, new in new }))
    }

    @Test func readsWhatAPersonBelieves() throws {
        #expect(try rate(1e-3).prior == .value(.float(1e-3), confidence: 0.75))
        #expect(try rate(["value": 1e-3, "confidence": "high"]).prior == .value(.float(1e-3), confidence: 0.9))
        #expect(try rate(["value": 1e-3, "confidence": 0.3]).prior == .value(.float(1e-3), confidence: 0.3))
        #expect(try rate(1e-3).centralValue == .float(1e-3))
        let kernel = try parameter(["type": "categorical", "choices": ["a", "b", "c"], "prior": ["weights": ["b": 3, "c": 2]], "default": "a"])
        #expect(kernel.prior == .weights([1, 3, 2]))
        #expect(kernel.centralValue == .category(1))
        let flag = try parameter(["type": "bool", "prior": ["weights": ["true": 4]]])
        #expect(flag.prior == .weights([1, 4]))
    }

    @Test(arguments: [
        (1, "p.prior", "is not a value"), (["value": 1e-3, "confidence": 1], "p.prior.confidence", "low, medium, high"),
        (["value": 1e-3, "confidense": 0.5], "p.prior.confidense", "did you mean \"confidence\""), (["weights": [1, 2]], "p.prior.weights", "choices"),
        (["confidence": 0.5], "p.prior", "\"value\" is missing"),
    ] as [(JSONValue, String, String)])
    func refuses(_ prior: JSONValue, _ path: String, _ tells: String) throws {
        let error = try #require(throws: SpaceError.self) { try rate(prior) }
        #expect(error.path == path && error.message.contains(tells), "\(error)")
    }

    @Test(arguments: [["a": 0], ["a": -1], ["z": 1], ["a": "much"]] as [JSONValue])
    func refusesWeights(_ weights: JSONValue) throws {
        let error = try #require(throws: SpaceError.self) {
            try parameter(["type": "categorical", "choices": ["a", "b"], "prior": ["weights": weights]])
        }
        #expect(error.code == .prior && error.path.hasPrefix("p.prior.weights"))
    }

    /// At the mean, 0.5 of the scale: 0.75 · 1 / (0.1 √2π · (Φ(5) - Φ(-5))) + 0.25 = 3.24207.
    @Test func hasTheDensityThatIsPromised() throws {
        let density = try #require(UnitDensity(rate(1e-3)))
        #expect(abs(exp(density.logDensity(at: 0.5)) - 3.242_07) < 1e-4)
        #expect(abs(exp(density.logDensity(at: 0.6)) - (0.75 * 3.989_423 * exp(-0.5) + 0.25)) < 1e-4)
        #expect(abs(exp(density.logDensity(at: 0)) - 0.25) < 1e-4)
        // Within one deviation lie 0.6827 · 0.75 + 0.2 · 0.25.
        #expect(abs(density.share(below: 0.6) - density.share(below: 0.4) - 0.562_0) < 1e-3)
    }

    static let shapes: [JSONValue] = [
        .object(rate.merging(["prior": 2e-5]) { _, new in new }), ["type": "int", "low": 1, "high": 9, "prior": 7],
        ["type": "int", "low": 1, "high": 100_000, "log": true, "prior": ["value": 30, "confidence": "low"]],
        ["type": "categorical", "choices": ["a", "b", "c"], "prior": "b"], ["type": "bool", "prior": ["weights": [1, 9]]],
        ["type": "ordinal", "choices": [16, 32, 64], "prior": 16], ["type": "float", "low": 0, "high": 1, "step": 0.25, "prior": 0.75],
    ]

    @Test(arguments: shapes)
    func isADensity(_ json: JSONValue) throws {
        let parameter = try parameter(json)
        let density = try #require(UnitDensity(parameter))
        let scale = UnitScale(parameter)
        if let count = parameter.cellCount, count < 1_000 {
            var sum = 0.0
            for cell in 0..<count {
                let bounds = scale.bounds(ofCell: cell)
                let mass = exp(density.logDensity(at: (bounds.lower + bounds.upper) / 2)) * (bounds.upper - bounds.lower)
                #expect(abs(mass - (density.share(below: bounds.upper) - density.share(below: bounds.lower))) < 1e-9)
                sum += mass
            }
            #expect(abs(sum - 1) < 1e-9)
        } else {
            let mean = (0..<10_000).reduce(0) { $0 + exp(density.logDensity(at: (Double($1) + 0.5) / 10_000)) } / 10_000
            #expect(abs(mean - 1) < 1e-3)
        }
        #expect(density.share(below: 0) == 0)
        #expect(abs(density.share(below: 1) - 1) < 1e-12)
        for step in 0...50 {
            let share = Double(step) / 50
            #expect(abs(density.share(below: density.place(of: share)) - share) < 1e-9, "share \(share)")
        }
    }

    @Test func livesInStudiesAndSchemas() throws {
        let space = try SearchSpace(declaring: ["lr": .object(Self.rate), "k": ["type": "categorical", "choices": ["a", "b"]]])
        let believed = try space.narrowed(by: ["lr": ["low": 1e-4, "prior": 1e-3], "k": ["prior": ["weights": ["b": 2]]]])
        #expect(believed.defaults == Configuration([.category(1), .float(1e-3)]))
        #expect(throws: SpaceError.self) { try space.narrowed(by: ["lr": ["low": 1e-4, "prior": 1e-5]]) }
        // A declared one that lies outside of the narrowed range is dropped.
        #expect(try believed.narrowed(by: ["lr": ["high": 5e-4]]).parameters[1].prior == nil)
        let schema = Schema(id: "s", space: believed, metrics: [Metric(name: "m", goal: .minimize)])
        #expect(try Schema(json: schema.json).space.parameters.map(\.prior) == believed.parameters.map(\.prior))
    }

    @Test func isNothingWhereThereIsNone() throws {
        let cube = UnitCube(try SearchSpace(declaring: ["lr": .object(Self.rate)]))
        #expect(!cube.hasPriors)
        #expect(cube.point(ofShares: [0.123]) == [0.123])
    }
}
