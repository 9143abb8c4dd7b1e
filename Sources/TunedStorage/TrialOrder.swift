import TunedRecords

/// The order of a query, for trials that no database sorts. Equal keys, and trials without one, are in the order of their
/// numbers.
struct TrialOrder {
    private let query: TrialQuery

    init(_ query: TrialQuery) { self.query = query }

    /// A trial's place in the order.
    struct Place {
        /// nil comes last.
        var key: Double?
        var number: Int
    }

    func place(of trial: TrialRow) -> Place {
        Place(key: key(trial.state, trial.values, startedAt: trial.startedAt, endedAt: trial.endedAt), number: trial.number)
    }

    func place(of trial: Int, in stored: StoredBatch) -> Place {
        let batch = stored.batch
        if case .value(let objective) = query.order, batch.exception(trial) == nil {
            // The common case without a list of its values.
            guard batch.objectives.indices.contains(objective) else { return Place(key: nil, number: trial) }
            let value = batch.metrics[batch.objectives[objective]][trial - batch.first]
            return Place(key: value.isNaN ? nil : value, number: trial)
        }
        let end = batch.end(trial)
        return Place(key: key(end.state, end.values, startedAt: batch.startedAt, endedAt: stored.time), number: trial)
    }

    /// What an infeasible trial reached, which is a failed one with values, is no place among the others.
    func key(_ state: TrialState, _ values: [Double], startedAt: Int64, endedAt: Int64?) -> Double? {
        switch query.order {
        case .number: return nil
        case .value(let objective):
            guard state != .failed, values.indices.contains(objective), !values[objective].isNaN else { return nil }
            return values[objective]
        case .duration: return endedAt.map { Double($0 &- startedAt) }
        }
    }

    func puts(_ left: Place, before right: Place) -> Bool {
        if query.order == .number { return query.descending ? left.number > right.number : left.number < right.number }
        switch (left.key, right.key) {
        case (let first?, let second?) where first != second: return isBetter(first, than: second)
        case (_?, nil): return true
        case (nil, _?): return false
        default: return left.number < right.number
        }
    }

    func isBetter(_ first: Double, than second: Double) -> Bool { query.descending ? first > second : first < second }
}
