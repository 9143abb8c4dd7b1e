/// What a plugin says about itself, read in a worker.
public struct PluginDescription: Hashable, Sendable {
    public struct Trainable: Hashable, Sendable {
        public var id: String
        /// `TUNED_THREAD_SAFE`, `TUNED_DETERMINISTIC`, `TUNED_CHECKPOINTS` of plugin.h.
        public var flags: UInt32
        /// As the plugin wrote it; not yet checked.
        public var schemaJSON: String

        public init(id: String, flags: UInt32, schemaJSON: String) {
            self.id = id
            self.flags = flags
            self.schemaJSON = schemaJSON
        }
    }
    public var id: String
    public var version: String
    public var build: String
    /// Minor version of the header that the plugin was built with.
    public var abiMinor: UInt32
    public var trainables: [Trainable]

    public init(id: String, version: String, build: String, abiMinor: UInt32, trainables: [Trainable]) {
        self.id = id
        self.version = version
        self.build = build
        self.abiMinor = abiMinor
        self.trainables = trainables
    }
}

/// The rows of a trainable's data, told through `tuned.dataset/1`.
public struct DatasetDescription: Hashable, Sendable {
    public var rows: Int
    /// One class label a row, for stratified folds.
    public var labels: [Int32]?
    /// One group number a row: a group never spans folds.
    public var groups: [Int32]?
    /// One time a row, for splits forward in time.
    public var times: [Int64]?

    public init(rows: Int, labels: [Int32]? = nil, groups: [Int32]? = nil, times: [Int64]? = nil) {
        self.rows = rows
        self.labels = labels
        self.groups = groups
        self.times = times
    }
}
