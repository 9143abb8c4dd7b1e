import Dispatch
import Synchronization
import TunedPlugins
public import TunedRecords
import TunedWire

/// How code inside the daemon is kept.
public struct InProcessSettings: Sendable {
    /// Seconds after which an idle instance is destroyed.
    public var idleLimit: Double = 300
    /// Bytes of an attempt's log that are kept: the last ones.
    public var logBytes: Int = 64 << 10

    public init() {}
}

/// Makes attempts in the daemon itself: loads the plugin's private copy, and calls it on the queue of the slot.
///
/// A trainable whose instances may run at once has one instance a slot. One that says nothing of threads has one instance
/// for all slots, and no other code of its library runs beside it. Instances stay between attempts of the same kind, and are
/// destroyed after they were idle for a while, or at once where a rebuilt plugin takes their place. A library stays loaded for
/// good.
public final class InProcessRunner: DirectRunner {
    private struct State {
        var instances: [InProcessInstance] = []
        var isShuttingDown = false
        var isSweepPlanned = false
    }
    private let settings: InProcessSettings
    private let clock: any TimeSource
    private let libraries = InProcessLibraries()
    private let state = Mutex(State())

    public init(settings: InProcessSettings = InProcessSettings(), clock: any TimeSource) {
        self.settings = settings
        self.clock = clock
    }

    public func host(for blueprint: WorkerBlueprint, in slot: SlotGrant) throws(Failure) -> any DirectHost {
        let library = try libraries.library(of: blueprint.plugin)
        let key = InProcessKey(blueprint, slot: library.isThreadSafe(blueprint.trainable) ? slot : nil)
        if let instance = try keep(key) { return InProcessHost(instance, runner: self) }
        let made = try library.instance(key, logBytes: settings.logBytes)
        return InProcessHost(try add(made), runner: self)
    }

    /// An instance that serves already. One that the wanted one replaces is let go of.
    private func keep(_ key: InProcessKey) throws(Failure) -> InProcessInstance? {
        let (found, unwanted) = try state.withLock { state throws(Failure) -> (InProcessInstance?, [InProcessInstance]) in
            guard !state.isShuttingDown else { throw Self.shuttingDown }
            if let found = state.instances.first(where: { $0.key.serves(key) }) {
                found.users += 1
                return (found, [])
            }
            return (nil, Self.removeIdle(&state) { $0.key.isReplaced(by: key) })
        }
        for instance in unwanted { instance.destroy() }
        return found
    }

    /// Keeps a new instance; where another slot was faster to make one for all slots, that is the one.
    private func add(_ made: InProcessInstance) throws(Failure) -> InProcessInstance {
        let kept = state.withLock { state -> InProcessInstance? in
            if state.isShuttingDown { return nil }
            let kept = state.instances.first { $0.key.serves(made.key) } ?? made
            if kept === made { state.instances.append(made) }
            kept.users += 1
            return kept
        }
        if kept !== made { made.destroy() }
        guard let kept else { throw Self.shuttingDown }
        return kept
    }

    private static var shuttingDown: Failure { Failure(kind: .lost, message: "the daemon is shutting down") }

    func release(_ instance: InProcessInstance) {
        let now = clock.monotonicSeconds()
        let (unwanted, mustPlan) = state.withLock { state in
            instance.users -= 1
            instance.idleSince = now
            if state.isShuttingDown { return (Self.removeIdle(&state) { _ in true }, false) }
            let mustPlan = !state.isSweepPlanned
            state.isSweepPlanned = true
            return ([], mustPlan)
        }
        for instance in unwanted { instance.destroy() }
        if mustPlan { planSweep(after: settings.idleLimit) }
    }

    private func planSweep(after seconds: Double) {
        _ = clock.schedule(after: seconds) { [weak self] in self?.sweep() }
    }

    /// Destroys instances that were idle too long, and plans the next look while there are others.
    private func sweep() {
        let now = clock.monotonicSeconds()
        // A hair's breadth for clocks that wake up at the very moment.
        let limit = settings.idleLimit - 1e-3
        let (unwanted, isMore) = state.withLock { state in
            let unwanted = Self.removeIdle(&state) { now - $0.idleSince >= limit }
            state.isSweepPlanned = !state.instances.isEmpty
            return (unwanted, state.isSweepPlanned)
        }
        for instance in unwanted { instance.destroy() }
        if isMore { planSweep(after: settings.idleLimit) }
    }

    /// Ends every idle instance now.
    public func evictIdle() {
        for instance in state.withLock({ Self.removeIdle(&$0) { _ in true } }) { instance.destroy() }
    }

    public func shutDown() {
        let idle = state.withLock { state in
            state.isShuttingDown = true
            return Self.removeIdle(&state) { _ in true }
        }
        for instance in idle { instance.destroy() }
    }

    private static func removeIdle(
        _ state: inout State, _ isUnwanted: (InProcessInstance) -> Bool
    ) -> [InProcessInstance] {
        let unwanted = state.instances.filter { $0.users == 0 && isUnwanted($0) }
        state.instances.removeAll { instance in unwanted.contains { $0 === instance } }
        return unwanted
    }

    /// Instances that exist.
    public var instanceCount: Int { state.withLock { $0.instances.count } }
}
