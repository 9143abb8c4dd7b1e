/// The rules of a space, ready to be searched: tests and conditions as sets of values.
struct RuleSystem: Sendable {
    struct Test: Sendable {
        var parameter: Int
        var inside: Reach
    }

    enum Demand: Sendable {
        case tests([Test])
        case linear(LinearBound)
        case never
    }

    struct CompiledRule: Sendable {
        var premises: [Test]
        var demand: Demand
    }

    let parameters: [Parameter]
    let order: [Int]
    let declared: [Rule]
    let rules: [CompiledRule]
    /// Of each parameter: what its parents must be.
    let conditions: [[Test]]
    /// Parameters that a rule looks at, and the parents on which those hang; in the space's order.
    let relevant: [Int]

    init(_ rules: [Rule], parameters: [Parameter], order: [Int]) {
        self.parameters = parameters
        self.order = order
        declared = rules
        func test(_ test: ValueTest) -> Test {
            Test(parameter: test.parameter, inside: Reach(test, of: parameters[test.parameter]))
        }
        self.rules = rules.map { rule in
            let demand: Demand =
                switch rule.demand {
                case .tests(let tests): .tests(tests.map(test))
                case .linear(let linear): .linear(linear)
                case .never: .never
                }
            return CompiledRule(premises: rule.premises.map(test), demand: demand)
        }
        conditions = parameters.map { parameter in
            parameter.conditions.map { condition in
                Test(parameter: condition.parent, inside: Reach(values: condition.values, of: parameters[condition.parent]))
            }
        }
        var isRelevant = Array(repeating: false, count: parameters.count)
        for rule in rules { for index in rule.parameters { isRelevant[index] = true } }
        // Parents come before children in the order, so one pass from the end reaches all ancestors.
        for index in order.reversed() where isRelevant[index] {
            for condition in parameters[index].conditions { isRelevant[condition.parent] = true }
        }
        relevant = order.filter { isRelevant[$0] }
    }
}

extension RuleSystem {
    func isLegal(_ configuration: Configuration) -> Bool {
        declared.allSatisfy { $0.holds(for: configuration, of: parameters) }
    }

    /// Every active parameter at its central value.
    var centre: Configuration { configuration { parameters[$0].centralValue } }

    /// The configuration of the values that are given for active parameters.
    func configuration(_ value: (Int) -> ParameterValue?) -> Configuration {
        var configuration = Configuration(Array(repeating: nil, count: parameters.count))
        for index in order where parameters[index].isActive(in: configuration) { configuration[index] = value(index) }
        return configuration
    }
}
