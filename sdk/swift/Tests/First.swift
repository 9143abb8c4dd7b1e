import TunedPlugin

/// How gradient descent gets farthest down a narrow valley in 100 steps.
struct First: Trainable {
    static let rate = Parameter.float("rate", 1e-4...1, log: true, default: 0.01)
    static let momentum = Parameter.float("momentum", 0...0.99, default: 0.5)
    static let loss = Metric.minimize("loss")
    static let schema = Schema(parameters: [rate, momentum], metrics: [loss])

    init(_ config: borrowing Config) {}

    func evaluate(_ trial: borrowing Trial) throws {
        let (rate, momentum) = (trial[Self.rate], trial[Self.momentum])
        var (x, y, dx, dy, loss) = (-1.0, 1.0, 0.0, 0.0, 0.0)
        for step in 1...100 {
            dx = momentum * dx - rate * 2 * x
            dy = momentum * dy - rate * 50 * y
            x += dx
            y += dy
            loss = x * x + 25 * y * y
            guard loss < 1e6 else { throw TrialError.infeasible("the descent diverged") }
            try trial.stopIfAsked()
            trial.report(Self.loss, step: step, loss)
        }
        trial.objective(Self.loss, loss)
    }
}

@c(tuned_plugin_v1) public func plugin(_ host: PluginHost) -> PluginTable? {
    export(First.self, id: "first", version: "1.0.0", to: host)
}
