public import TunedSpace

/// The test rows of a study are about to be shown to a worker. Durable before that, so that a use which was begun counts as one
/// whatever comes after it.
public struct FinalizeBegun: Hashable, Sendable {
    /// Uses of the study's test rows are numbered from 1.
    public var use: Int
    /// Whose configuration is trained on all rows but the test rows.
    public var trial: Int
    public var configuration: Configuration
    /// Tells the space of the configuration, as ``TrialAsked/askedAfter``.
    public var askedAfter: EventSequence
    /// Hash of the plugin: the one that ran the trial.
    public var plugin: String
    /// Why the test rows are used again; "" where they are used for the first time.
    public var reason: String
    /// What a person was told and allowed, in words.
    public var remarks: [String]
    public var trainRows: Int
    public var testRows: Int

    public init(
        use: Int, trial: Int, configuration: Configuration, askedAfter: EventSequence, plugin: String, reason: String, remarks: [String],
        trainRows: Int, testRows: Int
    ) {
        self.use = use
        self.trial = trial
        self.configuration = configuration
        self.askedAfter = askedAfter
        self.plugin = plugin
        self.reason = reason
        self.remarks = remarks
        self.trainRows = trainRows
        self.testRows = testRows
    }
}

/// What a use of the test rows brought.
public struct Finalized: Hashable, Sendable {
    /// A file that the final run kept.
    public struct Artifact: Hashable, Sendable {
        public var name: String
        /// Bytes.
        public var size: Int64
        /// SHA-256 in hexadecimal.
        public var digest: String

        public init(name: String, size: Int64, digest: String) {
            self.name = name
            self.size = size
            self.digest = digest
        }
    }

    public var use: Int
    /// One an objective, of the test rows; empty where the run failed.
    public var values: [Double]
    /// In the order of the schema's metrics, NaN where the plugin gave none.
    public var metrics: [Double]
    public var constraints: [ConstraintValue]
    /// Why there are no values, or which constraint the test rows broke.
    public var failure: Failure?
    public var artifacts: [Artifact]
    /// What the run ran on: an ``EnvironmentRecord`` as JSON text; "" where it never began.
    public var environment: String

    public init(
        use: Int, values: [Double], metrics: [Double] = [], constraints: [ConstraintValue] = [], failure: Failure? = nil,
        artifacts: [Artifact] = [], environment: String = ""
    ) {
        self.use = use
        self.values = values
        self.metrics = metrics
        self.constraints = constraints
        self.failure = failure
        self.artifacts = artifacts
        self.environment = environment
    }
}

/// An entry of a study's leakage ledger.
public struct TestUse: Hashable, Sendable {
    /// Milliseconds since 1970.
    public var at: Int64
    public var begun: FinalizeBegun
    public var endedAt: Int64?
    /// nil while it is under way.
    public var result: Finalized?

    public init(at: Int64, begun: FinalizeBegun, endedAt: Int64? = nil, result: Finalized? = nil) {
        self.at = at
        self.begun = begun
        self.endedAt = endedAt
        self.result = result
    }
}

extension [TestUse] {
    /// Takes the end of a use; one that is none of these, or has ended, changes nothing.
    package mutating func end(_ result: Finalized, at time: Int64) {
        guard let index = firstIndex(where: { $0.begun.use == result.use && $0.result == nil }) else { return }
        self[index].result = result
        self[index].endedAt = time
    }
}
