/// One trial as pictures have it.
package struct PlottedTrial: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case complete
        /// Complete; measures the configuration of another trial again.
        case replicate
        /// Has values, and breaks a constraint.
        case infeasible
        /// Its value is the last that it reported.
        case pruned
        case failed
    }

    package var number: Int
    package var ending: Ending
    /// One an objective, in the study's order; empty where there is none.
    package var values: [Double]
    /// One a parameter; nil where it was not active.
    package var configuration: [PlottedValue?]

    package init(number: Int, ending: Ending, values: [Double], configuration: [PlottedValue?] = []) {
        self.number = number
        self.ending = ending
        self.values = values
        self.configuration = configuration
    }

    /// Whether a parameter was active.
    func has(_ parameter: Int) -> Bool { configuration.indices.contains(parameter) && configuration[parameter] != nil }

    func lacks(_ parameter: Int) -> Bool { configuration.indices.contains(parameter) && configuration[parameter] == nil }

    func value(_ objective: Int) -> Double? {
        values.indices.contains(objective) && values[objective].isFinite ? values[objective] : nil
    }
}

package enum PlottedValue: Hashable, Sendable {
    case number(Double)
    /// Index of a choice.
    case choice(Int)

    var position: Double {
        switch self {
        case .number(let number): number
        case .choice(let index): Double(index)
        }
    }
}

package struct PlottedParameter: Hashable, Sendable {
    package enum Axis: Hashable, Sendable {
        case linear(low: Double, high: Double, isWhole: Bool)
        case logarithmic(low: Double, high: Double, isWhole: Bool)
        case choices([String])
    }

    package var name: String
    package var axis: Axis

    package init(name: String, axis: Axis) {
        self.name = name
        self.axis = axis
    }

    /// What is declared, or as much of it as the values are wide where the space was changed since.
    func range(covering values: some Sequence<PlottedValue>) -> AxisRange {
        switch axis {
        case .choices(let names): return .choices(names)
        case .linear(let low, let high, let isWhole):
            let (low, high) = Self.widened(low, high, values)
            return .around(low, high, .linear, isWhole: isWhole)
        case .logarithmic(let low, let high, let isWhole):
            let (low, high) = Self.widened(low, high, values)
            return .around(low, high, low > 0 ? .logarithmic : .linear, isWhole: isWhole)
        }
    }

    private static func widened(_ low: Double, _ high: Double, _ values: some Sequence<PlottedValue>) -> (Double, Double) {
        var (low, high) = (low, high)
        for value in values where value.position.isFinite { (low, high) = (min(low, value.position), max(high, value.position)) }
        return (low, high)
    }

    func text(_ value: PlottedValue) -> String {
        switch (axis, value) {
        case (.choices(let names), .choice(let index)): names.indices.contains(index) ? names[index] : "\(index)"
        case (_, let value): NumberText.significant(value.position)
        }
    }
}

package struct PlottedObjective: Hashable, Sendable {
    package var name: String
    package var minimizes: Bool

    package init(name: String, minimizes: Bool) {
        self.name = name
        self.minimizes = minimizes
    }

    func loss(_ value: Double) -> Double { minimizes ? value : -value }

    /// The axis' title.
    var title: String { "\(name), \(minimizes ? "less" : "more") is better" }
}

/// What one run of a trial reported of a metric.
package struct PlottedCurve: Hashable, Sendable {
    package var trial: Int
    package var fold: Int
    package var points: [(step: Double, value: Double)] { zip(steps, values).map { ($0, $1) } }
    package var steps: [Double]
    package var values: [Double]

    package init(trial: Int, fold: Int, steps: [Double] = [], values: [Double] = []) {
        self.trial = trial
        self.fold = fold
        self.steps = steps
        self.values = values
    }
}

/// How far one trial came: its value at each budget that it reached, ascending.
package struct PlottedClimb: Hashable, Sendable {
    package var trial: Int
    package var ending: PlottedTrial.Ending?
    package var budgets: [Double]
    package var values: [Double]

    /// - Parameter ending: nil while it runs, or waits to go on.
    package init(trial: Int, ending: PlottedTrial.Ending?, budgets: [Double], values: [Double]) {
        self.trial = trial
        self.ending = ending
        self.budgets = budgets
        self.values = values
    }
}

/// One member of a population at one generation.
package struct PlottedMember: Hashable, Sendable {
    package var generation: Int
    /// Its place in the population.
    package var place: Int
    package var trial: Int
    package var value: Double?
    /// The place that its state came from in the generation before; nil where it began anew.
    package var parent: Int?

    package init(generation: Int, place: Int, trial: Int, value: Double?, parent: Int?) {
        self.generation = generation
        self.place = place
        self.trial = trial
        self.value = value
        self.parent = parent
    }
}

/// The share of one parameter, or of several together, in what makes trials differ; 0 to 1.
package struct PlottedShare: Hashable, Sendable {
    package var names: [String]
    package var share: Double

    package init(names: [String], share: Double) {
        self.names = names
        self.share = share
    }
}
