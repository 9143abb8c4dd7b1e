public import Dispatch

/// What one attempt asks of the machine.
public struct ResourceRequest: Hashable, Sendable {
    /// Whole CPU cores, at least 1.
    public var cpus: Int
    /// GPUs, or shares of a GPU where the administrator allows sharing.
    public var gpus: Int
    /// Bytes; 0 asks for none in particular.
    public var memory: UInt64

    public init(cpus: Int = 1, gpus: Int = 0, memory: UInt64 = 0) {
        self.cpus = cpus
        self.gpus = gpus
        self.memory = memory
    }
}

/// The part of the machine that one attempt occupies, until it is released.
public struct SlotGrant: Sendable {
    /// Identifies this grant among all that this process made.
    public let id: UInt64
    /// Logical CPUs, ascending; disjoint from those of every other grant.
    public let cpus: [Int]
    /// GPU UUIDs.
    public let gpus: [String]
    /// Bytes set aside.
    public let memory: UInt64
    /// The serial queue that drives what runs in this slot. Grants of the same cores share one, in turn.
    public let queue: DispatchQueue

    public init(id: UInt64, cpus: [Int], gpus: [String], memory: UInt64, queue: DispatchQueue) {
        self.id = id
        self.cpus = cpus
        self.gpus = gpus
        self.memory = memory
        self.queue = queue
    }
}
