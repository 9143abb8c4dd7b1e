/// What a plugin declares for one trainable: its parameters, metrics and fidelity.
///
/// As JSON text; keys without a remark may be left out, and a key that is not listed here is an error:
///
///     {
///       "id": "svm",                                        required: 1 to 128 of [A-Za-z0-9_.-]
///       "description": "what it trains",
///       "parameters": [                                     required
///         {"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": true, "default": 1},
///         {"name": "degree", "type": "int", "low": 2, "high": 5, "step": 1, "when": {"kernel": "poly"}},
///         {"name": "kernel", "type": "categorical", "choices": ["linear", "poly", "rbf"], "description": "..."},
///         {"name": "size", "type": "ordinal", "choices": ["small", "medium", "large"]},
///         {"name": "shrinking", "type": "bool", "default": true},
///         {"name": "steps", "type": "permutation", "of": ["scale", "select", "project"]},
///         {"name": "lr", "type": "float", "low": 1e-5, "high": 1, "log": true, "schedule": ["constant", "cosine"]},
///         {"name": "layers", "type": "list", "low": 1, "high": 5, "of": [{"name": "width", "type": "int", "low": 16, "high": 512}]}
///       ],
///       "rules": ["low <= high"],                            what a configuration has to keep, see ``Rule``
///       "metrics": [{"name": "error", "goal": "minimize"}],  required, at least one; goal minimize or maximize
///       "fidelity": {"name": "epochs", "low": 1, "high": 81},
///       "deterministic": true,
///       "config": [{"name": "target", "required": true}]     keys that the plugin's create() takes
///     }
///
/// A parameter is active when all entries of its `when` hold: the parent is active and its value is the one named, or
/// one of the list, or within `{"low": 2, "high": 5}`, or not among `{"not": ["linear"]}`. A `prior` says where the author
/// believes the best value to be (``Prior``). A list stands for its length and the parameters of its items
/// (``RepeatedGroup``), and a parameter with a schedule for itself and those of its shapes (``ScheduleExpansion``). Parents are countable, and may be declared later than their children.
public struct Schema: Hashable, Sendable {
    public static let maximumMetrics = 100

    public var id: String
    public var description: String
    public var space: SearchSpace
    public var metrics: [Metric]
    /// nil where a trial is always trained in full.
    public var fidelity: Fidelity?
    /// Whether the same configuration and seed give the same result.
    public var isDeterministic: Bool
    public var config: [ConfigKey]

    public init(
        id: String, description: String = "", space: SearchSpace, metrics: [Metric], fidelity: Fidelity? = nil,
        isDeterministic: Bool = false, config: [ConfigKey] = []
    ) {
        self.id = id
        self.description = description
        self.space = space
        self.metrics = metrics
        self.fidelity = fidelity
        self.isDeterministic = isDeterministic
        self.config = config
    }
}

/// Which way a metric is better.
public enum Goal: String, Hashable, Sendable, CaseIterable {
    case minimize, maximize
}

/// A number that a trial ends with.
public struct Metric: Hashable, Sendable {
    public var name: String
    public var goal: Goal
    public var description: String

    public init(name: String, goal: Goal, description: String = "") {
        self.name = name
        self.goal = goal
        self.description = description
    }
}

/// The budget that a trial may spend, in units of the trainable's own: epochs, rows, trees.
public struct Fidelity: Hashable, Sendable {
    public var name: String
    /// The least that says anything; above zero.
    public var low: Double
    /// What training in full takes.
    public var high: Double
    public var description: String

    public init(name: String, low: Double, high: Double, description: String = "") {
        self.name = name
        self.low = low
        self.high = high
        self.description = description
    }
}

/// A key of the study's `config:` that a plugin's create() takes.
public struct ConfigKey: Hashable, Sendable {
    public var name: String
    public var isRequired: Bool
    public var description: String

    public init(name: String, isRequired: Bool = false, description: String = "") {
        self.name = name
        self.isRequired = isRequired
        self.description = description
    }
}
