import Dispatch
import Synchronization
public import TunedRecords
import TunedWire

/// Makes attempts in worker processes, which stay warm between attempts of the same kind.
///
/// A worker belongs to one slot's cores and one plugin, trainable, configuration and data; whatever differs gets a worker of
/// its own. A worker that crashed, or that had to be killed, is replaced by a new one at the next attempt.
public final class WorkerPool: AttemptRunner {
    let settings: WorkerSettings
    let clock: any TimeSource
    private let variables: @Sendable (SlotGrant) -> [String: String]
    private let state = Mutex(PoolState())

    /// - Parameters:
    ///   - clock: decides deadlines, grace times and the age of idle workers.
    ///   - variables: what a slot sets in its workers' environment (GPUs, thread counts); a study's own variables win.
    public init(
        settings: WorkerSettings, clock: any TimeSource, variables: @escaping @Sendable (SlotGrant) -> [String: String]
    ) {
        self.settings = settings
        self.clock = clock
        self.variables = variables
    }

    public func start(
        _ assignment: AttemptAssignment, in slot: SlotGrant, _ receive: @escaping @Sendable (AttemptSignal) -> Void
    ) -> any RunningAttempt {
        let attempt = PoolAttempt(assignment, in: slot, receive)
        let blueprint = assignment.blueprint
        switch state.withLock({ $0.choose(blueprint, slot) }) {
        case .refused:
            let failure = Failure(kind: .lost, message: "the daemon is shutting down")
            slot.queue.async { attempt.end(.failed(failure), log: "") }
        case .warm(let worker):
            worker.run(attempt)
        case .new(let unwanted):
            for worker in unwanted { worker.key.queue.async { worker.retire() } }
            let worker = PooledWorker(WorkerKey(blueprint, slot), pool: self, first: attempt)
            state.withLock { $0.add(worker) }
            worker.launch(
                environment: BaseEnvironment.variables(settings, variables(slot), blueprint.environment))
        }
        return attempt
    }

    public func shutDown() {
        for worker in state.withLock({ $0.shutDown() }) { worker.key.queue.async { worker.retireNow() } }
    }

    /// Ends every idle worker now.
    public func evictIdle() { evict { _ in true } }

    /// How many workers there are.
    public var statistics: WorkerStatistics {
        state.withLock { state in
            let idle = state.idleCount
            return WorkerStatistics(spawned: state.spawned, running: state.workers.count - idle, idle: idle)
        }
    }

    var isShuttingDown: Bool { state.withLock(\.hasShutDown) }
}

/// How many workers a pool has.
public struct WorkerStatistics: Hashable, Sendable {
    /// Ever started.
    public var spawned: Int
    /// Starting, or making an attempt.
    public var running: Int
    /// Waiting for an attempt.
    public var idle: Int

    public init(spawned: Int, running: Int, idle: Int) {
        self.spawned = spawned
        self.running = running
        self.idle = idle
    }
}

extension WorkerPool {
    /// Called by a worker that can take another attempt, on its slot's queue.
    func becameIdle(_ worker: PooledWorker) {
        let now = clock.monotonicSeconds()
        let (unwanted, mustPlan) = state.withLock { state -> (PooledWorker?, Bool) in
            worker.idleSince = now
            let mustPlan = !state.isSweepPlanned
            state.isSweepPlanned = true
            return (state.keep(worker, limit: settings.idleWorkersPerSlot), mustPlan)
        }
        unwanted?.retire()
        if mustPlan { planSweep(after: settings.idleLimit) }
    }

    /// The folds' memory, made once for all workers of a plan that live at the same time.
    func foldsSource(of blueprint: WorkerBlueprint) -> (@Sendable () -> FoldsMemory?)? {
        guard let plan = blueprint.folds else { return nil }
        let shared = state.withLock { $0.sharedFolds(of: plan) }
        return { shared.memory() }
    }

    /// Called by a worker whose process has ended, on its slot's queue.
    func ended(_ worker: PooledWorker) {
        state.withLock { $0.remove(worker) }
    }

    private func planSweep(after seconds: Double) {
        _ = clock.schedule(after: seconds) { [weak self] in self?.sweep() }
    }

    /// Ends workers that were idle too long, and plans the next look while there are others.
    private func sweep() {
        let now = clock.monotonicSeconds()
        // A hair's breadth for clocks that wake up at the very moment.
        let limit = settings.idleLimit - 1e-3
        evict { now - $0.idleSince >= limit }
        let oldest = state.withLock { state -> Double? in
            let oldest = state.oldestIdle
            state.isSweepPlanned = oldest != nil
            return oldest
        }
        if let oldest { planSweep(after: max(0.01, oldest + settings.idleLimit - now)) }
    }

    private func evict(_ isUnwanted: (PooledWorker) -> Bool) {
        let unwanted = state.withLock { $0.removeIdle(isUnwanted) }
        for worker in unwanted { worker.key.queue.async { worker.retire() } }
    }
}
