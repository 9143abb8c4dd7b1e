/// What a search is for: the models whose gains are averaged, and the points to look around.
///
/// Running trials are taken as if they had ended as the models expect (``GaussianProcess/believe(_:)``), and what one is expected to reach
/// is no gain any more: without this its neighbours would be the next ones. What breaks a constraint is nothing to be improved on.
struct AcquisitionTarget {
    private(set) var models: [any AcquisitionModel] = []
    private(set) var incumbents: [[Double]] = []

    private static let incumbentLimit = 5
    /// Where nothing keeps the constraints yet, all points improve on a value so far above the worst by about as much, and the chance to
    /// keep the constraints decides.
    private static let unreached = 10.0

    /// One objective.
    ///
    /// - Parameters:
    ///   - running: the places of running trials, without NaN, and as they are.
    init(_ history: TrialHistory, _ surrogate: Surrogate, _ running: RunningTrials) {
        let rows = surrogate.rows
        let places = rows.map { Array(history.coordinates(of: $0)) } + running.points
        let isKept = rows.map { history.standings[$0] != .infeasible } + running.isKept
        for var view in surrogate.views(of: history.losses(of: rows)) {
            let expected = view.means + view.process.believe(running.places)
            let feasible = expected.indices.filter { isKept[$0] }.sorted { (expected[$0], $0) < (expected[$1], $1) }
            if incumbents.isEmpty {
                let others = Self.infeasible(rows, history)
                incumbents = (feasible + others).prefix(Self.incumbentLimit).map { places[$0] }
            }
            let best = feasible.first.map { expected[$0] } ?? (view.means.max() ?? 0) + Self.unreached
            models.append(ImprovementModel(process: view.process, improvement: ExpectedImprovement(best: best)))
        }
    }

    /// Several: the front is that of the values which the models believe in.
    init(_ history: TrialHistory, _ surrogates: [Surrogate], _ running: RunningTrials) {
        // The first objective's surrogate holds pruned trials beside those with all values.
        let rows = surrogates[0].rows.filter { history.standings[$0] != .pruned }
        let places = rows.map { Array(history.coordinates(of: $0)) } + running.points
        let isKept = rows.map { history.standings[$0] != .infeasible } + running.isKept
        let views = surrogates.enumerated().map { $1.views(of: history.losses(of: $1.rows, objective: $0)) }
        for number in 0..<(views.map(\.count).min() ?? 0) {
            var (processes, columns) = ([GaussianProcess](), [[Double]]())
            for (own, surrogate) in zip(views, surrogates) {
                var view = own[number]
                let means = zip(surrogate.rows, view.means).filter { history.standings[$0.0] != .pruned }.map(\.1)
                columns.append(means + view.process.believe(running.places))
                processes.append(view.process)
            }
            let values = places.indices.map { row in columns.map { $0[row] } }
            let feasible = places.indices.filter { isKept[$0] }
            let front = ParetoFront.indices(of: feasible.map { values[$0] }).map { feasible[$0] }
            if incumbents.isEmpty {
                incumbents = (front.isEmpty ? Array(Self.infeasible(rows, history).prefix(Self.incumbentLimit)) : front).map { places[$0] }
            }
            let points = front.map { values[$0] }
            // Where nothing keeps the constraints, gains count from the front that there would be without them.
            let bounds = ExpectedHypervolumeImprovement.Bounds(
                of: points.isEmpty ? ParetoFront.indices(of: values).map { values[$0] } : points, among: values)
            let improvement = ExpectedHypervolumeImprovement(front: points, reference: bounds.reference, floor: bounds.floor)
            models.append(HypervolumeModel(processes: processes, improvement: improvement))
        }
    }

    /// Indices of the rows that break a constraint, those that break least first.
    private static func infeasible(_ rows: [Int], _ history: TrialHistory) -> [Int] {
        rows.indices.filter { history.standings[rows[$0]] == .infeasible }
            .sorted { (history.violations[rows[$0]], $0) < (history.violations[rows[$1]], $1) }
    }
}

/// Trials without a result.
struct RunningTrials {
    let points: [[Double]]
    /// The same without NaN.
    let places: [[Double]]
    /// Whether each is expected to keep the constraints.
    private(set) var isKept: [Bool]

    init(_ points: [[Double]], _ moves: PointMoves) {
        self.points = points
        places = points.map(moves.imputed)
        isKept = points.map { _ in true }
    }

    mutating func expect(_ constraints: ConstraintModel?) {
        guard let constraints else { return }
        isKept = places.map(constraints.areKept)
    }
}

extension TrialHistory {
    /// What a model takes for the values of rows in an objective: a pruned trial counts as bad as the median of the complete ones where that
    /// is worse than its last value.
    func losses(of rows: [Int], objective: Int = 0) -> [Double] {
        func value(_ row: Int) -> Double { values[row * objectives + objective] }
        let complete = rows.filter { standings[$0] == .complete }.map(value).sorted()
        let median = complete.isEmpty ? -.infinity : complete[complete.count / 2]
        return rows.map { row in standings[row] == .pruned ? max(value(row), median) : value(row) }
    }
}
