import Synchronization
import TunedRecords

/// Sequence numbers that an observer was shown.
final class Seen: Sendable {
    private let state = Mutex((sequences: [EventSequence](), early: 0))

    var sequences: [EventSequence] { state.withLock { $0.sequences } }
    /// How often somebody who waited was called before the observer.
    var early: Int { state.withLock { $0.early } }

    func add(_ more: [EventSequence]) { state.withLock { $0.sequences += more } }

    func check(_ sequence: EventSequence) {
        state.withLock { if ($0.sequences.last ?? 0) < sequence { $0.early += 1 } }
    }
}
