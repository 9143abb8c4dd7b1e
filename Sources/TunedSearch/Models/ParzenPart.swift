import TunedNumerics
import TunedSpace

/// The densities of the good, of the other, and of the failed trials over parameters that are chosen at once.
struct ParzenPart: Sendable {
    let axes: ParzenAxes
    var good: ParzenEstimator
    var rest: ParzenEstimator
    var failed: ParzenEstimator

    init(_ axes: ParzenAxes) {
        self.axes = axes
        good = ParzenEstimator(axes)
        rest = good
        failed = good
    }

    /// log l(x) - log g(x) + log P(x works out).
    func score(_ point: [Double], _ room: inout ParzenRoom) -> Double {
        let logPrior = axes.logPrior(at: point)
        let good = self.good.logDensity(at: point, logPrior: logPrior, room: &room)
        let rest = self.rest.logDensity(at: point, logPrior: logPrior, room: &room)
        guard self.failed.count > 0 else { return good - rest }
        let failed = self.failed.logDensity(at: point, logPrior: logPrior, room: &room) - self.failed.logPriorShare
        let working = logAddExp(good - self.good.logPriorShare, rest - self.rest.logPriorShare)
        return good - rest + working - logAddExp(working, failed)
    }

    /// The best of so many draws from l(x); of equal ones the first.
    func best(of count: Int, _ random: inout CounterRandom, _ room: inout ParzenRoom) -> [Double] {
        let candidates = ParzenCandidates(axes, good)
        var best = candidates.draw(&random)
        guard count > 1, !axes.varyingAxes.isEmpty else { return best }
        var bestScore = score(best, &room)
        for _ in 1..<count {
            let point = candidates.draw(&random)
            let score = score(point, &room)
            if score > bestScore { (best, bestScore) = (point, score) }
        }
        return best
    }
}
