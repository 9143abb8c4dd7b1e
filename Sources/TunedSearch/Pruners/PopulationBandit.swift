internal import Glibc
import TunedNumerics

/// PB2 (J. Parker-Holder, V. Nguyen, S. Roberts 2020: Provably efficient online hyperparameter optimization with population-based bandits,
/// arXiv 2002.02518): what an interval of training gains is a function of the time and of the parameters that may change; a Gaussian
/// process is fitted to what was seen of it, and the next values are those with the highest upper confidence bound (their algorithm 2).
///
/// Kernel: squared exponential, times (1 - epsilon)^(|i - j| / 2) for intervals i and j (their section 4.1, after Bogunovic et al. 2016). Length
/// scale and epsilon are those of a small grid with the highest marginal likelihood, over the newest observations.
struct PopulationBandit: Sendable {
    fileprivate struct Gain: Sendable {
        var time: Double
        var point: [Double]
        var value: Double
    }

    private static let newest = 200
    fileprivate static let candidates = 500
    private static let noise = 0.01
    private static let lengths = [0.1, 0.2, 0.4, 0.8]
    private static let forgetting = [0.01, 0.1, 0.3]

    private let parameters: [Int]
    private let full: Double
    /// Only looked up.
    private var points: [Int: [Double]] = [:]
    private var losses: [Int: (budget: Double, loss: Double)] = [:]
    private var gains: [Gain] = []

    init(parameters: [Int], full: Double) {
        self.parameters = parameters
        self.full = full
    }

    /// - Parameter coordinates: in the unit cube, NaN where inactive.
    mutating func note(_ coordinates: [Double], of trial: Int) {
        points[trial] = parameters.map { coordinates[$0].isNaN ? 0.5 : coordinates[$0] }
    }

    /// A trial that goes on from another one's checkpoint gains from its second interval on: what it had before is not its own.
    mutating func note(_ loss: Double, of trial: Int, at budget: Double) {
        defer { losses[trial] = (budget, loss) }
        guard let before = losses[trial], let point = points[trial], loss.isFinite, before.loss.isFinite, budget > before.budget else { return }
        gains.append(Gain(time: before.budget, point: point, value: (before.loss - loss) / (budget - before.budget)))
        if gains.count > Self.newest { gains.removeFirst() }
    }

    // MARK: Model

    struct Model {
        fileprivate let parameters: [Int]
        fileprivate let gains: [Gain]
        fileprivate let length: Double
        fileprivate let epsilon: Double
        fileprivate let full: Double
        fileprivate let factor: Cholesky
        fileprivate let weights: [Double]
        fileprivate let likelihood: Double

        /// Places in the unit cube, by parameter.
        func choice(at time: Double, _ random: inout CounterRandom) -> [(index: Int, unit: Double)] {
            // Srinivas et al. 2010, theorem 1, divided by five as is usual.
            let beta = 2 * log(Double(parameters.count) * Double(gains.count * gains.count) * .pi * .pi / 0.6) / 5
            var best = (bound: -Double.infinity, point: [Double]())
            for _ in 0..<PopulationBandit.candidates {
                let point = parameters.map { _ in random.uniform() }
                let (mean, deviation) = predict(point, at: time)
                let bound = mean + beta.squareRoot() * deviation
                if bound > best.bound { best = (bound, point) }
            }
            return zip(parameters, best.point).map { ($0, $1) }
        }

        private func predict(_ point: [Double], at time: Double) -> (mean: Double, deviation: Double) {
            let row = gains.map { PopulationBandit.kernel($0.point, $0.time, point, time, length, epsilon, full) }
            let mean = zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }
            var solved = row
            factor.solveLower(&solved)
            return (mean, max(1e-9, 1 - solved.reduce(0) { $0 + $1 * $1 }).squareRoot())
        }
    }

    /// Times count in tenths of the full budget, whatever the interval.
    fileprivate static func kernel(
        _ a: [Double], _ timeOfA: Double, _ b: [Double], _ timeOfB: Double, _ length: Double, _ epsilon: Double, _ full: Double
    ) -> Double {
        let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return exp(-distance / (2 * length * length)) * pow(1 - epsilon, abs(timeOfA - timeOfB) * 10 / full / 2)
    }

    /// nil while too little is known.
    func fitted() -> Model? {
        guard gains.count > parameters.count + 1 else { return nil }
        let mean = gains.reduce(0) { $0 + $1.value } / Double(gains.count)
        let variance = gains.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / Double(gains.count)
        guard variance > 0 else { return nil }
        let targets = gains.map { ($0.value - mean) / variance.squareRoot() }
        var best: Model?
        for length in Self.lengths {
            for epsilon in Self.forgetting {
                guard let model = model(targets, length, epsilon), best.map({ model.likelihood > $0.likelihood }) ?? true else { continue }
                best = model
            }
        }
        return best
    }

    private func model(_ targets: [Double], _ length: Double, _ epsilon: Double) -> Model? {
        let count = gains.count
        var matrix = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            for j in 0...i {
                let value = Self.kernel(gains[i].point, gains[i].time, gains[j].point, gains[j].time, length, epsilon, full)
                matrix[i * count + j] = value + (i == j ? Self.noise : 0)
                matrix[j * count + i] = matrix[i * count + j]
            }
        }
        guard let factor = Cholesky(matrix, count: count) else { return nil }
        let weights = factor.solve(targets)
        let fit = zip(targets, weights).reduce(0) { $0 + $1.0 * $1.1 }
        return Model(
            parameters: parameters, gains: gains, length: length, epsilon: epsilon, full: full, factor: factor, weights: weights,
            likelihood: -fit / 2 - factor.logDeterminant / 2)
    }
}
