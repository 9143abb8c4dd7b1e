/// What a configuration has to keep beyond the domains of its parameters: a linear bound on numbers, or an implication
/// between values. All rules of a space must hold.
///
/// In a schema's or a study file's list `rules`:
///
///     rules:
///       - x + 2*y <= 10                                    where all its parameters are active
///       - {linear: {x: 1, y: 2}, at_most: 10}              the same as a map; also at_least, below, above
///       - {sum: ["layers.*.width"], at_most: 512}          a parameter that is inactive adds nothing
///       - {if: {kernel: poly}, then: {degree: {high: 3}}}
///       - {if: {kernel: [rbf, poly]}, then: low <= high}
///       - {never: {optimizer: adam, momentum: {low: 0.95}}}
public struct Rule: Hashable, Sendable {
    public enum Demand: Hashable, Sendable {
        /// All must hold; one of a parameter that is inactive does.
        case tests([ValueTest])
        case linear(LinearBound)
        /// The premises must not hold together.
        case never
    }

    /// The rule applies where all of these hold; always where there are none. One of an inactive parameter does not hold.
    public var premises: [ValueTest]
    public var demand: Demand

    public init(premises: [ValueTest] = [], demand: Demand) {
        self.premises = premises
        self.demand = demand
    }
}

/// Whether a parameter's value is among some.
public struct ValueTest: Hashable, Sendable {
    public enum Wanted: Hashable, Sendable {
        /// One of a countable parameter's values.
        case values([ParameterValue])
        /// Any value but these.
        case others([ParameterValue])
        /// A number from low to high, both included; either may be infinite.
        case range(low: Double, high: Double)
    }

    /// Index in the space.
    public var parameter: Int
    public var wanted: Wanted

    public init(parameter: Int, wanted: Wanted) {
        self.parameter = parameter
        self.wanted = wanted
    }
}

/// Σ coefficient · value <= bound, over floats, integers, booleans (0 and 1) and ordinals of ascending numbers.
public struct LinearBound: Hashable, Sendable {
    public struct Term: Hashable, Sendable {
        /// Index in the space.
        public var parameter: Int
        public var coefficient: Double

        public init(parameter: Int, coefficient: Double) {
            self.parameter = parameter
            self.coefficient = coefficient
        }
    }

    public var terms: [Term]
    public var bound: Double
    /// The sum must stay below the bound.
    public var isStrict: Bool
    /// Whether an inactive parameter adds nothing; else the bound holds where one of its parameters is inactive.
    public var countsActive: Bool

    public init(terms: [Term], bound: Double, isStrict: Bool = false, countsActive: Bool = false) {
        self.terms = terms
        self.bound = bound
        self.isStrict = isStrict
        self.countsActive = countsActive
    }

    /// Room for rounding, relative to the sum of the magnitudes.
    static let tolerance = 1e-12

    func holds(sum: Double, magnitude: Double) -> Bool {
        let room = Self.tolerance * (magnitude + abs(bound))
        return isStrict ? sum < bound - room : sum <= bound + room
    }
}

extension ValueTest {
    func holds(for value: ParameterValue, of parameter: Parameter) -> Bool {
        switch wanted {
        case .values(let values): values.contains { parameter.isSame($0, value) }
        case .others(let values): !values.contains { parameter.isSame($0, value) }
        case .range(let low, let high): parameter.number(of: value).map { $0 >= low && $0 <= high } ?? false
        }
    }
}

extension Rule {
    /// Whether the rule holds for values of which the inactive ones are nil.
    func holds(for configuration: Configuration, of parameters: [Parameter]) -> Bool {
        for premise in premises {
            guard let value = configuration[premise.parameter], premise.holds(for: value, of: parameters[premise.parameter])
            else { return true }
        }
        switch demand {
        case .never: return false
        case .tests(let tests):
            return tests.allSatisfy { test in
                configuration[test.parameter].map { test.holds(for: $0, of: parameters[test.parameter]) } ?? true
            }
        case .linear(let linear):
            var (sum, magnitude) = (0.0, 0.0)
            for term in linear.terms {
                guard let number = configuration[term.parameter].flatMap(parameters[term.parameter].number(of:)) else {
                    if linear.countsActive { continue }
                    return true
                }
                sum += term.coefficient * number
                magnitude += abs(term.coefficient * number)
            }
            return linear.holds(sum: sum, magnitude: magnitude)
        }
    }

    /// Indices of all parameters that the rule looks at.
    var parameters: [Int] {
        let demanded: [Int] =
            switch demand {
            case .never: []
            case .tests(let tests): tests.map(\.parameter)
            case .linear(let linear): linear.terms.map(\.parameter)
            }
        return premises.map(\.parameter) + demanded
    }
}

extension Parameter {
    /// The number that a linear rule reckons with; nil for what is no number.
    func number(of value: ParameterValue) -> Double? {
        switch (domain, value) {
        case (.float, .float(let number)): number
        case (.integer, .integer(let number)): Double(number)
        case (.boolean, .category(let index)): Double(index)
        case (.ordinal(let choices), .category(let index)) where choices.indices.contains(index): choices[index].json.doubleValue
        default: nil
        }
    }

    /// Whether its values are numbers that ascend with its cells.
    var isNumeric: Bool {
        switch domain {
        case .float, .integer: permuted == nil
        case .boolean: true
        case .categorical: false
        case .ordinal(let choices):
            choices.allSatisfy { $0.json.doubleValue != nil }
                && zip(choices, choices.dropFirst()).allSatisfy { ($0.json.doubleValue ?? 0) < ($1.json.doubleValue ?? 0) }
        }
    }

    /// Points of a stepped float may differ in the last bits.
    func isSame(_ a: ParameterValue, _ b: ParameterValue) -> Bool {
        if a == b { return true }
        guard case .float = domain, let cell = cell(of: a) else { return false }
        return cell == self.cell(of: b)
    }
}
