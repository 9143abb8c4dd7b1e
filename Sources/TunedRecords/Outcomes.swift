/// Why an attempt or a trial failed.
public struct Failure: Error, Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// The plugin returned a negative code.
        case reported = 0
        /// A signal, an uncaught exception, a Swift trap.
        case crashed = 1
        /// The process ended in the middle of the run.
        case exited = 2
        /// The run outlived its deadline.
        case deadline = 3
        /// An objective or an outcome constraint was NaN or infinite.
        case notFinite = 4
        /// The plugin returned success without a value for an objective.
        case missingObjective = 5
        /// The plugin could not be loaded or its instance not created.
        case load = 6
        /// More memory than the slot has.
        case memory = 7
        /// The plugin says that this configuration cannot be trained, or the trial's result breaks a constraint.
        case infeasible = 8
        /// The worker sent what the protocol does not allow.
        case `protocol` = 9
        /// The worker or its machine was lost; the attempt is made again.
        case lost = 10
        /// The data file is missing or changed.
        case data = 11
        /// Somebody outside said that the trial failed.
        case told = 12

        public var name: String {
            switch self {
            case .reported: "reported"
            case .crashed: "crashed"
            case .exited: "exited"
            case .deadline: "deadline"
            case .notFinite: "not-finite"
            case .missingObjective: "missing-objective"
            case .load: "load"
            case .memory: "memory"
            case .infeasible: "infeasible"
            case .protocol: "protocol"
            case .lost: "lost"
            case .data: "data"
            case .told: "told"
            }
        }
    }

    public var kind: Kind
    /// For a person: what happened, in one line.
    public var message: String
    /// Signal, module and offset, exception text, exit status: what is known beyond the message.
    public var detail: String

    public init(kind: Kind, message: String, detail: String = "") {
        self.kind = kind
        self.message = message
        self.detail = detail
    }

    /// Whether the attempt is made again without counting against its trial.
    public var isInfrastructure: Bool { kind == .lost }
}

/// How an attempt ended.
public enum AttemptOutcome: Hashable, Sendable {
    /// Metric values in the order of the schema's metrics, NaN where the plugin gave none; and the outcome constraints that it reported.
    case succeeded(metrics: [Double], constraints: [ConstraintValue] = [])
    /// Ended early because it was told to.
    case stopped(reason: StopReason)
    case failed(Failure)
}

/// Who told an attempt to end early.
public enum StopReason: UInt8, Hashable, Sendable {
    /// A pruner, or the plugin itself.
    case pruned = 0
    /// A person or the end of the study.
    case cancelled = 1
    /// The daemon is shutting down; the attempt is made again.
    case shutdown = 2
}

/// One metric's value at a step of a run.
public struct MetricReport: Hashable, Sendable {
    /// Index of the metric in the schema.
    public var metric: Int
    public var step: Int64
    public var value: Double

    public init(metric: Int, step: Int64, value: Double) {
        self.metric = metric
        self.step = step
        self.value = value
    }
}
