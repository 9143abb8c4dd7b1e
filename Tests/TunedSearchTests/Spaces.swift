import Testing
import TunedSpace

/// The spaces that every sampler has to search.
struct NamedSpace: Sendable, CustomTestStringConvertible {
    let name: String
    let space: SearchSpace
    var testDescription: String { name }

    init(_ name: String, _ parameters: [Parameter]) { self.init(name) { () throws(SpaceError) in try SearchSpace(parameters) } }

    init(_ name: String, _ declared: [String: JSONValue], rules: [JSONValue] = []) {
        self.init(name) { () throws(SpaceError) in try SearchSpace(declaring: declared, rules: rules) }
    }

    private init(_ name: String, _ make: () throws(SpaceError) -> SearchSpace) {
        self.name = name
        do throws(SpaceError) {
            space = try make()
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }

    private static func float(_ name: String, _ low: Double, _ high: Double, log: Bool = false, step: Double? = nil) -> Parameter {
        Parameter(name: name, domain: .float(FloatDomain(low: low, high: high, isLogarithmic: log, step: step)))
    }

    private static func integer(_ name: String, _ low: Int64, _ high: Int64, log: Bool = false, step: Int64 = 1) -> Parameter {
        Parameter(name: name, domain: .integer(IntegerDomain(low: low, high: high, isLogarithmic: log, step: step)))
    }

    private static func choice(_ name: String, _ choices: String..., allowed: [Int]? = nil) -> Parameter {
        Parameter(name: name, domain: .categorical(choices.map(Choice.text)), allowed: allowed)
    }

    static let oneFloat = NamedSpace("one float", [float("x", -5, 5)])
    static let mixed = NamedSpace(
        "mixed",
        [
            float("x", 0, 1), float("rate", 1e-5, 1, log: true), integer("depth", 1, 10), integer("width", 1, 1024, log: true),
            choice("kind", "a", "b", "c"), Parameter(name: "flag", domain: .boolean),
            Parameter(name: "size", domain: .ordinal([.integer(16), .integer(32), .integer(64)])), float("stepped", 0, 1, step: 0.25),
        ])
    static let conditional: NamedSpace = {
        var gamma = float("gamma", 1e-5, 10, log: true)
        gamma.conditions = [Condition(parent: 2, values: [.category(1), .category(2)])]
        var degree = integer("degree", 2, 5)
        degree.conditions = [Condition(parent: 2, values: [.category(1)])]
        var deep = Parameter(name: "deep", domain: .boolean)
        deep.conditions = [Condition(parent: 1, values: [.integer(4), .integer(5)])]
        return NamedSpace("conditional", [gamma, degree, choice("kernel", "linear", "poly", "rbf"), deep, float("C", 1e-3, 1e3, log: true)])
    }()
    static let discrete = NamedSpace("discrete", [integer("i", 0, 3), choice("k", "a", "b"), Parameter(name: "f", domain: .boolean)])
    static let discreteConditional: NamedSpace = {
        var degree = integer("degree", 2, 5)
        degree.conditions = [Condition(parent: 0, values: [.category(1)])]
        return NamedSpace("discrete and conditional", [choice("kernel", "linear", "poly", "rbf"), degree])
    }()
    /// Some branches are countable, others are not.
    static let partlyCountable: NamedSpace = {
        var gamma = float("gamma", 0, 1)
        gamma.conditions = [Condition(parent: 0, values: [.category(1)])]
        return NamedSpace("partly countable", [choice("kernel", "linear", "rbf"), gamma])
    }()
    static let extreme = NamedSpace(
        "extreme",
        [
            float("huge", -1.7e308, 1.7e308), float("tiny", 2_000 * .leastNonzeroMagnitude, .leastNormalMagnitude / 200), float("scale", 1e-300, 1e300, log: true),
            integer("integer", -(1 << 53), 1 << 53), float("fixed", 3, 3), integer("one", 7, 7),
        ])
    static let narrowed = NamedSpace("narrowed", [choice("kernel", "a", "b", "c", "d", allowed: [1, 3]), float("x", 0, 1)])
    static let wide = NamedSpace("fifty dimensions", (0..<50).map { float("x\($0)", 0, 1) })
    /// Linear bounds and implications over floats, logarithms, integers and a conditional parameter.
    static let ruled = NamedSpace(
        "ruled",
        [
            "low": ["type": "float", "low": 1e-4, "high": 1, "log": true], "high": ["type": "float", "low": 1e-4, "high": 1, "log": true],
            "depth": ["type": "int", "low": 1, "high": 10], "width": ["type": "int", "low": 1, "high": 64, "log": true],
            "kernel": ["type": "categorical", "choices": ["linear", "poly", "rbf"]],
            "degree": ["type": "int", "low": 2, "high": 6, "when": ["kernel": "poly"]],
        ],
        rules: [
            "low <= high", "5*depth + width <= 60", ["if": ["kernel": "poly"], "then": ["degree": ["high": 3]]],
            ["never": ["kernel": "rbf", "depth": ["low": 8]]],
        ])
    /// A ten-thousandth of the volume is legal.
    static let scarce = NamedSpace(
        "scarce", ["x": ["type": "float", "low": 0, "high": 1], "y": ["type": "float", "low": 0, "high": 1]], rules: ["x + y <= 0.014"])
    static let ruledDiscrete = NamedSpace(
        "ruled and discrete",
        ["a": ["type": "int", "low": 0, "high": 999], "b": ["type": "int", "low": 0, "high": 999], "f": ["type": "bool"]],
        rules: ["a + b <= 3", ["if": ["f": true], "then": "a < b"]])
    static let believed = NamedSpace(
        "believed",
        [
            "rate": ["type": "float", "low": 1e-5, "high": 1, "log": true, "prior": 1e-3], "depth": ["type": "int", "low": 1, "high": 10, "prior": 8],
            "kind": ["type": "categorical", "choices": ["a", "b", "c"], "prior": ["weights": ["c": 5]]],
            "gamma": ["type": "float", "low": 0, "high": 1, "prior": 0.9, "when": ["kind": ["a", "c"]]],
            "size": ["type": "ordinal", "choices": [16, 32, 64], "prior": 64, "when": ["kind": "b"]],
        ])
    static let layers = NamedSpace(
        "layers",
        [
            "layers": [
                "type": "list", "low": 1, "high": 3,
                "of": ["width": ["type": "int", "low": 8, "high": 128, "log": true], "drop": ["type": "float", "low": 0, "high": 0.5]],
            ], "order": ["type": "permutation", "of": ["scale", "select", "project"]],
        ], rules: [["sum": ["layers.*.width"], "at_most": 160]])
    static let nothing = NamedSpace("no parameters", [])

    static let all = [
        oneFloat, mixed, conditional, discrete, discreteConditional, partlyCountable, extreme, narrowed, wide, nothing, ruled, scarce,
        ruledDiscrete, believed, layers,
    ]
    static let countable = [discrete, discreteConditional, nothing, ruledDiscrete]
}
