extension Parameter {
    /// The value that the prior holds for the best; nil where there is none, or several are.
    var believedValue: ParameterValue? {
        switch prior {
        case nil: return nil
        case .value(let value, _): return contains(value) ? value : nil
        case .weights(let weights):
            let categories = categories.filter(weights.indices.contains)
            guard let best = categories.max(by: { weights[$0] < weights[$1] }) else { return nil }
            return categories.count { weights[$0] == weights[best] } == 1 ? .category(best) : nil
        }
    }

    /// Reads a prior.
    func prior(from json: JSONValue, path: String) throws(SpaceError) -> Prior {
        guard case .object(let keys) = json else { return try prior(near: json, Prior.defaultConfidence, path: path) }
        var fields = try FieldReader(json, path: path)
        if keys["weights"] != nil {
            let weights = try fields.required("weights")
            try fields.finish()
            return .weights(try self.weights(weights, path: "\(path).weights"))
        }
        let value = try fields.required("value")
        let confidence = try fields.take("confidence").map { json throws(SpaceError) in
            if let named = Prior.confidences.first(where: { .string($0.name) == json }) { return named.value }
            guard let number = json.doubleValue, Prior.confidenceRange.contains(number) else {
                throw SpaceError(
                    .prior, path: "\(path).confidence", "use low, medium, high or a number from 0.01 to 0.99, found \(json.shown)")
            }
            return number
        }
        try fields.finish()
        return try prior(near: value, confidence ?? Prior.defaultConfidence, path: "\(path).value")
    }

    private func prior(near json: JSONValue, _ confidence: Double, path: String) throws(SpaceError) -> Prior {
        guard let value = value(meantBy: json), contains(value) else {
            throw SpaceError(.prior, path: path, "\(json.shown) is not a value of \"\(name)\"; \(expectation)")
        }
        return .value(value, confidence: confidence)
    }

    private func weights(_ json: JSONValue, path: String) throws(SpaceError) -> [Double] {
        guard declaredCategoryCount > 0 else {
            throw SpaceError(.prior, path: path, "weights are for choices; a number takes {value: ..., confidence: ...}")
        }
        var weights = [Double](repeating: 1, count: declaredCategoryCount)
        func put(_ json: JSONValue, _ index: Int, _ path: String) throws(SpaceError) {
            guard let weight = json.doubleValue, weight > 0, weight <= 1e9 else {
                throw SpaceError(.prior, path: path, "a weight is a number above 0, up to 1e9, found \(json.shown)")
            }
            weights[index] = weight
        }
        switch json {
        case .array(let items):
            guard items.count == weights.count else {
                throw SpaceError(.prior, path: path, "\(items.count) weights for \(weights.count) choices")
            }
            for (index, item) in items.enumerated() { try put(item, index, "\(path)[\(index)]") }
        case .object(let fields):
            for (choice, item) in fields.sorted(by: { $0.key < $1.key }) {
                guard case .category(let index)? = value(meantBy: .string(choice)) else {
                    throw SpaceError(.prior, path: path, "\"\(choice.prefix(60))\" is no choice of \"\(name)\"; \(expectation)")
                }
                try put(item, index, "\(path).\(choice)")
            }
        default: throw SpaceError(.type, path: path, "expected a map of choices to weights, or a list, found \(json.shown)")
        }
        return weights
    }

    /// What ``prior(from:path:)`` reads back to an equal prior.
    var priorJSON: JSONValue? {
        switch prior {
        case nil: nil
        case .value(let value, let confidence):
            json(of: value).map { ["value": $0, "confidence": .number(confidence)] }
        case .weights(let weights): ["weights": .array(weights.map(JSONValue.number))]
        }
    }
}
