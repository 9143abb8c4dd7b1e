import TunedEngine
import TunedPlots
import TunedRecords
import TunedSpace

extension PlottedObjective {
    init(_ objective: Objective) { self.init(name: objective.name, minimizes: objective.goal == .minimize) }
}

extension PlottedTrial.Ending {
    /// nil for a trial that has not ended, or whose end says nothing.
    init?(_ row: TrialRow) {
        switch row.state {
        case .complete: self = row.isReplicate ? .replicate : .complete
        case .pruned: self = .pruned
        case .failed: self = row.isInfeasible ? .infeasible : .failed
        case .running, .paused, .cancelled: return nil
        }
    }
}

extension PlottedValue {
    init(_ value: ParameterValue) {
        switch value {
        case .float(let number): self = .number(number)
        case .integer(let number): self = .number(Double(number))
        case .category(let index): self = .choice(index)
        }
    }
}

extension PlottedParameter {
    /// nil for one that has no axis: the orders of a permutation, and what is fixed.
    init?(_ parameter: Parameter) {
        guard parameter.permuted == nil, !parameter.isFixed else { return nil }
        let axis: Axis =
            switch parameter.domain {
            case .float(let float):
                float.isLogarithmic ? .logarithmic(low: float.low, high: float.high, isWhole: false) : .linear(low: float.low, high: float.high, isWhole: false)
            case .integer(let integer):
                integer.isLogarithmic
                    ? .logarithmic(low: Double(integer.low), high: Double(integer.high), isWhole: true)
                    : .linear(low: Double(integer.low), high: Double(integer.high), isWhole: true)
            case .categorical(let choices), .ordinal(let choices): .choices(choices.map(\.text))
            case .boolean: .choices(["false", "true"])
            }
        self.init(name: parameter.name, axis: axis)
    }
}
