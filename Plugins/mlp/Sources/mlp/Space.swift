import TunedPlugin

/// What is tuned and measured.
enum Space {
    enum Activation: String, CaseIterable, Choice { case relu, leaky_relu, tanh }
    enum Optimizer: String, CaseIterable, Choice { case momentum, adam }

    /// Training in full. The schedule of the learning rate spans it whatever the budget of a run is, so that a run that is given more
    /// later goes on along the same curve.
    static let epochs = 50

    static let layers = Parameter.integer("layers", 1...3, default: 1, help: "Hidden layers")
    static let width1 = Parameter.integer("width1", 8...256, log: true, default: 64, help: "Units of the first hidden layer")
    static let width2 = Parameter.integer(
        "width2", 8...256, log: true, default: 64, when: layers.is(2, 3), help: "Units of the second hidden layer")
    static let width3 = Parameter.integer(
        "width3", 8...256, log: true, default: 32, when: layers.is(3), help: "Units of the third hidden layer")
    static let activation = Parameter.categorical(
        "activation", Activation.allCases, default: .relu, help: "What the hidden units apply")
    static let batch = Parameter.ordinal("batch", [8, 16, 32, 64, 128], default: 32, help: "Rows of a mini-batch")

    static let optimizer = Parameter.categorical("optimizer", Optimizer.allCases, default: .adam, help: "How weights are updated")
    static let rate = Parameter.float(
        "rate", 1e-5...1, log: true, default: 3e-3, schedule: [.cosine] + ScheduleShape.allCases.filter { $0 != .cosine },
        mutable: true, help: "Learning rate at its highest")
    static let momentum = Parameter.float(
        "momentum", 0...0.99, default: 0.9, mutable: true, when: optimizer.is(.momentum), help: "Share of the last update that goes on")
    static let beta1 = Parameter.float(
        "beta1", 0.5...0.99, default: 0.9, mutable: true, when: optimizer.is(.adam), help: "Decay of the mean of the gradients")
    static let beta2 = Parameter.float(
        "beta2", 0.9...0.9999, default: 0.999, mutable: true, when: optimizer.is(.adam), help: "Decay of the mean of their squares")
    static let weightDecay = Parameter.float(
        "weight_decay", 1e-7...0.1, log: true, default: 1e-4, mutable: true,
        help: "Share of the weights that each update takes away, per rate")

    static let error = Metric.minimize("error", help: "Share of wrong answers")
    static let loss = Metric.minimize("loss", help: "Cross-entropy, in nats")

    static let schema = Schema(
        help: "Multilayer perceptron for a CSV file",
        parameters: [
            layers, width1, width2, width3, activation, batch, optimizer, rate, momentum, beta1, beta2, weightDecay,
        ],
        metrics: [error, loss], fidelity: Fidelity("epochs", 1...Double(epochs), help: "Times that each training row is seen"),
        config: [ConfigKey("target", help: "Column to predict; the last one where it is not given")],
        traits: [.threadSafe, .deterministic, .checkpoints])
}
