import TunedRecords

/// Folds forward in time: what is scored comes after all that was trained on, as it will when the model is used. Rows of one time stay together.
extension FoldPlanner {
    /// An expanding window (as scikit-learn's TimeSeriesSplit): the rows are cut into k + 1 blocks of one length; fold i trains on the first i and
    /// is scored on the next.
    func forwardFolds(_ folds: Int, _ times: [Int64]) throws(Problem) -> FoldPlan {
        let order = ordered(times)
        let size = order.count / (folds + 1)
        // The first block takes what does not divide.
        var cuts = (1...folds).map { order.count - (folds + 1 - $0) * size }
        for index in cuts.indices { cuts[index] = boundary(near: cuts[index], order, times) }
        let ends = cuts.dropFirst() + [order.count]
        guard cuts.first ?? 0 > 0, zip(cuts, ends).allSatisfy({ $0 < $1 }) else {
            let moments = Set(order.map { times[Int($0)] }).count
            throw Problem(
                message: "\(folds) folds forward in time need at least \(folds + 1) stretches of time; the \(order.count) rows have \(moments) different times. Use fewer folds")
        }
        return FoldPlan(
            folds: zip(cuts, ends).map { cut, end in
                FoldPlan.Fold(train: order[..<cut].sorted(), evaluate: order[cut..<end].sorted())
            }, rows: rows)
    }

    /// The last `fraction` of the rows in time.
    func latest(_ times: [Int64], fraction: Double) -> [UInt32] {
        let order = ordered(times)
        let count = Int((Double(order.count) * fraction).rounded())
        return Array(order[boundary(near: order.count - count, order, times)...])
    }

    private func ordered(_ times: [Int64]) -> [UInt32] { pool.sorted { (times[Int($0)], $0) < (times[Int($1)], $1) } }

    /// The first place from there on at which the time changes.
    private func boundary(near place: Int, _ order: [UInt32], _ times: [Int64]) -> Int {
        var place = place
        while place > 0, place < order.count, times[Int(order[place])] == times[Int(order[place - 1])] { place += 1 }
        return place
    }
}
