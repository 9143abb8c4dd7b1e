/// Finished trials that compete for survival, and which of them dominate which.
///
/// Domination is constrained (K. Deb et al. 2002, NSGA-II, definition 1) and extended to trials that did not complete: a
/// feasible complete trial comes before a pruned one, that before an infeasible one, that before a failed one. Pruned
/// trials compare by how far they came and their value there, infeasible ones by how much they violate.
package struct Contestants: Sendable {
    /// A level of a higher place dominates all of a lower one; within a level only complete trials differ.
    struct Level: Comparable, Sendable {
        enum Kind: UInt8, Sendable { case feasible, pruned, infeasible, failed }

        let kind: Kind
        var primary = 0.0
        var secondary = 0.0

        static func < (a: Level, b: Level) -> Bool {
            if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
            if a.primary != b.primary { return a.primary < b.primary }
            return a.secondary < b.secondary
        }
    }

    let rows: [Int]
    let objectives: Int
    let levels: [Level]
    /// Contestant by contestant; meaningless below the level of feasible ones.
    let values: [Double]

    package init(_ rows: [Int], _ history: TrialHistory) {
        self.rows = rows
        objectives = history.objectives
        levels = rows.map { row in
            switch history.standings[row] {
            case .complete: return Level(kind: .feasible)
            case .infeasible: return Level(kind: .infeasible, primary: history.violations[row])
            case .pruned:
                return Level(kind: .pruned, primary: -Double(history.steps[row]), secondary: history.values[row * history.objectives])
            case .failed, .pending, .cancelled: return Level(kind: .failed)
            }
        }
        values = rows.flatMap { history.values(of: $0) }
    }

    var count: Int { rows.count }

    func value(_ contestant: Int, _ objective: Int) -> Double { values[contestant * objectives + objective] }

    package func dominates(_ a: Int, _ b: Int) -> Bool {
        if levels[a] != levels[b] { return levels[a] < levels[b] }
        guard levels[a].kind == .feasible else { return false }
        var isBetter = false
        for objective in 0..<objectives {
            let (x, y) = (value(a, objective), value(b, objective))
            if x > y { return false }
            if x < y { isBetter = true }
        }
        return isBetter
    }

    /// Non-dominated sorting: the first front is dominated by nobody, the next one by the first alone, and so on.
    ///
    /// In lexicographic order, so that whoever dominates comes earlier, each contestant joins the first front that does
    /// not dominate it, found by bisection (X. Zhang et al. 2015: An efficient approach to nondominated sorting for
    /// evolutionary multiobjective optimization, algorithms 1 and 3).
    package func fronts() -> [[Int]] {
        var fronts: [[Int]] = []
        for contestant in (0..<count).sorted(by: precedes) {
            var (low, high) = (0, fronts.count)
            while low < high {
                let middle = (low + high) / 2
                // The latest members are the likeliest to dominate.
                if fronts[middle].reversed().contains(where: { dominates($0, contestant) }) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            if low == fronts.count { fronts.append([]) }
            fronts[low].append(contestant)
        }
        return fronts
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        if levels[a] != levels[b] { return levels[a] < levels[b] }
        if levels[a].kind == .feasible {
            for objective in 0..<objectives {
                let (x, y) = (value(a, objective), value(b, objective))
                if x != y { return x < y }
            }
        }
        return rows[a] < rows[b]
    }
}
