internal import Glibc
import TunedNumerics

/// Where a learning curve will be at the full budget, with its uncertainty.
///
/// An ensemble of the two families that describe most curves, c + a t^-b and c + a exp(-k t), over a grid of the rates b and k. Given the rate
/// either is linear, so that its fit and the spread of its prediction are those of a linear regression; the members are weighted by how
/// well they fit, as T. Domhan et al. 2015 (Speeding up automatic hyperparameter optimization of deep neural networks by extrapolation of
/// learning curves) weight their parametric families, but with the one rate summed over instead of sampled by Monte Carlo.
package struct CurveExtrapolation: Sendable {
    private struct Member: Sendable {
        var weight: Double
        var mean: Double
        var deviation: Double
    }

    private var members: [Member] = []

    /// Points that a fit uses, at most.
    package static let pointLimit = 24
    /// A line, a rate and the noise need that many.
    package static let pointsNeeded = 5

    private static let powers = rates(from: 0.1, to: 3)
    /// Per length of the curve so far.
    private static let decays = rates(from: 0.2, to: 10)
    /// The error of a family, as a share of the change that it predicts.
    private static let discrepancy = 0.1

    private static func rates(from low: Double, to high: Double) -> [Double] {
        (0..<8).map { low * pow(high / low, Double($0) / 7) }
    }

    /// - Parameters:
    ///   - times: ascending, above 0, at least ``pointsNeeded``; the losses finite.
    ///   - target: the time that is asked about, beyond the last.
    package init(times: [Double], losses: [Double], target: Double) {
        guard times.count >= Self.pointsNeeded, let last = times.last, let scale = losses.map(abs).max() else { return }
        var fits: [(error: Double, member: Member)] = []
        for power in Self.powers { fits.append(Self.fit(losses, scale, times.map { pow($0 / last, -power) }, pow(target / last, -power))) }
        for decay in Self.decays { fits.append(Self.fit(losses, scale, times.map { exp(-decay * $0 / last) }, exp(-decay * target / last))) }
        let best = fits.map(\.error).min() ?? 1
        // The likelihood with the noise integrated out, next to that of the best.
        members = fits.map { fit in
            var member = fit.member
            member.weight = pow(best / fit.error, 0.5 * Double(times.count - 2))
            return member
        }
    }

    private static func fit(_ losses: [Double], _ scale: Double, _ basis: [Double], _ target: Double) -> (error: Double, member: Member) {
        let count = Double(losses.count)
        let (centre, level) = (basis.reduce(0, +) / count, losses.reduce(0, +) / count)
        var (square, product, total) = (0.0, 0.0, 0.0)
        for (x, y) in zip(basis, losses) {
            square += (x - centre) * (x - centre)
            product += (x - centre) * (y - level)
            total += (y - level) * (y - level)
        }
        let slope = square > 0 ? product / square : 0
        // Of values that lie on a curve of the family rounding errors are left.
        let error = max(total - slope * product, 0) + count * scale * scale * 1e-12 + .leastNormalMagnitude
        let mean = level + slope * (target - centre)
        // Student's distribution of count - 2 degrees of freedom by a normal one of its variance.
        let noise = error / (count - 4)
        let leverage = square > 0 ? (target - centre) * (target - centre) / square : 0
        let change = discrepancy * (mean - (losses.last ?? mean))
        let deviation = (noise * (1 + 1 / count + leverage) + change * change).squareRoot()
        return (error, Member(weight: 1, mean: mean, deviation: deviation))
    }

    /// The probability that the loss is below a limit; 1 where there were too few points.
    package func probability(below limit: Double) -> Double {
        let total = members.reduce(0) { $0 + $1.weight }
        guard total > 0, total.isFinite else { return 1 }
        return members.reduce(0) { $0 + $1.weight * StandardNormal.cumulative((limit - $1.mean) / $1.deviation) } / total
    }
}
