import Glibc

/// The axis of an objective's values. A few absurdly bad ones (a diverged training, a penalty of 1e30) would flatten all the others into a line,
/// so they are drawn on the axis' end, as arrows that say so.
///
/// The rule: at most a tenth of the values, those that are worse than the worst quartile by more than four times the distance between the
/// quartiles, where the axis would otherwise be more than three times as long. What is left is drawn logarithmically where all of it is
/// above zero and spans three decades.
struct ValueAxis {
    let range: AxisRange
    /// How many values lie beyond it.
    let beyond: Int
    private let limit: Double
    private let minimizes: Bool

    /// nil without a finite value.
    init?(_ values: [Double], minimizes: Bool) {
        let losses = values.filter(\.isFinite).map { minimizes ? $0 : -$0 }.sorted()
        guard let best = losses.first, let worst = losses.last else { return nil }
        let (lower, upper) = (losses[losses.count / 4], losses[min(losses.count - 1, losses.count * 3 / 4)])
        let fence = upper + 4 * (upper - lower)
        let kept = losses.prefix { $0 <= fence }
        var limit = worst
        // Halved: the distance of two doubles may be infinite.
        if upper > lower, let last = kept.last, (losses.count - kept.count) * 10 <= losses.count, worst / 2 - best / 2 > 3 * (last / 2 - best / 2) {
            limit = last
        }
        self.limit = limit
        self.minimizes = minimizes
        beyond = losses.count { $0 > limit }
        let (low, high) = minimizes ? (best, limit) : (-limit, -best)
        range = .around(low, high, low > 0 && high / low >= 1000 ? .logarithmic : .linear)
    }

    func isBeyond(_ value: Double) -> Bool { (minimizes ? value : -value) > limit }
}
