public import TunedSpace

/// What all attempts of a study share, and what a warm worker is kept for.
public final class WorkerBlueprint: Sendable {
    public let plugin: PluginImage
    public let trainable: String
    public let schema: Schema
    /// The study's space: the schema's, narrowed. Indices are the schema's.
    public let space: SearchSpace
    /// What create() is given.
    public let config: JSONValue
    /// Absolute path of the file that the plugin reads; holds no test rows where the host could take them out.
    public let dataPath: String?
    /// Which rows train and evaluate, one a fold; nil where the host splits nothing.
    public let folds: FoldPlan?
    /// Metrics of the schema that the study needs a finite value of.
    public let requiredMetrics: [Int]
    /// Set in the worker's environment over what it inherits.
    public let environment: [String: String]

    public init(
        plugin: PluginImage, trainable: String, schema: Schema, space: SearchSpace, config: JSONValue, dataPath: String?,
        folds: FoldPlan?, requiredMetrics: [Int], environment: [String: String] = [:]
    ) {
        self.plugin = plugin
        self.trainable = trainable
        self.schema = schema
        self.space = space
        self.config = config
        self.dataPath = dataPath
        self.folds = folds
        self.requiredMetrics = requiredMetrics
        self.environment = environment
    }
}

/// A plugin's content-addressed private copy.
public struct PluginImage: Hashable, Sendable {
    /// SHA-256 of the file, in hexadecimal.
    public var hash: String
    /// Absolute path of the copy.
    public var path: String

    public init(hash: String, path: String) {
        self.hash = hash
        self.path = path
    }
}

/// The rows of each fold, as indices into the data set that the plugin described.
public final class FoldPlan: Sendable {
    public struct Fold: Hashable, Sendable {
        /// Ascending.
        public var train: [UInt32]
        /// Ascending.
        public var evaluate: [UInt32]

        public init(train: [UInt32], evaluate: [UInt32]) {
            self.train = train
            self.evaluate = evaluate
        }
    }
    public let folds: [Fold]
    /// Number of rows of the data set.
    public let rows: Int

    public init(folds: [Fold], rows: Int) {
        self.folds = folds
        self.rows = rows
    }
}

/// One attempt to be made.
public struct AttemptAssignment: Sendable {
    public var blueprint: WorkerBlueprint
    public var configuration: Configuration
    public var trial: Int
    public var run: RunKey
    /// Position of the run among those of its trial, from 0.
    public var runIndex: Int
    public var attempt: Int
    public var nonce: UInt64
    public var seed: UInt64
    /// In units of the fidelity; 0 trains in full.
    public var budget: Double
    /// What training in full takes in its study, over which schedules span; 0: what the schema says.
    public var fullBudget: Double
    /// Seconds from the start; nil: no limit.
    public var deadline: Double?
    /// Where the run's checkpoint and artifacts are kept, absolute; nil: nowhere.
    public var folder: String?

    public init(
        blueprint: WorkerBlueprint, configuration: Configuration, trial: Int, run: RunKey, runIndex: Int, attempt: Int,
        nonce: UInt64, seed: UInt64, budget: Double = 0, fullBudget: Double = 0, deadline: Double? = nil, folder: String? = nil
    ) {
        self.blueprint = blueprint
        self.configuration = configuration
        self.trial = trial
        self.run = run
        self.runIndex = runIndex
        self.attempt = attempt
        self.nonce = nonce
        self.seed = seed
        self.budget = budget
        self.fullBudget = fullBudget
        self.deadline = deadline
        self.folder = folder
    }
}

/// What an attempt says while it runs. Signals of one attempt arrive in order on its slot's queue; `ended` is the last.
public enum AttemptSignal: Sendable {
    case reports([MetricReport])
    case ended(AttemptOutcome, log: String)
}

/// Makes attempts: in worker processes, or in a test.
public protocol AttemptRunner: AnyObject, Sendable {
    /// Starts an attempt in a slot. Called on the slot's queue, returns without waiting for the attempt.
    func start(
        _ assignment: AttemptAssignment, in slot: SlotGrant, _ receive: @escaping @Sendable (AttemptSignal) -> Void
    ) -> any RunningAttempt

    /// Ends all workers. Attempts that still run end as lost.
    func shutDown()
}

/// An attempt under way.
public protocol RunningAttempt: AnyObject, Sendable {
    /// Asks the attempt to end: should_stop turns true; after a grace time its process is ended. The outcome then is
    /// ``AttemptOutcome/stopped(reason:)``. Safe from any queue, and after the end.
    func stop(_ reason: StopReason)
}
