/// What a ``Trainable`` declares. The host checks it when it loads the plugin, and names what is wrong with it.
public final class Schema: Sendable {
    let id: String?
    let help: String
    let parameters: [any TunableParameter]
    let metrics: [Metric]
    let fidelity: Fidelity?
    let config: [ConfigKey]
    let traits: Traits

    /// - Parameters:
    ///   - id: 1 to 64 characters of [a-z0-9._-], unique in the plugin; nil: the plugin's own.
    ///   - help: a line for people.
    ///   - parameters: the order of this list is that of the values.
    ///   - metrics: the first is what a study optimises unless it says otherwise.
    ///   - fidelity: what a trial's budget counts; nil: a trial is always trained in full.
    ///   - config: the keys of a study's `config` that `init` understands.
    public init(
        id: String? = nil, help: String = "", parameters: [any TunableParameter], metrics: [Metric], fidelity: Fidelity? = nil,
        config: [ConfigKey] = [], traits: Traits = []
    ) {
        self.id = id
        self.help = help
        self.parameters = parameters
        self.metrics = metrics
        self.fidelity = fidelity
        self.config = config
        self.traits = traits
    }

    /// What the host may rely on.
    public struct Traits: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Several instances may run at once in one process.
        public static let threadSafe = Traits(rawValue: 1)
        /// The same seed and values give the same result, bit for bit.
        public static let deterministic = Traits(rawValue: 2)
        /// Writes checkpoints and goes on from them.
        public static let checkpoints = Traits(rawValue: 4)
    }
}

/// A number that a run ends with, and that it may report on the way. Declare each as a `static let`: the object is the key.
public final class Metric: Sendable {
    public enum Goal: Sendable { case minimize, maximize }

    let name: String
    private let goal: Goal
    private let help: String

    public init(_ name: String, _ goal: Goal, help: String = "") {
        self.name = name
        self.goal = goal
        self.help = help
    }

    public static func minimize(_ name: String, help: String = "") -> Metric { Metric(name, .minimize, help: help) }
    public static func maximize(_ name: String, help: String = "") -> Metric { Metric(name, .maximize, help: help) }
}

/// The budget that a trial may spend, in units of the trainable's own: epochs, rows, trees.
public struct Fidelity: Sendable {
    let name: String
    let range: ClosedRange<Double>
    let help: String

    /// - Parameter range: from the least that says anything, above zero, to what training in full takes.
    public init(_ name: String, _ range: ClosedRange<Double>, help: String = "") {
        self.name = name
        self.range = range
        self.help = help
    }
}

/// A key of a study's `config`.
public struct ConfigKey: Sendable {
    fileprivate let name: String
    fileprivate let isRequired: Bool
    fileprivate let help: String

    public init(_ name: String, required: Bool = false, help: String = "") {
        self.name = name
        self.isRequired = required
        self.help = help
    }
}

extension Schema {
    /// The grammar is that of the guide for plugin authors, "The schema".
    func json(id: String) -> String {
        var object = JSONObject()
        object.add("id", id)
        object.describe(help)
        object.add("parameters", json: JSONText.array(parameters.map(\.declaration.object.text)))
        object.add("metrics", json: JSONText.array(metrics.map(\.json)))
        if let fidelity { object.add("fidelity", json: fidelity.json) }
        if traits.contains(.deterministic) { object.add("deterministic", json: "true") }
        if !config.isEmpty { object.add("config", json: JSONText.array(config.map(\.json))) }
        return object.text
    }
}

extension Metric {
    fileprivate var json: String {
        var object = JSONObject()
        object.add("name", name)
        object.add("goal", goal == .minimize ? "minimize" : "maximize")
        object.describe(help)
        return object.text
    }
}

extension Fidelity {
    fileprivate var json: String {
        var object = JSONObject()
        object.add("name", name)
        object.add("low", json: JSONText.number(range.lowerBound))
        object.add("high", json: JSONText.number(range.upperBound))
        object.describe(help)
        return object.text
    }
}

extension ConfigKey {
    fileprivate var json: String {
        var object = JSONObject()
        object.add("name", name)
        object.add("required", json: JSONText.boolean(isRequired))
        object.describe(help)
        return object.text
    }
}
