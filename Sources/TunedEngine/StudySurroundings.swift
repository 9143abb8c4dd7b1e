import Synchronization
import TunedRecords
import TunedSlots

/// What every study of an engine shares.
final class StudySurroundings: Sendable {
    let store: any EventStore
    let slots: SlotScheduler
    let runner: any AttemptRunner
    /// Runs plugins within this process; nil where that is not allowed.
    let direct: (any DirectRunner)?
    let clock: any TimeSource
    let plugins: PluginCatalog
    let host: HostFacts
    let folders: RunFolders
    private let nonces: Atomic<UInt64>

    init(
        store: any EventStore, slots: SlotScheduler, runner: any AttemptRunner, direct: (any DirectRunner)? = nil,
        clock: any TimeSource, plugins: PluginCatalog, host: HostFacts, folders: RunFolders, firstNonce: UInt64
    ) {
        self.store = store
        self.slots = slots
        self.runner = runner
        self.direct = direct
        self.clock = clock
        self.plugins = plugins
        self.host = host
        self.folders = folders
        nonces = Atomic(firstNonce)
    }

    /// Different for every attempt of this data directory: the counter starts past all that the log holds.
    func nextNonce() -> UInt64 { nonces.add(1, ordering: .relaxed).newValue }

    /// How many runs of a study may be under way at once.
    func parallelism(of declaration: StudyDeclaration) -> Int {
        min(declaration.specification.parallel ?? .max, max(1, slots.capacity(for: declaration.specification.resources)))
    }
}
