/// Checks the parameters of a space before it is made, and puts them in the order of their conditions.
struct SpaceChecker {
    let parameters: [Parameter]

    /// - Returns: the order of ``SearchSpace/order``.
    func check(_ rules: [Rule]) throws(SpaceError) -> [Int] {
        guard parameters.count <= SearchSpace.maximumParameters else {
            throw SpaceError(
                .limit, path: "parameters", "\(parameters.count) parameters; at most \(SearchSpace.maximumParameters) are allowed")
        }
        var seen: [String: Int] = [:]
        for (index, parameter) in parameters.enumerated() {
            try Self.check(name: parameter.name, path: "parameters[\(index)].name")
            if let first = seen.updateValue(index, forKey: parameter.name) {
                throw SpaceError(
                    .duplicate, path: path(index), "the name \"\(parameter.name)\" is taken by parameters[\(first)] already")
            }
            try check(domainOf: index)
            try check(defaultOf: index)
            try check(priorOf: index)
        }
        for index in parameters.indices { try check(conditionsOf: index) }
        let order = try topologicalOrder()
        try RuleChecker(parameters: parameters).check(rules)
        return order
    }

    /// The rule for names of parameters and metrics.
    static func check(name: String, path: String) throws(SpaceError) {
        guard !name.isEmpty else { throw SpaceError(.name, path: path, "the name is empty") }
        let isAllowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard name.utf8.count <= 128, isAllowed else {
            throw SpaceError(
                .name, path: path, "\"\(name.prefix(128))\" is no name: use 1 to 128 of A-Z, a-z, 0-9, underscore, dot and dash")
        }
    }

    private func path(_ index: Int) -> String { "parameters[\(index)] \"\(parameters[index].name)\"" }

    private func check(domainOf index: Int) throws(SpaceError) {
        let path = path(index)
        switch parameters[index].domain {
        case .float(let float):
            for (key, bound) in [("low", float.low), ("high", float.high)] where !bound.isFinite {
                throw SpaceError(.range, path: "\(path).\(key)", "a bound must be a finite number, found \(bound)")
            }
            guard float.low <= float.high else {
                throw SpaceError(.range, path: "\(path).low", "low \(float.low) is above high \(float.high)")
            }
            guard !float.isLogarithmic || float.low > 0 else {
                throw SpaceError(
                    .logarithm, path: "\(path).low", "a logarithmic scale needs low above zero, found \(float.low)")
            }
            if let step = float.step {
                guard step > 0, step.isFinite else {
                    throw SpaceError(.step, path: "\(path).step", "a step must be above zero, found \(step)")
                }
                guard (float.high - float.low) / step < 0x1p53 else {
                    throw SpaceError(.step, path: "\(path).step", "the step \(step) is too small for the range")
                }
            }
        case .integer(let integer):
            if let items = parameters[index].permuted { try check(items, permutedBy: integer, path: path) }
            for (key, bound) in [("low", integer.low), ("high", integer.high)] where !SearchSpace.integerRange.contains(bound) {
                throw SpaceError(.range, path: "\(path).\(key)", "an integer lies within -2^53 and 2^53, found \(bound)")
            }
            guard integer.low <= integer.high else {
                throw SpaceError(.range, path: "\(path).low", "low \(integer.low) is above high \(integer.high)")
            }
            guard !integer.isLogarithmic || integer.low > 0 else {
                throw SpaceError(
                    .logarithm, path: "\(path).low", "a logarithmic scale needs low above zero, found \(integer.low)")
            }
            guard integer.step > 0 else {
                throw SpaceError(.step, path: "\(path).step", "a step must be at least 1, found \(integer.step)")
            }
        case .categorical(let choices), .ordinal(let choices):
            try check(choices, path: "\(path).choices")
        case .boolean: break
        }
        if let allowed = parameters[index].allowed { try check(allowed, of: index) }
    }

    private func check(_ choices: [Choice], path: String) throws(SpaceError) {
        guard !choices.isEmpty else { throw SpaceError(.choices, path: path, "there is nothing to choose from") }
        guard choices.count <= SearchSpace.maximumChoices else {
            throw SpaceError(.limit, path: path, "\(choices.count) choices; at most \(SearchSpace.maximumChoices) are allowed")
        }
        // By text, because a command line and YAML cannot tell 1 from "1".
        var seen: Set<String> = []
        for (place, choice) in choices.enumerated() {
            if case .number(let number) = choice, !number.isFinite {
                throw SpaceError(.choices, path: "\(path)[\(place)]", "a choice must be a finite number, found \(number)")
            }
            let text = choice.json.doubleValue.map { "\($0)" } ?? choice.text
            guard seen.insert(text).inserted else {
                throw SpaceError(.duplicate, path: "\(path)[\(place)]", "the choice \"\(choice.text.prefix(60))\" comes twice")
            }
        }
    }

    private func check(_ items: [Choice], permutedBy numbers: IntegerDomain, path: String) throws(SpaceError) {
        try check(items, path: "\(path).of")
        guard items.count <= PermutationCode.maximumItems else {
            throw SpaceError(
                .limit, path: "\(path).of", "\(items.count) items; a permutation has at most \(PermutationCode.maximumItems)")
        }
        guard numbers.low >= 0, numbers.high < Int64(PermutationCode.count(items.count)), numbers.step == 1, !numbers.isLogarithmic
        else { throw SpaceError(.range, path: path, "the orders of \(items.count) items are numbered from 0, without steps") }
    }

    private func check(priorOf index: Int) throws(SpaceError) {
        let parameter = parameters[index]
        let path = "\(path(index)).prior"
        switch parameter.prior {
        case nil: return
        case .value(let value, let confidence):
            guard parameter.contains(value) else {
                throw SpaceError(.prior, path: path, "the value is outside of the parameter's domain; \(parameter.expectation)")
            }
            guard Prior.confidenceRange.contains(confidence) else {
                throw SpaceError(.prior, path: path, "a confidence lies between 0.01 and 0.99, found \(confidence)")
            }
        case .weights(let weights):
            guard weights.count == parameter.declaredCategoryCount, weights.allSatisfy({ $0 > 0 && $0 <= 1e9 }) else {
                throw SpaceError(.prior, path: path, "there must be one weight above 0, up to 1e9, for each declared choice")
            }
        }
    }

    private func check(_ allowed: [Int], of index: Int) throws(SpaceError) {
        let count = parameters[index].declaredCategoryCount
        guard count > 0, !allowed.isEmpty, allowed.allSatisfy((0..<count).contains),
            zip(allowed, allowed.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw SpaceError(.choices, path: path(index), "the allowed categories must be ascending indices of the choices")
        }
    }

    private func check(defaultOf index: Int) throws(SpaceError) {
        guard let value = parameters[index].defaultValue else { return }
        guard parameters[index].contains(value) else {
            let shown = parameters[index].json(of: value)?.shown ?? "it"
            throw SpaceError(
                .defaultValue, path: "\(path(index)).default",
                "\(shown) is outside of the parameter's domain; \(parameters[index].expectation)")
        }
    }

    private func check(conditionsOf index: Int) throws(SpaceError) {
        let path = "\(path(index)).when"
        var parents: Set<Int> = []
        for condition in parameters[index].conditions {
            guard parameters.indices.contains(condition.parent) else {
                throw SpaceError(.condition, path: path, "the condition is on a parameter that does not exist")
            }
            let parent = parameters[condition.parent]
            guard condition.parent != index else { throw SpaceError(.cycle, path: path, "the parameter depends on itself") }
            guard parents.insert(condition.parent).inserted else {
                throw SpaceError(.duplicate, path: path, "two conditions are on \"\(parent.name)\"; list the values in one")
            }
            guard parent.cellCount != nil else {
                throw SpaceError(
                    .condition, path: path,
                    "\"\(parent.name)\" is a continuous number, which never has one exact value; give it a step or choices")
            }
            guard !condition.values.isEmpty else {
                throw SpaceError(.condition, path: path, "the condition on \"\(parent.name)\" names no value")
            }
            // Against the declared domain: a study may narrow it later, and then the condition just never holds.
            var declared = parent
            declared.allowed = nil
            for value in condition.values where !declared.contains(value) {
                let shown = parent.json(of: value)?.shown ?? "a value of another type"
                throw SpaceError(
                    .condition, path: path, "\"\(parent.name)\" can never be \(shown); \(parent.expectation)")
            }
        }
    }

    /// Kahn's algorithm (1962), taking the lowest index that is free.
    private func topologicalOrder() throws(SpaceError) -> [Int] {
        var order: [Int] = []
        order.reserveCapacity(parameters.count)
        var isPlaced = Array(repeating: false, count: parameters.count)
        while order.count < parameters.count {
            let before = order.count
            for index in parameters.indices where !isPlaced[index] {
                guard parameters[index].conditions.allSatisfy({ isPlaced[$0.parent] }) else { continue }
                isPlaced[index] = true
                order.append(index)
            }
            guard order.count > before else {
                let rest = parameters.indices.filter { !isPlaced[$0] }
                let names = rest.prefix(10).map { "\"\(parameters[$0].name)\"" }
                throw SpaceError(
                    .cycle, path: "\(path(rest[0])).when",
                    "the conditions of \(names.joined(separator: ", ")) go round in a circle")
            }
        }
        return order
    }
}
