/// Checks the rules of a space before it is made.
struct RuleChecker {
    let parameters: [Parameter]

    func check(_ rules: [Rule]) throws(SpaceError) {
        guard rules.count <= Rule.maximumCount else {
            throw SpaceError(.limit, path: "rules", "\(rules.count) rules; at most \(Rule.maximumCount) are allowed")
        }
        for (place, rule) in rules.enumerated() {
            let path = "rules[\(place)]"
            if let stray = rule.parameters.first(where: { !parameters.indices.contains($0) }) {
                throw SpaceError(.rule, path: path, "the rule is on parameter \(stray), and there are \(parameters.count)")
            }
            for premise in rule.premises { try check(premise, path: path) }
            switch rule.demand {
            case .tests(let tests): for test in tests { try check(test, path: path) }
            case .linear(let linear): try check(linear, path: path)
            case .never:
                guard !rule.premises.isEmpty else { throw SpaceError(.rule, path: path, "a rule that nothing can keep") }
            }
        }
    }

    private func check(_ test: ValueTest, path: String) throws(SpaceError) {
        var parameter = parameters[test.parameter]
        parameter.allowed = nil
        switch test.wanted {
        case .values(let values), .others(let values):
            guard parameter.cellCount != nil, !values.isEmpty, values.allSatisfy(parameter.contains) else {
                throw SpaceError(
                    .rule, path: path, "the rule names a value that \"\(parameter.name)\" can never have; \(parameter.expectation)")
            }
        case .range(let low, let high):
            guard parameter.isNumeric, low <= high else {
                throw SpaceError(.rule, path: path, "\"\(parameter.name)\" is no number, or the range \(low) to \(high) is none")
            }
        }
    }

    private func check(_ linear: LinearBound, path: String) throws(SpaceError) {
        var magnitude = abs(linear.bound)
        for term in linear.terms {
            let parameter = parameters[term.parameter]
            guard parameter.isNumeric, let hull = Reach(parameter).hull(of: parameter) else {
                throw SpaceError(.rule, path: path, "\"\(parameter.name)\" is no number: a bound is on numbers")
            }
            magnitude += abs(term.coefficient) * max(abs(hull.low), abs(hull.high), hull.high / 2 - hull.low / 2)
        }
        guard !linear.terms.isEmpty, magnitude.isFinite, magnitude < 1e300 else {
            throw SpaceError(.rule, path: path, "the sum is too large for a double, or empty; narrow the parameters")
        }
    }
}
