extension SearchSpace {
    /// The space that a study searches: for each parameter named, a narrower range (`{low: 0.1, high: 10}`), fewer
    /// choices (`{choices: [rbf, poly]}`), or one value (`true`); and a prior (`{prior: 1}`, see ``Prior``).
    ///
    /// Narrowing stays within the declared hard limits. Every parameter keeps its place, a fixed one as a domain of one
    /// value, and categories keep their indices (``Parameter/allowed``). A default outside of the narrower domain is
    /// dropped.
    ///
    /// - Parameter added: rules of the study, beside those that are declared.
    public func narrowed(by fields: [String: JSONValue], rules added: [JSONValue] = []) throws(SpaceError) -> SearchSpace {
        // As they are declared: what a rule names need not be left after narrowing.
        let rules = rules + (try Rule.list(added, path: "rules", of: parameters))
        if fields.isEmpty, added.isEmpty { return self }
        try RuleChecker(parameters: parameters).check(rules)
        var parameters = parameters
        for (name, json) in fields.sorted(by: { $0.key < $1.key }) {
            guard let index = index(of: name) else { throw unknown(name) }
            if case .object = json {
                try parameters[index].narrow(FieldReader(json, path: name))
            } else {
                try parameters[index].fix(to: json)
            }
            if let value = parameters[index].defaultValue, !parameters[index].contains(value) {
                parameters[index].defaultValue = nil
            }
            if case .value(let value, _)? = parameters[index].prior, !parameters[index].contains(value) {
                parameters[index].prior = nil
            }
        }
        return try SearchSpace(narrowing: self, to: parameters, rules: rules)
    }
}

extension Parameter {
    fileprivate mutating func fix(to json: JSONValue) throws(SpaceError) {
        guard let value = value(meantBy: json), contains(value) else {
            throw SpaceError(.value, path: name, "\(json.shown) is not a value of \"\(name)\"; \(expectation)")
        }
        switch (domain, value) {
        case (.float(var float), .float(let number)):
            float.low = number
            float.high = number
            domain = .float(float)
        case (.integer(var integer), .integer(let number)):
            integer.low = number
            integer.high = number
            domain = .integer(integer)
        case (_, .category(let index)): allowed = [index]
        default: break
        }
    }

    fileprivate mutating func narrow(_ fields: FieldReader) throws(SpaceError) {
        var fields = fields
        let priorJSON = fields.take("prior")
        try narrowDomain(fields)
        if let priorJSON { prior = try prior(from: priorJSON, path: "\(name).prior") }
    }

    private mutating func narrowDomain(_ fields: FieldReader) throws(SpaceError) {
        var fields = fields
        if permuted != nil {
            // An order can be fixed, by a list; its number says nothing to a person.
            try fields.finish()
            return
        }
        switch domain {
        case .float(var float):
            let low = try fields.number("low") ?? float.low
            let high = try fields.number("high") ?? float.high
            try fields.finish()
            try check(low, high, within: float.low...float.high)
            if let step = float.step {
                // Onto the declared points: the first at or above, the last at or below, with room for a bound written
                // by hand.
                let first = ((low - float.low) / step - 1e-9).rounded(.up)
                let last = ((high - float.low) / step + 1e-9).rounded(.down)
                guard first <= last else { throw empty(between: "\(low)", "\(high)") }
                (float.low, float.high) = (float.low + first * step, min(float.low + last * step, float.high))
            } else {
                (float.low, float.high) = (low, high)
            }
            domain = .float(float)
        case .integer(var integer):
            let low = try fields.integer("low") ?? integer.low
            let high = try fields.integer("high") ?? integer.high
            try fields.finish()
            try check(Double(low), Double(high), within: Double(integer.low)...Double(integer.high))
            let first = (low - integer.low + integer.step - 1) / integer.step
            let last = (high - integer.low) / integer.step
            guard first <= last else { throw empty(between: "\(low)", "\(high)") }
            (integer.low, integer.high) = (integer.low + first * integer.step, integer.low + last * integer.step)
            domain = .integer(integer)
        case .categorical, .ordinal, .boolean:
            guard let choices = try fields.list("choices") else {
                try fields.finish()
                return
            }
            try fields.finish()
            guard !choices.isEmpty else {
                throw SpaceError(.choices, path: "\(name).choices", "there is nothing to choose from")
            }
            var kept: Set<Int> = []
            for (place, json) in choices.enumerated() {
                guard let value = value(meantBy: json), contains(value), case .category(let index) = value else {
                    throw SpaceError(
                        .value, path: "\(name).choices[\(place)]",
                        "\(json.shown) is no choice of \"\(name)\"; \(expectation)")
                }
                guard kept.insert(index).inserted else {
                    throw SpaceError(.duplicate, path: "\(name).choices[\(place)]", "the choice \(json.shown) comes twice")
                }
            }
            allowed = kept.sorted()
        }
    }

    private func check(_ low: Double, _ high: Double, within limits: ClosedRange<Double>) throws(SpaceError) {
        for (key, bound) in [("low", low), ("high", high)] where !limits.contains(bound) {
            throw SpaceError(.range, path: "\(name).\(key)", "\(bound) is outside of what is declared; \(expectation)")
        }
        guard low <= high else { throw SpaceError(.range, path: "\(name).low", "low \(low) is above high \(high)") }
    }

    private func empty(between low: String, _ high: String) -> SpaceError {
        SpaceError(.range, path: name, "no value of \"\(name)\" lies between \(low) and \(high); \(expectation)")
    }
}
