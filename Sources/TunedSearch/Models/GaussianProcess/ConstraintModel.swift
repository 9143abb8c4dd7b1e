import Glibc
import TunedNumerics

/// The chance that a point keeps all outcome constraints: a Gaussian process for each that was broken so far, taken as independent
/// (J. R. Gardner et al. 2014: Bayesian optimization with inequality constraints, equation 3).
///
/// A constraint's values are brought onto a scale on which what is near 0 counts most, by the bilog transformation of D. Eriksson and
/// M. Poloczek 2021 (SCBO, arXiv 2002.08526, section 3), in units of their median magnitude.
struct ConstraintModel: Sendable {
    private let processes: [GaussianProcess]

    /// Constraints that are modelled, those that were broken most often.
    private static let limit = 8

    /// Parameters of the processes, each of a constraint and a number of observations.
    struct Parameters: Sendable {
        fileprivate var fits: [Int: (count: Int, parameters: KernelParameters)] = [:]
    }

    /// - Parameters:
    ///   - rows: the observations, in the order in which they ended.
    ///   - count: the number of them that parameters are fitted to.
    ///   - pending: trials that still run, which are taken to end as the processes expect.
    ///   - known: parameters that were fitted before, which those that are missing are added to.
    /// - Returns: nil where no constraint was broken.
    init?(_ history: TrialHistory, _ rows: [Int], _ axes: ParzenAxes, fittedTo count: Int, pending: [[Double]], _ known: inout Parameters) {
        var processes: [GaussianProcess] = []
        for constraint in Self.broken(history, rows) {
            let (points, values, fitted) = Self.observations(of: constraint, history, rows, axes, fittedTo: count)
            if known.fits[constraint]?.count != count {
                known.fits[constraint] = (count, Self.parameters(of: fitted, Array(values.prefix(fitted.count))))
            }
            guard let parameters = known.fits[constraint]?.parameters, var process = GaussianProcess(parameters, points) else { continue }
            process.observe(Self.scaled(values))
            var believed = process.values
            for (place, prediction) in zip(pending, process.predict(pending)) where process.append(place) { believed.append(prediction.mean) }
            process.observe(believed)
            processes.append(process)
        }
        if processes.isEmpty { return nil }
        self.processes = processes
    }

    private static func broken(_ history: TrialHistory, _ rows: [Int]) -> [Int] {
        var counts: [Int] = []
        for row in rows {
            let constraints = history.constraints[row]
            counts += Array(repeating: 0, count: max(0, constraints.count - counts.count))
            for (index, value) in constraints.enumerated() where value > 0 { counts[index] += 1 }
        }
        return counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(limit).sorted()
    }

    /// Where a constraint has a value, and its values; and the first of these points.
    private static func observations(
        of constraint: Int, _ history: TrialHistory, _ rows: [Int], _ axes: ParzenAxes, fittedTo count: Int
    ) -> (points: KernelPoints, values: [Double], fitted: KernelPoints) {
        var (points, fitted) = (KernelPoints(axes), KernelPoints(axes))
        var values: [Double] = []
        for (index, row) in rows.enumerated() {
            let constraints = history.constraints[row]
            guard constraint < constraints.count, !constraints[constraint].isNaN else { continue }
            values.append(constraints[constraint])
            points.append(history.coordinates(of: row))
            if index < count { fitted.append(history.coordinates(of: row)) }
        }
        return (points, values, fitted)
    }

    private static func parameters(of points: KernelPoints, _ values: [Double]) -> KernelParameters {
        let prior = KernelParameters.prior(points.isCategorical)
        return points.count < 2 ? prior : .fitted(to: points, scaled(values), from: prior)
    }

    /// Of variance 1, with 0 where it was.
    private static func scaled(_ values: [Double]) -> [Double] {
        let magnitudes = values.map { min(abs($0), .greatestFiniteMagnitude) }.sorted()
        guard let largest = magnitudes.last, largest > 0 else { return values }
        let median = magnitudes[magnitudes.count / 2]
        let unit = median > 0 ? median : largest
        let logarithms = values.map { value in
            let ratio = min(abs(value) / unit, 1e100)
            return value < 0 ? -log1p(ratio) : log1p(ratio)
        }
        let mean = logarithms.reduce(0, +) / Double(values.count)
        let variance = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return variance > 0 ? logarithms.map { $0 / variance.squareRoot() } : logarithms
    }

    /// Whether all are expected to be kept.
    func areKept(at place: [Double]) -> Bool { processes.allSatisfy { $0.predict([place])[0].mean <= 0 } }

    /// log P(all are kept), of points without NaN (``KernelPoints/imputed(_:_:)``).
    func logChances(at places: [[Double]]) -> [Double] {
        var chances = [Double](repeating: 0, count: places.count)
        for process in processes {
            for (index, prediction) in process.predict(places).enumerated() {
                chances[index] += StandardNormal.logCumulative(-prediction.mean / prediction.deviation)
            }
        }
        return chances
    }

    /// log P(all are kept) at one point; its derivatives over the numeric parameters named are added to what is given.
    func logChance(
        at place: UnsafeBufferPointer<Double>, over axes: [Int], addingTo gradient: UnsafeMutableBufferPointer<Double>?
    ) -> Double {
        var (ofMean, ofDeviation) = ([Double](repeating: 0, count: axes.count), [Double](repeating: 0, count: axes.count))
        var chance = 0.0
        for process in processes {
            let prediction = ofMean.withUnsafeMutableBufferPointer { mean in
                ofDeviation.withUnsafeMutableBufferPointer { process.predict(place, over: axes, meanGradient: mean, deviationGradient: $0) }
            }
            let z = -prediction.mean / prediction.deviation
            let logarithm = StandardNormal.logCumulative(z)
            chance += logarithm
            guard let gradient else { continue }
            let slope = exp(StandardNormal.logDensity(z) - logarithm) / prediction.deviation
            for index in axes.indices { gradient[index] -= slope * (ofMean[index] + z * ofDeviation[index]) }
        }
        return chance
    }
}
