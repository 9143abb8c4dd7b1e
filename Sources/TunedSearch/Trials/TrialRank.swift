/// The place of a finished trial of one objective: complete ones by value, then pruned ones by how far they came and
/// their value there. Equal ones in the order in which they were asked for.
struct TrialRank: Comparable, Sendable {
    let isPruned: Bool
    let primary: Double
    let secondary: Double
    let row: Int

    init(row: Int, in history: TrialHistory) {
        self.row = row
        let value = history.values[row * history.objectives]
        isPruned = history.standings[row] == .pruned
        primary = isPruned ? -Double(history.steps[row]) : value
        secondary = isPruned ? value : 0
    }

    static func < (a: TrialRank, b: TrialRank) -> Bool {
        if a.isPruned != b.isPruned { return b.isPruned }
        if a.primary != b.primary { return a.primary < b.primary }
        if a.secondary != b.secondary { return a.secondary < b.secondary }
        return a.row < b.row
    }
}
