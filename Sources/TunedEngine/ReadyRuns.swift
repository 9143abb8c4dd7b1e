import TunedRecords

/// A run that waits for a slot.
struct ReadyRun: Hashable {
    var trial: Int
    /// Position among the trial's runs.
    var run: Int
}

/// Runs that wait for a slot, oldest trial first, so that a trial under way is finished before another begins.
struct ReadyRuns {
    private var runs: [ReadyRun] = []

    var isEmpty: Bool { runs.isEmpty }
    var count: Int { runs.count }

    mutating func append(_ run: ReadyRun) {
        let place = runs.lastIndex { ($0.trial, $0.run) < (run.trial, run.run) }.map { $0 + 1 } ?? 0
        runs.insert(run, at: place)
    }

    mutating func removeFirst() -> ReadyRun? { runs.isEmpty ? nil : runs.removeFirst() }

    mutating func removeAll(of trial: Int) { runs.removeAll { $0.trial == trial } }

    mutating func removeAll() { runs = [] }
}

/// An attempt under way, with the slot that it occupies. Confined to its study's queue.
final class RunningRun {
    let next: ReadyRun
    let attempt: Int
    let nonce: UInt64
    let grant: SlotGrant
    /// Hash of the plugin that it runs.
    let plugin: String
    /// nil until its slot's queue has started it.
    var handle: (any RunningAttempt)?
    /// A wish to stop that came before the handle.
    private(set) var stopWanted: StopReason?

    init(next: ReadyRun, attempt: Int, nonce: UInt64, grant: SlotGrant, plugin: String) {
        self.next = next
        self.attempt = attempt
        self.nonce = nonce
        self.grant = grant
        self.plugin = plugin
    }

    func stop(_ reason: StopReason) {
        guard stopWanted == nil else { return }
        stopWanted = reason
        handle?.stop(reason)
    }
}
