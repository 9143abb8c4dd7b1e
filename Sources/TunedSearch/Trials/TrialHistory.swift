package import TunedSpace

/// Every trial that a sampler was told of, one row each in the order in which they were asked for.
package struct TrialHistory: Sendable {
    enum Standing: Sendable {
        case pending, complete, pruned, infeasible, failed, cancelled

        var isInformative: Bool { self != .pending && self != .cancelled }
    }

    let dimensions: Int
    let objectives: Int
    private(set) var standings: [Standing] = []
    /// Row by row; NaN where a parameter was inactive.
    private(set) var coordinates: [Double] = []
    /// Row by row, one value an objective; of a pruned trial the first is its last report, and meaningless where none
    /// came.
    private(set) var values: [Double] = []
    private(set) var steps: [Int64] = []
    /// Of each row, the values of the outcome constraints; empty where none are known.
    private(set) var constraints: [[Double]] = []
    /// Of each row, by how much it breaks them (``ViolationScale``); meaningless but for infeasible ones.
    private(set) var violations: [Double] = []
    /// Rises whenever the violations of earlier rows have changed.
    private(set) var violationRevision = 0
    private var scale = ViolationScale()
    private(set) var configurations: [Configuration] = []
    /// Only looked up, never iterated.
    private var rows: [Int: Int] = [:]

    package init(dimensions: Int, objectives: Int) {
        self.dimensions = dimensions
        self.objectives = objectives
    }

    var count: Int { standings.count }

    func coordinates(of row: Int) -> ArraySlice<Double> { coordinates[row * dimensions..<(row + 1) * dimensions] }

    func values(of row: Int) -> ArraySlice<Double> { values[row * objectives..<(row + 1) * objectives] }

    /// Finished trials that say something, if only that a configuration fails.
    private(set) var learntCount = 0

    func row(of trial: Int) -> Int? { rows[trial] }

    /// A trial begins, or is taken up again.
    /// - Returns: its row.
    package mutating func begin(_ trial: Int, _ configuration: Configuration, at point: [Double]) -> Int {
        if let row = rows[trial] {
            if standings[row].isInformative { learntCount -= 1 }
            standings[row] = .pending
            return row
        }
        rows[trial] = count
        standings.append(.pending)
        coordinates += point
        configurations.append(configuration)
        values += Array(repeating: 0, count: objectives)
        steps.append(0)
        constraints.append([])
        violations.append(0)
        return count - 1
    }

    /// A pending trial ends.
    package mutating func finish(_ row: Int, _ outcome: Outcome) {
        standings[row] = record(outcome, in: row)
        if standings[row].isInformative { learntCount += 1 }
        guard standings[row] == .infeasible else { return }
        guard scale.learn(outcome) else {
            violations[row] = scale.total(constraints[row])
            return
        }
        violationRevision += 1
        for other in 0..<count where standings[other] == .infeasible { violations[other] = scale.total(constraints[other]) }
    }

    private mutating func record(_ outcome: Outcome, in row: Int) -> Standing {
        constraints[row] = []
        switch outcome {
        case .complete(let results, let limits), .infeasible(let results, let limits):
            guard results.count == objectives, results.allSatisfy(\.isFinite) else { return .failed }
            for (index, value) in results.enumerated() { values[row * objectives + index] = value }
            constraints[row] = limits
            if case .infeasible = outcome { return .infeasible }
            return .complete
        case .pruned(let step, let value):
            guard value.isFinite else { return .failed }
            values[row * objectives] = value
            steps[row] = step
            return .pruned
        case .failed: return .failed
        case .cancelled: return .cancelled
        }
    }
}
