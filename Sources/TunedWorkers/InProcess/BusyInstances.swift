import Dispatch
import Synchronization

/// The instances of this process that are making attempts. They are looked at when one of them rings, and every few
/// milliseconds, so that reports are heard of while a run goes on.
///
/// `@unchecked Sendable`: `timer` is created once, and resumed and suspended under the lock alone.
final class BusyInstances: @unchecked Sendable {
    /// One for the process: a doorbell carries no word of who rings.
    static let shared = BusyInstances()

    private struct State {
        var instances: [ObjectIdentifier: (instance: InProcessInstance, users: Int)] = [:]
        var isTicking = false
        var idleTicks = 0
    }
    private let state = Mutex(State())
    private let timer: any DispatchSourceTimer

    private static let tick = DispatchTimeInterval.milliseconds(20)
    /// The timer goes on for so many ticks when nothing is busy, since the next attempt mostly comes at once.
    private static let idleTickLimit = 25

    private init() {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "tuned.inprocess.tick"))
        timer.setEventHandler { @Sendable [unowned self] in ticked() }
        timer.schedule(deadline: .now() + Self.tick, repeating: Self.tick, leeway: .milliseconds(2))
    }

    func add(_ instance: InProcessInstance) {
        state.withLock { state in
            state.instances[ObjectIdentifier(instance), default: (instance, 0)].users += 1
            state.idleTicks = 0
            guard !state.isTicking else { return }
            state.isTicking = true
            timer.resume()
        }
    }

    func remove(_ instance: InProcessInstance) {
        state.withLock { state in
            let key = ObjectIdentifier(instance)
            state.instances[key]?.users -= 1
            if state.instances[key]?.users == 0 { state.instances[key] = nil }
        }
    }

    /// Reads what all of them have to say. Called on any thread.
    func drain() {
        for entry in state.withLock({ Array($0.instances.values) }) { entry.instance.drain() }
    }

    private func ticked() {
        let isIdle = state.withLock { state in
            guard state.instances.isEmpty else { return false }
            state.idleTicks += 1
            if state.idleTicks > Self.idleTickLimit, state.isTicking {
                state.isTicking = false
                timer.suspend()
            }
            return true
        }
        if !isIdle { drain() }
    }
}
