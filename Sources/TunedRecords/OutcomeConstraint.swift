import TunedSpace

/// A bound that a trial's result has to keep, as a person states it: `{metric: model_mb, at_most: 50}`.
public struct OutcomeConstraint: Hashable, Sendable {
    public enum Bound: Hashable, Sendable {
        case atMost(Double)
        case atLeast(Double)
    }

    public var metric: String
    public var bound: Bound

    public init(metric: String, bound: Bound) {
        self.metric = metric
        self.bound = bound
    }

    /// `model_mb<=50.0`
    package var text: String {
        switch bound {
        case .atMost(let limit): "\(metric)<=\(limit)"
        case .atLeast(let limit): "\(metric)>=\(limit)"
        }
    }

    /// By how much a value breaks it: above 0 exactly where it does.
    func violation(of value: Double) -> Double {
        switch bound {
        case .atMost(let limit): value - limit
        case .atLeast(let limit): limit - value
        }
    }

    /// Why a trial with this value is not to be used; nil where it is.
    func failure(of value: Double) -> Failure? {
        let (isKept, text) =
            switch bound {
            case .atMost(let limit): (value <= limit, "over the \(limit) that the study allows")
            case .atLeast(let limit): (value >= limit, "under the \(limit) that the study asks for")
            }
        return isKept ? nil : Failure(kind: .infeasible, message: "\(metric) is \(value), \(text)")
    }

    var json: JSONValue {
        switch bound {
        case .atMost(let limit): .object(["metric": .string(metric), "at_most": .number(limit)])
        case .atLeast(let limit): .object(["metric": .string(metric), "at_least": .number(limit)])
        }
    }

    static func list(_ value: JSONValue?) throws(SpecificationError) -> [OutcomeConstraint] {
        guard let value else { return [] }
        guard case .array(let items) = value else {
            throw SpecificationError(path: "constraints", message: "expected a list such as [{metric: model_mb, at_most: 50}]")
        }
        var constraints: [OutcomeConstraint] = []
        for (index, item) in items.enumerated() {
            let path = "constraints[\(index)]"
            var fields = try JSONFields(item, path: path)
            let (metric, high, low) = (try fields.string("metric"), try fields.number("at_most"), try fields.number("at_least"))
            try fields.finish()
            guard let metric, (high == nil) != (low == nil), let limit = high ?? low, limit.isFinite else {
                throw SpecificationError(path: path, message: "a constraint names its metric and one bound: {metric: model_mb, at_most: 50}")
            }
            constraints.append(OutcomeConstraint(metric: metric, bound: high == nil ? .atLeast(limit) : .atMost(limit)))
        }
        return constraints
    }
}

/// A constraint together with where its metric stands.
public struct BoundMetric: Hashable, Sendable {
    /// Index into the schema's metrics.
    public var metric: Int
    public var constraint: OutcomeConstraint

    public init(metric: Int, constraint: OutcomeConstraint) {
        self.metric = metric
        self.constraint = constraint
    }
}

extension StudyDeclaration {
    /// The study's constraints over its schema's metrics.
    package var boundMetrics: [BoundMetric] {
        specification.constraints.compactMap { constraint in
            schema.metrics.firstIndex { $0.name == constraint.metric }.map { BoundMetric(metric: $0, constraint: constraint) }
        }
    }
}
