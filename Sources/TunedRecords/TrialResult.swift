/// What the runs of a trial came to, which is how it ends (``TrialEnded/init(trial:_:step:)``).
///
/// A constraint is averaged over the runs as a metric is: cross-validation estimates what a configuration does, and a bound on a metric and
/// the same bound reported by the plugin then say the same. Runs that did not report it are left out; a constraint that none reported is none
/// of the trial's, which is not held against it.
public struct TrialResult: Hashable, Sendable {
    public struct Run: Hashable, Sendable {
        /// In the order of the schema's metrics.
        public var metrics: [Double]
        /// As the plugin reported them.
        public var constraints: [ConstraintValue]

        public init(metrics: [Double], constraints: [ConstraintValue] = []) {
            self.metrics = metrics
            self.constraints = constraints
        }

        /// nil of a run that did not succeed.
        public init?(_ outcome: AttemptOutcome) {
            guard case .succeeded(let metrics, let constraints) = outcome else { return nil }
            self.init(metrics: metrics, constraints: constraints)
        }
    }

    /// One an objective: the mean over the runs.
    public let values: [Double]
    /// The study's bounds in their order, then what the plugin reported, in the order in which it came.
    public let constraints: [ConstraintValue]
    /// The first constraint that is broken, in words; nil where all are kept.
    public let failure: Failure?

    /// - Parameter runs: at least one, all of which succeeded.
    public init(of runs: [Run], objectives: [Objective], bounds: [BoundMetric]) {
        func mean(of metric: Int) -> Double { runs.reduce(0) { $0 + $1.metrics[metric] } / Double(runs.count) }
        values = objectives.map { mean(of: $0.metric) }
        var constraints: [ConstraintValue] = []
        var failure: Failure?
        for bound in bounds {
            let mean = mean(of: bound.metric)
            constraints.append(ConstraintValue(name: bound.constraint.text, value: bound.constraint.violation(of: mean)))
            failure = failure ?? bound.constraint.failure(of: mean)
        }
        let reported = Self.means(runs.flatMap(\.constraints)).filter { constraint in !constraints.contains { $0.name == constraint.name } }
        if let broken = reported.first(where: { !$0.isKept }) {
            failure = failure ?? Failure(
                kind: .infeasible, message: "the constraint \(broken.name) is \(broken.value), which keeps it only at 0 or less")
        }
        self.constraints = constraints + reported
        self.failure = failure
    }

    /// In the order in which the names came first.
    private static func means(_ values: [ConstraintValue]) -> [ConstraintValue] {
        var sums: [(name: String, sum: Double, count: Int)] = []
        for constraint in values {
            if let index = sums.firstIndex(where: { $0.name == constraint.name }) {
                sums[index].sum += constraint.value
                sums[index].count += 1
            } else {
                sums.append((constraint.name, constraint.value, 1))
            }
        }
        return sums.map { ConstraintValue(name: $0.name, value: $0.sum / Double($0.count)) }
    }
}
