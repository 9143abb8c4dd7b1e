public import TunedSpace

/// One parameter as the ABI shows it: what a worker must know to turn compact values into `tuned_value`.
public struct WireParameter: Hashable, Sendable {
    /// Raw values are the `TUNED_FLOAT` … of plugin.h.
    public enum Kind: UInt8, Sendable {
        case float = 1
        case integer = 2
        case categorical = 3
        case ordinal = 4
        case boolean = 5
    }
    public struct Category: Hashable, Sendable {
        public var text: String
        /// The number that the choice is, else its index.
        public var number: Double

        public init(text: String, number: Double) {
            self.text = text
            self.number = number
        }
    }
    public var name: String
    public var kind: Kind
    /// Empty for numbers.
    public var categories: [Category]
    /// How its value follows from others of the list over a run; nil where it is constant.
    public var schedule: ScheduleLayout?

    public init(name: String, kind: Kind, categories: [Category] = [], schedule: ScheduleLayout? = nil) {
        self.name = name
        self.kind = kind
        self.categories = categories
        self.schedule = schedule
    }
}

/// Makes an instance of a trainable, once in a worker's life.
public struct OpenRequest: Hashable, Sendable {
    public var path: String
    public var trainable: String
    public var parameters: [WireParameter]
    public var metrics: Int
    /// The study's `config`: the whole as JSON text, and key by key with values as text.
    public var configJSON: String
    public var config: [Pair]
    public var dataPath: String?
    /// Whether the answer shall carry the data set's description.
    public var describesDataset: Bool
    /// The schema's fidelity at its full value, which is what a run without a budget trains; 0: no fidelity.
    public var fullBudget: Double
    public var resources: WorkerResources

    public struct Pair: Hashable, Sendable {
        public var key: String
        public var value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    public init(
        path: String, trainable: String, parameters: [WireParameter], metrics: Int, configJSON: String, config: [Pair],
        dataPath: String?, describesDataset: Bool, fullBudget: Double = 0, resources: WorkerResources = WorkerResources()
    ) {
        self.path = path
        self.trainable = trainable
        self.parameters = parameters
        self.metrics = metrics
        self.configJSON = configJSON
        self.config = config
        self.dataPath = dataPath
        self.describesDataset = describesDataset
        self.fullBudget = fullBudget
        self.resources = resources
    }
}

/// What the slot of a worker holds.
public struct WorkerResources: Hashable, Sendable {
    public var cpus: [Int32]
    /// UUIDs.
    public var gpus: [String]
    /// Bytes; 0: no limit.
    public var memory: UInt64

    public init(cpus: [Int32] = [], gpus: [String] = [], memory: UInt64 = 0) {
        self.cpus = cpus
        self.gpus = gpus
        self.memory = memory
    }
}

/// Runs one attempt on the instance.
public struct RunRequest: Hashable, Sendable {
    /// Stands for the attempt; the answer repeats it, so that a late one is recognised.
    public var nonce: UInt64
    public var trial: Int64
    public var run: Int32
    public var attempt: Int32
    /// `TUNED_SEARCH` … of plugin.h.
    public var purpose: UInt8
    public var seed: UInt64
    public var budget: Double
    /// Seconds; 0: none.
    public var deadline: Double
    public var fold: Int32
    /// 0 where the host splits no data.
    public var folds: Int32
    public var configuration: Configuration
    /// Where the run's checkpoint and artifacts are kept, absolute; made when it is first needed. Nil: nowhere.
    public var folder: String?
    /// What training in full takes in the run's study; 0: what the schema says. Schedules span it.
    public var fullBudget: Double

    public init(
        nonce: UInt64, trial: Int64, run: Int32, attempt: Int32, purpose: UInt8, seed: UInt64, budget: Double,
        deadline: Double, fold: Int32, folds: Int32, configuration: Configuration, folder: String? = nil,
        fullBudget: Double = 0
    ) {
        self.nonce = nonce
        self.trial = trial
        self.run = run
        self.attempt = attempt
        self.purpose = purpose
        self.seed = seed
        self.budget = budget
        self.deadline = deadline
        self.fold = fold
        self.folds = folds
        self.configuration = configuration
        self.folder = folder
        self.fullBudget = fullBudget
    }
}

/// How a run ended, as the plugin returned.
public struct RunResult: Hashable, Sendable {
    public struct Constraint: Hashable, Sendable {
        public var name: String
        public var value: Double

        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }
    public var nonce: UInt64
    /// What train or evaluate returned.
    public var code: Int32
    /// Whether it was train that returned it, and evaluate was not called.
    public var endedInTrain: Bool
    /// One a metric of the schema; nil where the plugin gave none. May be NaN or infinite.
    public var metrics: [Double?]
    public var constraints: [Constraint]
    /// What the plugin said through host->fail, else "".
    public var text: String

    public init(
        nonce: UInt64, code: Int32, endedInTrain: Bool, metrics: [Double?], constraints: [Constraint], text: String
    ) {
        self.nonce = nonce
        self.code = code
        self.endedInTrain = endedInTrain
        self.metrics = metrics
        self.constraints = constraints
        self.text = text
    }
}
