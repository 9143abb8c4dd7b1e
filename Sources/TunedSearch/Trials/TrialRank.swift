/// The place of a finished trial of one objective: complete ones by value, then pruned ones by how far they came and
/// their value there, then infeasible ones by how much they break their constraints. Equal ones in the order in which they were asked for.
struct TrialRank: Comparable, Sendable {
    enum Level: Int, Sendable { case complete, pruned, infeasible }

    let level: Level
    let primary: Double
    let secondary: Double
    let row: Int

    init(row: Int, in history: TrialHistory) {
        self.row = row
        let value = history.values[row * history.objectives]
        switch history.standings[row] {
        case .pruned: (level, primary, secondary) = (.pruned, -Double(history.steps[row]), value)
        case .infeasible: (level, primary, secondary) = (.infeasible, history.violations[row], value)
        default: (level, primary, secondary) = (.complete, value, 0)
        }
    }

    static func < (a: TrialRank, b: TrialRank) -> Bool {
        if a.level != b.level { return a.level.rawValue < b.level.rawValue }
        if a.primary != b.primary { return a.primary < b.primary }
        if a.secondary != b.secondary { return a.secondary < b.secondary }
        return a.row < b.row
    }
}
