import TunedSpace

/// Why a study cannot be analysed.
public struct AnalysisError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// More trials are needed before the answer means anything.
        case tooFewTrials
        /// An objective that the study does not have.
        case objective
        /// An argument out of its range.
        case argument
        /// The spaces do not have the same parameters.
        case space
    }

    public var code: Code
    /// What is wrong and what to do about it, for a person.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension AnalysisError: CustomStringConvertible {
    public var description: String { message }
}

/// The trials of a study that ended, as an analysis after the fact sees them.
struct AnalysedTrials: Sendable {
    let axes: ParzenAxes
    let history: TrialHistory
    let objective: Int
    /// Rows of the trials that say something: complete ones from the best on, then pruned ones by how far they came,
    /// then infeasible ones by how much they break their constraints, then failed ones.
    let ranked: [Int]
    let completeCount: Int

    init(_ space: SearchSpace, _ observations: [Observation], objective: Int) throws(AnalysisError) {
        let axes = ParzenAxes(space)
        var objectives = 1
        for case .finished(_, .complete(let values, _)) in observations { objectives = max(objectives, values.count) }
        guard (0..<objectives).contains(objective) else {
            throw AnalysisError(
                .objective, "there is no objective \(objective); the study has \(objectives), counted from 0")
        }
        var history = TrialHistory(dimensions: space.count, objectives: objectives)
        for observation in observations {
            switch observation {
            case .pending(let trial, let configuration):
                if let row = history.row(of: trial), history.standings[row] == .pending { continue }
                _ = history.begin(trial, configuration, at: axes.coordinates(of: configuration))
            case .report, .switched: break
            case .finished(let trial, let outcome):
                guard let row = history.row(of: trial), history.standings[row] == .pending else { continue }
                history.finish(row, outcome)
            }
        }
        let rows = 0..<history.count
        let values = rows.map { history.values[$0 * objectives + objective] }
        let complete = rows.filter { history.standings[$0] == .complete }
        let behind = rows.filter { history.standings[$0] == .pruned || history.standings[$0] == .infeasible }
            .map { TrialRank(row: $0, in: history) }
        ranked =
            complete.sorted { (values[$0], $0) < (values[$1], $1) } + behind.sorted().map(\.row)
            + rows.filter { history.standings[$0] == .failed }
        completeCount = complete.count
        self.axes = axes
        self.history = history
        self.objective = objective
    }

    func value(of row: Int) -> Double { history.values[row * history.objectives + objective] }

    func coordinate(of row: Int, along axis: Int) -> Double { history.coordinates[row * history.dimensions + axis] }

    /// The best complete trials: a share of all that ended, at least `least`, and those as good as the last of them.
    func best(share: Double, least: Int) -> ArraySlice<Int> {
        let wanted = min(completeCount, max(least, Int((share * Double(ranked.count)).rounded(.up))))
        guard wanted > 0 else { return [] }
        let threshold = value(of: ranked[wanted - 1])
        return ranked[..<completeCount].prefix { value(of: $0) <= threshold }
    }

    func require(complete least: Int, for what: String) throws(AnalysisError) {
        guard completeCount < least else { return }
        throw AnalysisError(
            .tooFewTrials,
            "\(what) needs at least \(least) complete trials; there \(completeCount == 1 ? "is" : "are") \(completeCount)")
    }
}
