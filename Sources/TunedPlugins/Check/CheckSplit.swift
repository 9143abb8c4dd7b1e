import TunedWire

/// The rows of a data set, divided into folds for a check: each third row is evaluated, whatever the order of classes.
final class CheckSplit {
    let folds: [FoldsLayout.Rows]
    private let memory: [GuardedMemory]

    private static let mostFolds = 3

    /// Nil where there are too few rows to divide, or the system has no memory to give.
    init?(rows: Int) {
        let count = min(Self.mostFolds, rows)
        guard count > 1 else { return nil }
        var memory: [GuardedMemory] = []
        var folds: [FoldsLayout.Rows] = []
        for fold in 0..<count {
            var parts: [UnsafeBufferPointer<UInt32>] = []
            for isEvaluated in [false, true] {
                let chosen = (0..<rows).filter { ($0 % count == fold) == isEvaluated }
                guard let room = GuardedMemory(size: 4 * chosen.count) else { return nil }
                let place = room.start.bindMemory(to: UInt32.self, capacity: chosen.count)
                for (index, row) in chosen.enumerated() { place[index] = UInt32(row) }
                memory.append(room)
                parts.append(UnsafeBufferPointer(start: place, count: chosen.count))
            }
            folds.append((parts[0], parts[1]))
        }
        self.memory = memory
        self.folds = folds
    }
}
