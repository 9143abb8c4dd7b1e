// @NAME@: fits a polynomial to noisy points by gradient descent. Put your own model in its place.
import Glibc
import TunedPlugin

struct @TYPE@Model: Trainable {
    enum Optimizer: String, CaseIterable, Choice { case sgd, momentum }

    // What is tuned and measured.
    static let rate = Parameter.float("rate", 1e-3...1, log: true, default: 0.1)
    static let degree = Parameter.integer("degree", 1...9, default: 3)
    static let optimizer = Parameter.categorical("optimizer", Optimizer.allCases, default: .sgd)
    static let momentum = Parameter.float("momentum", 0...0.99, default: 0.9, when: optimizer.is(.momentum))
    static let loss = Metric.minimize("loss", help: "Mean squared error")
    static let schema = Schema(
        id: "@ID@", parameters: [rate, degree, optimizer, momentum], metrics: [loss], fidelity: Fidelity("epochs", 1...100),
        traits: [.threadSafe, .deterministic])

    private var points: [(x: Double, y: Double)] = []
    private var weights: [Double] = []
    private let trainPoints = 96  // the others score

    /// Once in each worker: read your data here, and throw where something is wrong with it.
    init(_ config: borrowing Config) {
        var random = SeededRandom(seed: 1)
        for _ in 0..<128 {
            let x = 2 * random.uniform() - 1
            points.append((x, sin(3 * x) + 0.2 * (2 * random.uniform() - 1)))
        }
    }

    mutating func train(_ trial: borrowing Trial) throws {
        var random = SeededRandom(seed: trial.seed)  // the same for every attempt: seed all that is random from it
        let (rate, momentum) = (trial[Self.rate], trial[Self.momentum])  // an inactive momentum is 0
        let terms = trial[Self.degree] + 1
        var velocity = [Double](repeating: 0, count: terms)
        weights = (0..<terms).map { _ in 0.1 * (2 * random.uniform() - 1) }

        for epoch in 1...trial.steps {
            var gradient = [Double](repeating: 0, count: terms)
            for point in points.prefix(trainPoints) {
                var power = miss(point) / Double(trainPoints)
                for k in 0..<terms {
                    gradient[k] += power
                    power *= point.x
                }
            }
            for k in 0..<terms {
                velocity[k] = momentum * velocity[k] - rate * gradient[k]
                weights[k] += velocity[k]
            }
            guard score < 1e6 else { throw TrialError.infeasible("the descent diverged: a smaller rate is needed") }
            trial.report(Self.loss, step: epoch, score)
            try trial.stopIfAsked()
        }
    }

    func evaluate(_ trial: borrowing Trial) throws { trial.objective(Self.loss, score) }

    private func miss(_ point: (x: Double, y: Double)) -> Double {
        weights.reversed().reduce(0) { $0 * point.x + $1 } - point.y
    }

    private var score: Double {
        let others = points.dropFirst(trainPoints)
        return others.reduce(0) { $0 + miss($1) * miss($1) } / Double(others.count)
    }
}

@c(tuned_plugin_v1) public func plugin(_ host: PluginHost) -> PluginTable? {
    export(@TYPE@Model.self, id: "@ID@", version: "0.1.0", to: host)
}
