public import TunedRecords

/// Who has what, and what each request waits for.
public struct SlotsSnapshot: Hashable, Sendable {
    public struct GPUStatus: Hashable, Sendable {
        public var uuid: String
        public var name: String
        /// Bytes.
        public var memory: UInt64
        /// Trials that may use it at once, and those that do.
        public var shares: Int
        public var taken: Int
        /// Why no trial may use it now, for a person.
        public var obstacle: String?
    }

    public struct Holder: Hashable, Sendable {
        /// The request's number, which is the grant's.
        public var id: UInt64
        public var study: StudyID
        public var trial: Int
        public var cpus: [Int]
        /// UUIDs.
        public var gpus: [String]
        /// Bytes.
        public var memory: UInt64
        /// Seconds since the grant.
        public var heldFor: Double
    }

    public struct Waiter: Hashable, Sendable {
        public var id: UInt64
        public var study: StudyID
        public var trial: Int
        public var priority: Int
        public var resources: ResourceRequest
        /// Seconds since the request.
        public var waitedFor: Double
        /// What it waits for, for a person.
        public var reason: String
    }

    public var cpusTotal = 0
    public var cpusFree = 0
    /// Bytes.
    public var memoryTotal: UInt64 = 0
    public var memoryFree: UInt64 = 0
    public var gpus: [GPUStatus] = []
    /// In the order of their grants.
    public var holders: [Holder] = []
    /// The first ones, in the order in which they would be served.
    public var waiters: [Waiter] = []
    /// All that wait, also those left out of ``waiters``.
    public var waitingCount = 0
    /// What the inventory could not find out.
    public var warnings: [String] = []

    package init() {}
}
