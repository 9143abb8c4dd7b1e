import TunedSpace

/// Every trial that a sampler was told of, one row each in the order in which they were asked for.
struct TrialHistory: Sendable {
    enum Standing: Sendable {
        case pending, complete, pruned, failed, cancelled
    }

    let dimensions: Int
    let objectives: Int
    private(set) var standings: [Standing] = []
    /// Row by row; NaN where a parameter was inactive.
    private(set) var coordinates: [Double] = []
    /// Row by row, one value an objective; of a pruned trial the first is its last report, and meaningless where none came.
    private(set) var values: [Double] = []
    private(set) var steps: [Int64] = []
    private(set) var configurations: [Configuration] = []
    /// Only looked up, never iterated.
    private var rows: [Int: Int] = [:]

    init(dimensions: Int, objectives: Int) {
        self.dimensions = dimensions
        self.objectives = objectives
    }

    var count: Int { standings.count }

    func coordinates(of row: Int) -> ArraySlice<Double> { coordinates[row * dimensions..<(row + 1) * dimensions] }

    func values(of row: Int) -> ArraySlice<Double> { values[row * objectives..<(row + 1) * objectives] }

    /// A trial begins, or is taken up again.
    /// - Returns: its row, and what it was before.
    mutating func begin(_ trial: Int, _ configuration: Configuration, at point: [Double]) -> (row: Int, before: Standing?) {
        if let row = rows[trial] {
            defer { standings[row] = .pending }
            return (row, standings[row])
        }
        rows[trial] = count
        standings.append(.pending)
        coordinates += point
        configurations.append(configuration)
        values += Array(repeating: 0, count: objectives)
        steps.append(0)
        return (count - 1, nil)
    }

    /// - Returns: the trial's row and what it is now; nil where it is not pending.
    mutating func finish(_ trial: Int, _ outcome: Outcome) -> (row: Int, now: Standing)? {
        guard let row = rows[trial], standings[row] == .pending else { return nil }
        standings[row] = record(outcome, in: row)
        return (row, standings[row])
    }

    private mutating func record(_ outcome: Outcome, in row: Int) -> Standing {
        switch outcome {
        case .complete(let results):
            guard results.count == objectives, results.allSatisfy(\.isFinite) else { return .failed }
            for (index, value) in results.enumerated() { values[row * objectives + index] = value }
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
