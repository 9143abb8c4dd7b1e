// descent: logistic regression by gradient descent. ../README.md says what it computes; descent.c and descent.cpp do the same.
import Glibc
import TunedPlugin

struct Descent: DataTrainable {
    enum Optimizer: String, CaseIterable, Choice { case sgd, momentum }

    static let rate = Parameter.float("rate", 1e-4...1, log: true, default: 0.1)
    static let optimizer = Parameter.categorical("optimizer", Optimizer.allCases, default: .sgd)
    static let momentum = Parameter.float("momentum", 0...0.99, default: 0.9, when: optimizer.is(.momentum))
    static let penalty = Parameter.float("penalty", 1e-6...1, log: true, default: 1e-3)
    static let error = Metric.minimize("error")
    static let schema = Schema(
        id: "descent", parameters: [rate, optimizer, momentum, penalty], metrics: [error],
        fidelity: Fidelity("epochs", 1...50), traits: [.threadSafe, .deterministic, .checkpoints])

    var rows: [[Double]] = []  // the last of 9 features is 1
    var labels: [Int32] = []
    var weights: [Double] = []

    init(_ config: borrowing Config) {
        var random = SeededRandom(seed: 1)
        for _ in 0..<200 {
            var sum = 2 * random.uniform() - 1  // noise
            let row = (0..<8).map { _ in 2 * random.uniform() - 1 }
            for j in 0..<8 { sum += Double(j - 3) * row[j] }
            rows.append(row + [1])
            labels.append(sum > 0 ? 1 : 0)
        }
    }

    var dataset: Dataset { Dataset(rows: rows.count, labels: labels) }

    mutating func train(_ trial: borrowing Trial) throws {
        let (training, others) = (try trial.trainingRows(), try trial.evaluationRows())
        var random = SeededRandom(seed: trial.seed)
        weights = (0..<9).map { _ in 0.1 * (2 * random.uniform() - 1) }
        var velocity = [Double](repeating: 0, count: 9)
        var epoch = 0
        if var checkpoint = try trial.restore() {
            epoch = checkpoint.step
            try checkpoint.read(into: &weights)
            try checkpoint.read(into: &velocity)
            try checkpoint.finish()
        }
        while epoch < trial.steps {
            var gradient = [Double](repeating: 0, count: 9)
            for i in training {
                let wrong = 1 / (1 + exp(-score(i))) - Double(labels[i])
                for j in 0..<9 { gradient[j] += wrong * rows[i][j] / Double(training.count) }
            }
            for j in 0..<9 {  // an inactive momentum is 0
                gradient[j] += trial[Self.penalty] * weights[j]
                velocity[j] = trial[Self.momentum] * velocity[j] - trial[Self.rate] * gradient[j]
                weights[j] += velocity[j]
            }
            epoch += 1
            var checkpoint = try trial.checkpoint(after: epoch)
            try checkpoint.write(weights)
            try checkpoint.write(velocity)
            try checkpoint.commit()
            trial.report(Self.error, step: epoch, error(on: others))
            try trial.stopIfAsked()
        }
    }

    func evaluate(_ trial: borrowing Trial) throws {
        trial.objective(Self.error, error(on: try trial.evaluationRows()))
    }

    func score(_ i: Int) -> Double { zip(weights, rows[i]).reduce(0) { $0 + $1.0 * $1.1 } }

    func error(on rows: [Int]) -> Double {
        rows.reduce(0) { $0 + log1p(exp(labels[$1] == 1 ? -score($1) : score($1))) / Double(rows.count) }
    }
}

@c(tuned_plugin_v1) public func plugin(_ host: PluginHost) -> PluginTable? {
    export(Descent.self, id: "descent-swift", version: "1.0.0", to: host)
}
