public import TunedSpace

/// Makes attempts in this process, within the call. For code that is trusted not to crash, and for trials so short that a
/// way through a queue or a pipe would cost more than they do.
public protocol DirectRunner: AnyObject, Sendable {
    /// What runs a blueprint's attempts in a slot: kept from earlier, or made now, which takes as long as the plugin's create
    /// does. Called on the slot's queue.
    ///
    /// - Throws: why there can be none; ``Failure/Kind/load`` where the plugin is at fault.
    func host(for blueprint: WorkerBlueprint, in slot: SlotGrant) throws(Failure) -> any DirectHost

    /// Lets no further host be made, and ends those that are idle.
    func shutDown()
}

/// An instance of a trainable in this process. One call at a time; they come on the slot's queue and return when the
/// plugin does.
public protocol DirectHost: AnyObject, Sendable {
    /// Most trials of one call of ``run(_:_:)-(BatchAssignment,_)``; 0 where the trainable takes one at a time.
    var batchLimit: Int { get }

    /// Makes one attempt.
    ///
    /// - Parameter report: called with what the attempt reported, in order, on any thread, until this returns.
    func run(_ assignment: AttemptAssignment, _ report: @escaping @Sendable ([MetricReport]) -> Void) -> DirectResult

    /// Runs many trials in one call of the plugin.
    func run(_ batch: BatchAssignment) -> BatchResult

    /// Asks the call under way to end: should_stop turns true for attempt `nonce`, or for all of the batch that has it. What
    /// does not ask cannot be ended. Safe from any thread, and after the end.
    func stop(_ reason: StopReason, nonce: UInt64)

    /// Gives the instance back, to be used again or ended.
    func release()
}

/// How an attempt within the call ended.
public struct DirectResult: Sendable {
    public var outcome: AttemptOutcome
    public var log: String

    public init(outcome: AttemptOutcome, log: String = "") {
        self.outcome = outcome
        self.log = log
    }
}

/// Trials with neighbouring numbers to be run in one call.
public struct BatchAssignment: Sendable {
    public var blueprint: WorkerBlueprint
    public var first: Int
    public var configurations: [Configuration]
    /// Of the study: each trial's own follows from it.
    public var studySeed: UInt64
    public var nonce: UInt64

    public init(blueprint: WorkerBlueprint, first: Int, configurations: [Configuration], studySeed: UInt64, nonce: UInt64) {
        self.blueprint = blueprint
        self.first = first
        self.configurations = configurations
        self.studySeed = studySeed
        self.nonce = nonce
    }
}

/// What a batch brought.
public struct BatchResult: Sendable {
    /// One list a metric of the schema, with one value a trial; NaN where the plugin gave none.
    public var metrics: [[Double]]
    /// Outcomes of the trials that did not succeed, by their place in the batch, ascending.
    public var failures: [(index: Int, outcome: AttemptOutcome)]
    /// By the trial's place in the batch, in the order in which they came.
    public var reports: [(index: Int, report: MetricReport)]
    /// In the order in which they were first reported; of trials that succeeded.
    public var constraints: [BatchRun.Constraint]
    public var log: String

    public init(
        metrics: [[Double]], failures: [(index: Int, outcome: AttemptOutcome)] = [],
        reports: [(index: Int, report: MetricReport)] = [], constraints: [BatchRun.Constraint] = [], log: String = ""
    ) {
        self.metrics = metrics
        self.failures = failures
        self.reports = reports
        self.constraints = constraints
        self.log = log
    }
}
