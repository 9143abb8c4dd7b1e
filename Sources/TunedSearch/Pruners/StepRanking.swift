/// The best losses up to one step, of the trials that have got there.
struct StepRanking: Sendable {
    private let objectives: Int
    private var losses = OrderedList<Double>()
    private var front = ParetoRanking()

    init(objectives: Int) { self.objectives = objectives }

    var count: Int { objectives == 1 ? losses.count : front.count }

    mutating func insert(_ trial: Int, _ best: [Double]) {
        if objectives == 1 { losses.insert(best[0]) } else { front.insert(trial, best) }
    }

    mutating func remove(_ trial: Int, _ best: [Double]) {
        if objectives == 1 { losses.remove(best[0]) } else { front.remove(trial) }
    }

    /// Where a share of the trials is better, 0 to 1, interpolated as NumPy's percentile (R. J. Hyndman and Y. Fan 1996, definition 7).
    ///
    /// - Precondition: one objective, and not empty.
    private func quantile(_ share: Double) -> Double {
        let place = share * Double(losses.count - 1)
        let below = min(Int(place), losses.count - 1)
        let fraction = place - Double(below)
        let low = losses[below]
        guard fraction > 0, low.isFinite else { return low }
        return (1 - fraction) * low + fraction * losses[below + 1]
    }

    /// Why losses are behind the given share of the trials; nil where they are not. Of several objectives, by the number of trials that
    /// are dominated by fewer: equal ranks are no reason.
    func objection(to own: [Double], share: Double, name: String) -> Objection? {
        guard count > 0 else { return nil }
        if objectives == 1 {
            let limit = quantile(share)
            guard own[0] > limit else { return nil }
            return { "is above the \(name) of \(count) trials, \(Losses.shown(limit))" }
        }
        let ahead = front.ahead(of: own)
        guard Double(ahead) > share * Double(count - 1) else { return nil }
        return { "is dominated by more trials than \(ahead) of \(count) are, behind the \(name)" }
    }
}
