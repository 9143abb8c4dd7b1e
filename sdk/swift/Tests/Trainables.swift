import TunedPlugin

/// Declares one of each kind, and keeps what it read.
struct Everything: DataTrainable {
    enum Kernel: String, CaseIterable, Choice { case linear, poly, rbf }

    static let rate = Parameter.float("rate", 1e-4...1, log: true, default: 0.01, help: "how \"fast\"\n")
    static let share = Parameter.float("share", 0...1, step: 0.25)
    static let kernel = Parameter.categorical("kernel", Kernel.allCases, default: .rbf)
    static let degree = Parameter.integer("degree", 2...5, default: 3, when: kernel.is(.poly))
    static let scale = Parameter.boolean("scale", default: true)
    static let size = Parameter.ordinal("size", [16, 32, 64], default: 32, when: kernel.is(.poly, .rbf) && scale.is(true))
    static let unlisted = Parameter.float("unlisted", 0...1)
    static let error = Metric.minimize("error")
    static let score = Metric.maximize("score", help: "the larger")
    static let other = Metric.minimize("other")
    static let schema = Schema(
        help: "one of each", parameters: [rate, share, kernel, degree, scale, size], metrics: [error, score],
        fidelity: Fidelity("epochs", 1...50), config: [ConfigKey("target", help: "a column"), ConfigKey("must", required: true)],
        traits: [.deterministic, .checkpoints])

    /// What `evaluate` does beside reading.
    nonisolated(unsafe) static var action: (borrowing Trial) throws -> Void = { _ in }
    let target: String?
    let path: String?

    init(_ config: borrowing Config) throws {
        target = config["target"]
        path = config.dataPath
        config.log("made")
        if let resources = config.resources { config.log("cpus \(resources.cpus)", level: .debug) }
        if target == "bad" { throw TrialError.failed("there is no column 'bad'") }
    }

    var dataset: Dataset { Dataset(rows: 3, labels: target == "short" ? [0, 1] : [0, 1, 0], times: [5, 6, 7]) }

    func evaluate(_ trial: borrowing Trial) throws { try Self.action(trial) }
}

/// Adds up numbers that its seed determines: enough to see whether a run that was taken up again goes the same way.
struct Sum: ReconfigurableTrainable {
    static let factor = Parameter.float("factor", 0...10)
    static let total = Metric.minimize("total")
    static let schema = Schema(id: "sum", parameters: [factor], metrics: [total], fidelity: Fidelity("rounds", 1...10))

    var random = SeededRandom(seed: 0)
    var parts: [Double] = [0, 0]
    var factor = 1.0

    init(_ config: borrowing Config) {}

    mutating func begin(_ trial: borrowing Trial) {
        random = SeededRandom(seed: trial.seed)
        parts = [0, 0]
        factor = trial[Self.factor]
    }

    mutating func step(_ trial: borrowing Trial, _ step: Int) {
        parts[step % 2] += factor * random.uniform()
        trial.report(Self.total, step: step, parts[0] + parts[1])
    }

    func save(to checkpoint: inout CheckpointWriter) throws {
        try checkpoint.write(random.state)
        try checkpoint.write(parts)
    }

    mutating func load(from checkpoint: inout CheckpointReader) throws {
        random.state = try checkpoint.read(UInt64.self)
        try checkpoint.read(into: &parts)
    }

    mutating func reconfigure(_ trial: borrowing Trial) { factor = trial[Self.factor] }

    func evaluate(_ trial: borrowing Trial) { trial.objective(Self.total, parts[0] + parts[1]) }
}

/// Its square, unless it is negative.
struct Square: BatchTrainable {
    static let x = Parameter.float("x", -1...1)
    static let y = Metric.minimize("y")
    static let schema = Schema(id: "square", parameters: [x], metrics: [y])
    static let batchLimit = 100

    init(_ config: borrowing Config) {}

    func evaluate(_ trial: borrowing Trial) throws {
        let x = trial[Self.x]
        guard x >= 0 else { throw TrialError.infeasible("x is \(x)") }
        trial.objective(Self.y, x * x)
    }
}
