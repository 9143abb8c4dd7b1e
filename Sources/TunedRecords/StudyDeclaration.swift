public import TunedSpace

/// A study as it was resolved when it was created: what a person asked for, and what that meant then. Everything that a
/// suggestion depends on beside the events is here, so that it can be derived again from the log alone.
public struct StudyDeclaration: Hashable, Sendable {
    public var specification: StudySpecification
    public var schema: Schema
    /// The schema's space, narrowed by the specification. Indices are the schema's.
    public var space: SearchSpace
    /// Those that the study searched before, the first one first. Not part of the stored declaration: changes are events of their own.
    public internal(set) var formerSpaces: [FormerSpace] = []
    /// What a study without a plugin narrows of its own declaration since its space was changed.
    public internal(set) var narrowing: [String: JSONValue] = [:]
    public var objectives: [Objective]
    /// nil where an outside program drives the study by ask and tell.
    public var plugin: PluginReference?
    /// nil where the study names no data.
    public var data: DataReference?
    /// nil where the study begins knowing nothing.
    public var warmStart: WarmStart?
    /// Milliseconds since 1970.
    public var createdAt: Int64
    /// The daemon's version.
    public var createdBy: String

    public init(
        specification: StudySpecification, schema: Schema, space: SearchSpace, objectives: [Objective],
        plugin: PluginReference?, data: DataReference?, warmStart: WarmStart? = nil, createdAt: Int64, createdBy: String
    ) {
        self.specification = specification
        self.schema = schema
        self.space = space
        self.objectives = objectives
        self.plugin = plugin
        self.data = data
        self.warmStart = warmStart
        self.createdAt = createdAt
        self.createdBy = createdBy
    }
}

/// An objective of a study.
public struct Objective: Hashable, Sendable {
    /// Index into the schema's metrics.
    public var metric: Int
    public var name: String
    public var goal: Goal

    public init(metric: Int, name: String, goal: Goal) {
        self.metric = metric
        self.name = name
        self.goal = goal
    }

    /// The value with its sign such that less is better, which is what samplers minimise.
    public func loss(_ value: Double) -> Double { goal == .minimize ? value : -value }
}

/// The plugin that a study was created with.
public struct PluginReference: Hashable, Sendable {
    public var name: String
    public var trainable: String
    /// SHA-256 of the file, in hexadecimal.
    public var hash: String

    public init(name: String, trainable: String, hash: String) {
        self.name = name
        self.trainable = trainable
        self.hash = hash
    }
}

/// The data of a study and how its rows are divided.
public struct DataReference: Hashable, Sendable {
    /// Where a person said it was; "" where the rows are the plugin's own and there is no file.
    public var origin: String
    /// SHA-256 of that file, in hexadecimal; "" without one.
    public var digest: String
    /// The daemon's private copy that plugins read, without the test rows where there are any; nil where there is no file.
    public var copy: String?
    /// SHA-256 of the fold plan; nil where the plugin describes no rows.
    public var plan: String?
    /// Rows that the plugin sees; 0 where it describes none.
    public var rows: Int
    /// Rows set aside, which reach no worker before the study is finalized.
    public var testRows: Int
    /// SHA-256 of the file that holds the test rows, which no plugin is given; nil where they are not taken out of the file.
    public var held: String?
    /// SHA-256 of the plan that names the test rows, where only their indices can be kept back.
    public var testPlan: String?
    /// Runs of a trial.
    public var folds: Int
    public var isStratified: Bool
    /// How rows are divided.
    public var method: SplitSpecification.Method

    public init(
        origin: String, digest: String, copy: String?, plan: String?, rows: Int, testRows: Int, held: String? = nil,
        testPlan: String? = nil, folds: Int, isStratified: Bool, method: SplitSpecification.Method? = nil
    ) {
        self.origin = origin
        self.digest = digest
        self.copy = copy
        self.plan = plan
        self.rows = rows
        self.testRows = testRows
        self.held = held
        self.testPlan = testPlan
        self.folds = folds
        self.isStratified = isStratified
        self.method = method ?? (isStratified ? .stratified : .plain)
    }
}
