import Dispatch
import TunedRecords

/// How a pool serves an attempt.
enum WorkerChoice {
    case warm(PooledWorker)
    /// Start one, and end those that are in its way.
    case new(unwanted: [PooledWorker])
    /// The pool is shutting down.
    case refused
}

/// A pool's workers. Guarded by the pool's lock.
struct PoolState {
    private(set) var workers: [ObjectIdentifier: PooledWorker] = [:]
    private(set) var spawned = 0
    /// By the slot's queue, most recently used last.
    private var idle: [ObjectIdentifier: [PooledWorker]] = [:]
    private var folds: [ObjectIdentifier: SharedFolds] = [:]
    private var isShuttingDown = false
    var isSweepPlanned = false

    var idleCount: Int { idle.values.reduce(0) { $0 + $1.count } }

    var oldestIdle: Double? { idle.values.joined().map(\.idleSince).min() }

    mutating func choose(_ blueprint: WorkerBlueprint, _ slot: SlotGrant) -> WorkerChoice {
        guard !isShuttingDown else { return .refused }
        let key = ObjectIdentifier(slot.queue)
        if let index = idle[key]?.lastIndex(where: { $0.key.serves(blueprint, in: slot) }),
            let worker = idle[key]?.remove(at: index)
        {
            return .warm(worker)
        }
        // Memory and GPUs that idle workers hold are promised to the newcomer. Cores are not held by who is idle.
        return .new(
            unwanted: removeIdle { worker in
                let holdsMemory = worker.key.queue === slot.queue && slot.memory > 0
                return holdsMemory || worker.key.gpus.contains(where: slot.gpus.contains)
            })
    }

    mutating func add(_ worker: PooledWorker) {
        workers[ObjectIdentifier(worker)] = worker
        spawned += 1
    }

    mutating func remove(_ worker: PooledWorker) {
        workers[ObjectIdentifier(worker)] = nil
        removeIdle { $0 === worker }
    }

    /// Keeps a worker for the next attempt, and returns one that shall not be kept: the longest idle of a slot that has
    /// more than `limit`.
    mutating func keep(_ worker: PooledWorker, limit: Int) -> PooledWorker? {
        guard !isShuttingDown else { return worker }
        let slot = ObjectIdentifier(worker.key.queue)
        idle[slot, default: []].append(worker)
        return idle[slot, default: []].count > limit ? idle[slot]?.removeFirst() : nil
    }

    @discardableResult
    mutating func removeIdle(_ isUnwanted: (PooledWorker) -> Bool) -> [PooledWorker] {
        var removed: [PooledWorker] = []
        for slot in Array(idle.keys) {
            let unwanted = idle[slot, default: []].filter(isUnwanted)
            guard !unwanted.isEmpty else { continue }
            removed += unwanted
            idle[slot]?.removeAll(where: isUnwanted)
        }
        return removed
    }

    /// Lets no further attempt start; returns all workers.
    mutating func shutDown() -> [PooledWorker] {
        isShuttingDown = true
        idle = [:]
        return Array(workers.values)
    }

    var hasShutDown: Bool { isShuttingDown }

    /// What the workers of a plan share; forgotten once none is left.
    mutating func sharedFolds(of plan: FoldPlan) -> SharedFolds {
        folds = folds.filter { !$0.value.isUnused }
        if let known = folds[ObjectIdentifier(plan)] { return known }
        let new = SharedFolds(plan)
        folds[ObjectIdentifier(plan)] = new
        return new
    }
}
