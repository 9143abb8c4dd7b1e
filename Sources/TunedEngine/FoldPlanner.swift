import TunedNumerics
import TunedRecords

/// Divides rows into folds, or into training and validation rows. A function of its arguments alone, so that all trials of a
/// study, and any later check, see the same rows.
struct FoldPlanner {
    let rows: Int
    /// Class of each row; nil divides without regard to classes.
    let labels: [Int32]?
    let seed: UInt64

    struct Problem: Error, Equatable {
        var message: String
    }

    /// k folds: every row is evaluated in exactly one. With labels each fold has its share of each class, to one row.
    func crossValidation(folds: Int) throws(Problem) -> FoldPlan {
        try check(enough: folds, for: "\(folds) folds")
        var fold = [Int](repeating: 0, count: rows)
        // Dealing each class in turn from where the last one stopped keeps the folds' sizes within one row of each other.
        var next = 0
        for stratum in strata {
            for row in shuffled(stratum) {
                fold[Int(row)] = next
                next = (next + 1) % folds
            }
        }
        return FoldPlan(
            folds: (0..<folds).map { index in
                FoldPlan.Fold(
                    train: (0..<UInt32(rows)).filter { fold[Int($0)] != index },
                    evaluate: (0..<UInt32(rows)).filter { fold[Int($0)] == index })
            }, rows: rows)
    }

    /// One fold: `fraction` of the rows (of each class) is evaluated, the others train.
    func holdout(fraction: Double) throws(Problem) -> FoldPlan {
        try check(enough: 2, for: "a holdout")
        let evaluate = Set(sample(fraction: fraction))
        guard !evaluate.isEmpty, evaluate.count < rows else {
            throw Problem(message: "a validation fraction of \(fraction) leaves one side without rows: there are \(rows)")
        }
        return FoldPlan(
            folds: [
                FoldPlan.Fold(
                    train: (0..<UInt32(rows)).filter { !evaluate.contains($0) },
                    evaluate: (0..<UInt32(rows)).filter { evaluate.contains($0) })
            ], rows: rows)
    }

    /// `fraction` of the rows, of each class where labels are known; at least one row of a class with two or more.
    func sample(fraction: Double) -> [UInt32] {
        var chosen: [UInt32] = []
        for stratum in strata {
            var count = Int((Double(stratum.count) * fraction).rounded())
            if labels != nil && stratum.count > 1 { count = min(max(count, 1), stratum.count - 1) }
            chosen += shuffled(stratum).prefix(count)
        }
        return chosen
    }

    /// The rows of each class in the classes' order, or all rows.
    private var strata: [[UInt32]] {
        guard let labels else { return [Array(0..<UInt32(rows))] }
        var byLabel: [Int32: [UInt32]] = [:]
        for (row, label) in labels.enumerated() { byLabel[label, default: []].append(UInt32(row)) }
        return byLabel.keys.sorted().map { byLabel[$0] ?? [] }
    }

    private func shuffled(_ rows: [UInt32]) -> [UInt32] {
        var rows = rows
        var random = CounterRandom(seed: seed, trial: UInt64(rows.first ?? 0), stream: 0xF01D)
        random.shuffle(&rows)
        return rows
    }

    private func check(enough folds: Int, for what: String) throws(Problem) {
        guard rows >= folds else { throw Problem(message: "\(what) need at least \(folds) rows; the data has \(rows)") }
        guard labels != nil else { return }
        if let smallest = strata.map(\.count).min(), smallest < folds {
            throw Problem(
                message: "\(what) stratified by class need at least \(folds) rows of each class; the smallest has \(smallest). "
                    + "Use fewer folds, or split: {by: plain}")
        }
    }
}
