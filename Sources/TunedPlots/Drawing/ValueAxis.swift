import Glibc

/// The axis of an objective's values. A few absurdly bad ones (a diverged training, a penalty of 1e30) would flatten all the others into a line,
/// so they are drawn on the axis' end, as arrows that say so.
///
/// The rule: at most a tenth of the values, those that are worse than the worst quartile by more than four times the distance between the
/// quartiles, where the axis would otherwise be more than three times as long.
///
/// The axis is logarithmic where all values are above zero, span a decade, and half of them would crowd into the lowest tenth of a linear one.
/// Where that brings all of them onto six decades, none is left beyond it.
struct ValueAxis {
    let range: AxisRange
    /// How many values lie beyond it.
    let beyond: Int
    private let isLogarithmic: Bool
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
        let isOnDecades = Self.isCrowded(losses, minimizes) && (minimizes ? worst / best : best / worst) <= 1e6
        // Halved: the distance of two doubles may be infinite.
        if !isOnDecades, upper > lower, let last = kept.last, (losses.count - kept.count) * 10 <= losses.count, worst / 2 - best / 2 > 3 * (last / 2 - best / 2) {
            limit = last
        }
        self.limit = limit
        self.minimizes = minimizes
        beyond = losses.count { $0 > limit }
        let (low, high) = minimizes ? (best, limit) : (-limit, -best)
        isLogarithmic = Self.isCrowded(losses.filter { $0 <= limit }, minimizes)
        range = .around(low, high, isLogarithmic ? .logarithmic : .linear)
    }

    /// - Parameter losses: ascending.
    private static func isCrowded(_ losses: [Double], _ minimizes: Bool) -> Bool {
        guard let best = losses.first, let worst = losses.last else { return false }
        let (low, high, median) = (minimizes ? best : -worst, minimizes ? worst : -best, losses[losses.count / 2].magnitude)
        return low > 0 && high / low >= 10 && median - low < 0.1 * (high - low)
    }

    /// The objective, and what kind of axis it is.
    func title(of objective: PlottedObjective) -> String { objective.title + (isLogarithmic ? " (logarithmic)" : "") }

    func isBeyond(_ value: Double) -> Bool { (minimizes ? value : -value) > limit }
}
