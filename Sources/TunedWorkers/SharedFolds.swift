import Synchronization
import TunedRecords
import TunedWire

/// A plan's rows in memory for as long as a worker uses them.
final class SharedFolds: Sendable {
    private let plan: FoldPlan
    private let made = Mutex(Weak())

    private struct Weak {
        var wasMade = false
        weak var memory: FoldsMemory?
    }

    init(_ plan: FoldPlan) { self.plan = plan }

    /// Whether the last worker that used it has ended.
    var isUnused: Bool { made.withLock { $0.wasMade && $0.memory == nil } }

    func memory() -> FoldsMemory? {
        made.withLock { made in
            if let memory = made.memory { return memory }
            let memory = FoldsMemory(FoldsLayout.words(plan.folds.map { ($0.train, $0.evaluate) }))
            made = Weak(wasMade: true, memory: memory)
            return memory
        }
    }
}
