import TunedNumerics
import TunedRecords

/// Folds of whole groups: rows of one patient, machine or document resemble each other, and a model that has seen some of them is not scored
/// honestly on the others.
extension FoldPlanner {
    /// Gives each row the fold of its group, the largest groups first, each to the fold where it does least harm: to the balance of the
    /// classes where they are told (as scikit-learn's StratifiedGroupKFold), else to that of the sizes.
    func deal(_ groups: [Int32], _ labels: [Int32]?, _ folds: Int, into fold: inout [Int]) {
        let pool = pool
        let classes = labels.map { labels in Self.members(labels, of: pool).map(\.number) } ?? [0]
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        let totals = counts(of: pool, labels, places)
        var held = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: folds)
        var left = folds
        let order = ordered(groups, pool)
        for (place, group) in order.enumerated() {
            let counts = counts(of: group, labels, places)
            // So many groups must be left that no fold stays empty.
            let mustBeEmpty = order.count - place <= left
            var best: (index: Int, harm: Double, size: Int)?
            for index in 0..<folds {
                let size = held[index].reduce(0, +)
                if mustBeEmpty && size > 0 { continue }
                let harm = labels == nil ? 0 : imbalance(held, adding: counts, to: index, totals)
                if best.map({ (harm, size) < ($0.harm, $0.size) }) ?? true { best = (index, harm, size) }
            }
            let index = best?.index ?? 0
            if held[index].allSatisfy({ $0 == 0 }) { left -= 1 }
            for (kind, count) in counts.enumerated() { held[index][kind] += count }
            for row in group { fold[Int(row)] = index }
        }
    }

    /// Whole groups, in random order, as long as each brings the number of rows closer to the fraction; one at least, never all.
    func sampleGroups(_ groups: [Int32], fraction: Double) -> [UInt32] {
        let pool = pool
        var members = Self.members(groups, of: pool).map(\.rows)
        guard members.count > 1 else { return [] }
        var random = CounterRandom(seed: seed, trial: 0, stream: 0xF01D)
        random.shuffle(&members)
        let wanted = Double(pool.count) * fraction
        var chosen: [UInt32] = []
        for group in members.dropLast() where abs(Double(chosen.count + group.count) - wanted) < abs(Double(chosen.count) - wanted) {
            chosen += group
        }
        // Every group alone is more than twice what was asked for.
        if chosen.isEmpty, fraction > 0, let smallest = members.min(by: { $0.count < $1.count }) { chosen = smallest }
        return chosen
    }

    /// Groups of which some rows are in one part and some in another.
    static func divided(_ groups: [Int32], in plan: FoldPlan) -> Int {
        var divided: Set<Int32> = []
        for fold in plan.folds { divided.formUnion(Set(fold.train.map { groups[Int($0)] }).intersection(fold.evaluate.map { groups[Int($0)] })) }
        return divided.count
    }

    /// The largest first; equal ones in random order.
    private func ordered(_ groups: [Int32], _ pool: [UInt32]) -> [[UInt32]] {
        var members = Self.members(groups, of: pool).map(\.rows)
        var random = CounterRandom(seed: seed, trial: 0, stream: 0xF01D)
        random.shuffle(&members)
        return members.enumerated().sorted { (-$0.element.count, $0.offset) < (-$1.element.count, $1.offset) }.map(\.element)
    }

    private func counts(of rows: [UInt32], _ labels: [Int32]?, _ places: [Int32: Int]) -> [Int] {
        guard let labels else { return [rows.count] }
        var counts = [Int](repeating: 0, count: places.count)
        for row in rows { if let place = places[labels[Int(row)]] { counts[place] += 1 } }
        return counts
    }

    /// How unevenly the folds would share the classes: the standard deviation over the folds of each class's share, averaged over the classes.
    private func imbalance(_ held: [[Int]], adding counts: [Int], to index: Int, _ totals: [Int]) -> Double {
        var sum = 0.0
        for place in totals.indices where totals[place] > 0 {
            var squares = 0.0
            var mean = 0.0
            for fold in held.indices {
                let share = Double(held[fold][place] + (fold == index ? counts[place] : 0)) / Double(totals[place])
                mean += share
                squares += share * share
            }
            mean /= Double(held.count)
            sum += max(0, squares / Double(held.count) - mean * mean).squareRoot()
        }
        return sum / Double(totals.count)
    }
}
