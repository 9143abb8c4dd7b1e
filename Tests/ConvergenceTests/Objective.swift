import Glibc
import Testing
import TunedSpace

/// A function to minimise, with its optimum off the centre of its space.
struct Objective: Sendable, CustomTestStringConvertible {
    let name: String
    let space: SearchSpace
    let value: @Sendable (Configuration) -> Double
    var testDescription: String { name }

    private init(_ name: String, _ parameters: [Parameter], _ value: @escaping @Sendable (Configuration) -> Double) {
        self.name = name
        self.value = value
        do {
            space = try SearchSpace(parameters)
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }

    static func number(_ configuration: Configuration, _ index: Int) -> Double {
        switch configuration[index] {
        case .float(let number): number
        case .integer(let number): Double(number)
        case .category(let index): Double(index)
        case nil: .nan
        }
    }

    private static func float(_ name: String, _ low: Double, _ high: Double, log: Bool = false, when: [Condition] = []) -> Parameter {
        Parameter(name: name, domain: .float(FloatDomain(low: low, high: high, isLogarithmic: log)), conditions: when)
    }

    static let all = [branin, shiftedSphere, mixed, conditional]

    /// Branin and Hoo 1972: three global minima of 0.397887.
    static let branin = Objective("branin", [float("x", -5, 10), float("y", 0, 15)]) { configuration in
        let (x, y) = (number(configuration, 0), number(configuration, 1))
        let bowl = y - 5.1 / (4 * .pi * .pi) * x * x + 5 / .pi * x - 6
        return bowl * bowl + 10 * (1 - 1 / (8 * .pi)) * cos(x) + 10
    }

    static let shiftedSphere = Objective("sphere of six dimensions", (0..<6).map { float("x\($0)", 0, 1) }) { configuration in
        (0..<6).reduce(0) { sum, index in
            let distance = number(configuration, index) - [0.21, 0.74, 0.33, 0.88, 0.12, 0.6][index]
            return sum + distance * distance
        }
    }

    /// A learning rate, a depth, a kind and a switch, which interact.
    static let mixed = Objective(
        "mixed",
        [
            float("rate", 1e-6, 1, log: true), Parameter(name: "depth", domain: .integer(IntegerDomain(low: 1, high: 12))),
            Parameter(name: "kind", domain: .categorical(["a", "b", "c", "d"].map(Choice.text))),
            Parameter(name: "flag", domain: .boolean), float("drop", 0, 1),
        ]
    ) { configuration in
        let rate = log10(number(configuration, 0)) + 3.3
        let depth = (number(configuration, 1) - 9) / 12
        let kind = [0.5, 0.0, 0.8, 0.3][Int(number(configuration, 2))]
        let flag = number(configuration, 3) == 1 ? 0 : 0.2 + 0.2 * abs(depth)
        let drop = number(configuration, 4) - 0.2
        return 0.1 * rate * rate + depth * depth + kind + flag + drop * drop
    }

    /// The best branch has two parameters of its own.
    static let conditional = Objective(
        "conditional",
        [
            Parameter(name: "kernel", domain: .categorical(["linear", "poly", "rbf"].map(Choice.text))), float("C", 1e-3, 1e3, log: true),
            float("gamma", 1e-5, 10, log: true, when: [Condition(parent: 0, values: [.category(1), .category(2)])]),
            Parameter(
                name: "degree", domain: .integer(IntegerDomain(low: 2, high: 8)),
                conditions: [Condition(parent: 0, values: [.category(1)])]),
        ]
    ) { configuration in
        let cost = log10(number(configuration, 1))
        switch Int(number(configuration, 0)) {
        case 0: return 0.4 + 0.02 * (cost + 1) * (cost + 1)
        case 1:
            let degree = number(configuration, 3) - 3
            let gamma = log10(number(configuration, 2)) + 1
            return 0.3 + 0.02 * cost * cost + 0.02 * degree * degree + 0.02 * gamma * gamma
        default:
            let gamma = log10(number(configuration, 2)) + 2.5
            return 0.02 + 0.02 * (cost - 1.5) * (cost - 1.5) + 0.05 * gamma * gamma
        }
    }

    /// Twenty parameters, none of which another one matters to.
    static let separable = Objective("separable", (0..<20).map { float("x\($0)", 0, 1) }) { configuration in
        (0..<20).reduce(0) { sum, index in
            let distance = number(configuration, index) - [0.21, 0.74, 0.33, 0.88, 0.12, 0.6][index % 6]
            return sum + distance * distance
        }
    }

    /// Four branches with three parameters each, whose optima differ, and one that all share.
    static let branches = Objective(
        "branches",
        [Parameter(name: "kind", domain: .categorical(["a", "b", "c", "d"].map(Choice.text))), float("shared", 0, 1)]
            + (0..<12).map { float("x\($0)", 0, 1, when: [Condition(parent: 0, values: [.category($0 / 3)])]) }
    ) { configuration in
        let kind = Int(number(configuration, 0))
        let shared = number(configuration, 1) - 0.3
        return (0..<3).reduce([0.3, 0.1, 0.2, 0.01][kind] + shared * shared) { sum, index in
            let distance = number(configuration, 2 + 3 * kind + index) - [0.8, 0.15, 0.6][index]
            return sum + distance * distance
        }
    }
}
