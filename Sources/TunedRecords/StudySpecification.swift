public import TunedSpace

/// What a person asks of a study: the content of a study file, or the flags of `tuned run`.
public struct StudySpecification: Hashable, Sendable {
    /// 1 to 64 characters of `[a-z0-9._-]`; nil lets the daemon make one from the plugin's name.
    public var slug: String?
    public var title: String = ""
    /// A loaded plugin's name; nil for a study whose trials an outside program asks for and tells.
    public var plugin: String?
    /// Where a plugin has several.
    public var trainable: String?
    /// Path of the data file.
    public var data: String?
    /// Passed to the plugin's create().
    public var config: [String: JSONValue] = [:]
    /// Empty: the schema's first metric.
    public var objectives: [ObjectiveSpecification] = []
    /// What a trial's result has to keep to count as complete.
    public var constraints: [OutcomeConstraint] = []
    /// nil: where there is data, a stratified holdout of one fifth where labels are known, else a plain one.
    public var split: SplitSpecification?
    public var sampler = SamplerSpecification()
    /// Which trials end early, and which go on; nil: every trial is trained in full.
    public var pruner: PrunerSpecification?
    /// What training in full spends, in units of the fidelity; nil: what the schema says.
    public var budget: Double?
    public var stop = StopRules()
    /// Which configurations are measured again when the search is over; nil: none.
    public var replicate: ReplicationRule?
    public var resources = ResourceRequest()
    /// Runs at once; nil: as many as slots fit.
    public var parallel: Int?
    /// Seconds that one run may take; nil: no limit.
    public var timeout: Double?
    public var isolation = Isolation.worker
    /// Narrows or fixes what the plugin declares; for a study without a plugin, the whole space.
    public var space: [String: JSONValue] = [:]
    /// What configurations have to keep, beside what the plugin declares (``Rule``).
    public var rules: [JSONValue] = []
    /// Name of a study whose trials this one begins with the knowledge of.
    public var warmStart: String?
    /// All randomness of the study follows from it.
    public var seed: UInt64 = 0

    public init() {}
}

/// Where a plugin's code runs.
public enum Isolation: String, Hashable, Sendable, CaseIterable {
    /// In a process of its own, which may crash and can be killed.
    case worker
    /// In the daemon itself, for code that was checked: no process and no pipe, and no fence either.
    case inprocess
}

/// One objective as a person names it.
public struct ObjectiveSpecification: Hashable, Sendable {
    public var metric: String
    /// nil: as the schema declares.
    public var goal: Goal?

    public init(metric: String, goal: Goal? = nil) {
        self.metric = metric
        self.goal = goal
    }
}

/// How rows are divided. Fractions are of all rows.
public struct SplitSpecification: Hashable, Sendable {
    public enum Method: String, Hashable, Sendable, CaseIterable {
        case plain
        /// Each part has its share of each class.
        case stratified
        /// A group of rows is never divided.
        case grouped
        /// A group is never divided, and the parts have their shares of the classes as nearly as that allows.
        case stratifiedGroups = "stratified-groups"
        /// Forward in time: what is scored comes after all that was trained on.
        case time
    }
    /// Scored in a holdout; without meaning where there are folds.
    public var validation: Double = 0.2
    /// Set aside: reaches no worker during the search.
    public var test: Double = 0
    /// Where the test rows are one fold of an outer cross-validation: of how many, and which one, from 1. Then ``test`` is its share.
    public var outer: (folds: Int, fold: Int)? {
        get { outerFolds > 1 ? (outerFolds, outerFold) : nil }
        set { (outerFolds, outerFold) = newValue ?? (0, 0) }
    }
    private var outerFolds = 0
    private var outerFold = 0
    /// nil: by groups where the plugin tells them, stratified where it tells classes.
    public var method: Method?
    /// Column of the data file that holds the groups or the times; nil: as the plugin tells them.
    public var column: String?
    /// k of the cross-validation; 1 is a holdout.
    public var folds: Int = 1
    /// How often the rows are divided anew, each time into ``folds``.
    public var repeats: Int = 1
    public var seed: UInt64 = 0

    public init() {}
}

public struct SamplerSpecification: Hashable, Sendable {
    public var name: String = "auto"
    public var settings: [String: JSONValue] = [:]

    public init(name: String = "auto", settings: [String: JSONValue] = [:]) {
        self.name = name
        self.settings = settings
    }
}

public struct PrunerSpecification: Hashable, Sendable {
    public var name: String
    public var settings: [String: JSONValue]
    /// Seconds that a run may keep a rung waiting; nil: as long as it takes.
    public var straggler: Double?

    public init(name: String, settings: [String: JSONValue] = [:], straggler: Double? = nil) {
        self.name = name
        self.settings = settings
        self.straggler = straggler
    }
}

/// When a study ends by itself. The first rule that is met ends it; without any it ends when its space is exhausted.
public struct StopRules: Hashable, Sendable {
    /// Trials that were tried, whatever their end; at least 1.
    public var trials: Int?
    /// Seconds of running; trials under way then still end.
    public var time: Double?
    /// The first objective reaches this value.
    public var target: Double?
    /// Complete trials since the last improvement of the first objective.
    public var patience: Int?
    /// In units of the first objective: no more than this can still be gained, as far as a model of the trials tells.
    public var regret: Double?

    public init(
        trials: Int? = nil, time: Double? = nil, target: Double? = nil, patience: Int? = nil, regret: Double? = nil
    ) {
        self.trials = trials
        self.time = time
        self.target = target
        self.patience = patience
        self.regret = regret
    }
}

/// The leading configurations of a noisy metric are measured again, with new seeds, when the search is over.
public struct ReplicationRule: Hashable, Sendable {
    public var candidates: Int
    /// Results that each candidate is to have, the one of the search included; 2 to 1000.
    public var times: Int

    public init(candidates: Int = 3, times: Int) {
        self.candidates = candidates
        self.times = times
    }
}

/// A specification that cannot be read.
public struct SpecificationError: Error, Hashable, Sendable {
    /// Where: `sampler.name`, `objectives[1].goal`; empty for the whole.
    public var path: String
    /// What was wrong and what to do.
    public var message: String

    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }
}
