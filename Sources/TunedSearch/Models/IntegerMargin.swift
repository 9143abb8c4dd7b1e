import Glibc
import TunedNumerics

/// The margin of CMA-ES with margin (R. Hamano et al. 2022, arXiv 2205.13482, section 4): keeps a countable number from being stuck in one
/// cell, by moving the marginal distribution's mean and deviation just so far that the cells beside it keep the chance α.
enum IntegerMargin {
    /// The cell that the mean lies in. Its end is nil on a side where there is no other.
    struct Cell: Sendable {
        var lower: Double?
        var upper: Double?
    }

    /// - Returns: the corrected mean and deviation; those given where they keep the margin.
    static func corrected(mean: Double, deviation: Double, cell: Cell, margin: Double) -> (mean: Double, deviation: Double) {
        switch (cell.lower, cell.upper) {
        case (nil, nil): return (mean, deviation)
        case (let end?, nil), (nil, let end?):
            // At the edge of the range: the mean comes near enough to the one threshold.
            let reach = deviation * -StandardNormal.quantile(margin)
            let distance = mean - end
            return (end + (distance < 0 ? -1 : 1) * min(abs(distance), reach), deviation)
        case (let lower?, let upper?):
            let below = StandardNormal.cumulative((lower - mean) / deviation)
            let above = StandardNormal.cumulative((mean - upper) / deviation)
            if below >= margin / 2, above >= margin / 2 { return (mean, deviation) }
            let inside = 1 - below - above
            let (raisedBelow, raisedAbove) = (max(below, margin / 2), max(above, margin / 2))
            let sum = raisedBelow + raisedAbove + inside
            let excess = sum - 1.5 * margin
            guard excess > 0 else { return (mean, deviation) }
            // What was raised is taken from the other chances by their excess over the margin.
            let newBelow = raisedBelow + (1 - sum) / excess * (raisedBelow - margin / 2)
            let newAbove = raisedAbove + (1 - sum) / excess * (raisedAbove - margin / 2)
            let (a, b) = (-StandardNormal.quantile(newBelow), -StandardNormal.quantile(newAbove))
            guard a + b > 0, (a + b).isFinite else { return (mean, deviation) }
            return ((lower * b + upper * a) / (a + b), (upper - lower) / (a + b))
        }
    }
}
