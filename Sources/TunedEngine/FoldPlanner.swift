import TunedNumerics
import TunedRecords

/// Divides rows into folds, or into training and validation rows. A function of its arguments alone, so that all trials of a
/// study, and any later check, see the same rows.
struct FoldPlanner {
    let rows: Int
    /// What is kept together, or in its shares.
    let kind: Kind
    let seed: UInt64
    /// Rows that there are no others to choose from, ascending; nil: all.
    var available: [UInt32]?

    enum Kind {
        case plain
        /// Class of each row.
        case stratified([Int32])
        /// Group of each row; with classes, their shares are kept as nearly as groups allow.
        case grouped([Int32], labels: [Int32]?)
        /// Time of each row.
        case forward([Int64])
    }

    struct Problem: Error, Equatable {
        var message: String
    }

    init(rows: Int, kind: Kind, seed: UInt64, available: [UInt32]? = nil) {
        self.rows = rows
        self.kind = kind
        self.seed = seed
        self.available = available
    }

    /// Stratified where there are labels.
    init(rows: Int, labels: [Int32]?, seed: UInt64) {
        self.init(rows: rows, kind: labels.map { .stratified($0) } ?? .plain, seed: seed)
    }

    var pool: [UInt32] { available ?? Array(0..<UInt32(rows)) }

    /// k folds: every row is evaluated in exactly one of each repeat, but for those before the first fold in time. With labels each fold has
    /// its share of each class, to one row.
    func crossValidation(folds: Int, repeats: Int = 1) throws(Problem) -> FoldPlan {
        try check(enough: folds, for: "\(folds) folds")
        if case .forward(let times) = kind { return try forwardFolds(folds, times) }
        var all: [FoldPlan.Fold] = []
        for turn in 0..<repeats {
            // The first is what a study without repeats has.
            let planner = turn == 0 ? self : FoldPlanner(rows: rows, kind: kind, seed: seed &+ UInt64(turn) &* Self.turnStep, available: available)
            all += planner.division(into: folds)
        }
        return FoldPlan(folds: all, rows: rows)
    }

    /// 2^64 over the golden ratio: neighbouring seeds are a person's, and shall not meet those of repeats.
    private static let turnStep: UInt64 = 0x9E37_79B9_7F4A_7C15

    private func division(into folds: Int) -> [FoldPlan.Fold] {
        var fold = [Int](repeating: -1, count: rows)
        if case .grouped(let groups, let labels) = kind {
            deal(groups, labels, folds, into: &fold)
        } else {
            // Dealing each class in turn from where the last one stopped keeps the folds' sizes within one row of each other.
            var next = 0
            for stratum in strata {
                for row in shuffled(stratum) {
                    fold[Int(row)] = next
                    next = (next + 1) % folds
                }
            }
        }
        let pool = pool
        return (0..<folds).map { index in
            FoldPlan.Fold(train: pool.filter { fold[Int($0)] != index }, evaluate: pool.filter { fold[Int($0)] == index })
        }
    }

    /// One fold: `fraction` of the rows (of each class) is evaluated, the others train.
    func holdout(fraction: Double) throws(Problem) -> FoldPlan {
        try check(enough: 2, for: "a holdout")
        let chosen = Set(sample(fraction: fraction))
        let evaluate = pool.filter(chosen.contains)
        let train = pool.filter { !chosen.contains($0) }
        guard !evaluate.isEmpty, !train.isEmpty else {
            throw Problem(message: "a validation fraction of \(fraction) leaves one side without rows: there are \(pool.count)")
        }
        return FoldPlan(folds: [FoldPlan.Fold(train: train, evaluate: evaluate)], rows: rows)
    }

    /// `fraction` of the rows: of each class where labels are known, at least one row of a class with two or more; of whole groups; the last in
    /// time.
    func sample(fraction: Double) -> [UInt32] {
        switch kind {
        case .grouped(let groups, _): return sampleGroups(groups, fraction: fraction)
        case .forward(let times): return latest(times, fraction: fraction)
        case .plain, .stratified: break
        }
        var isStratified = false
        if case .stratified = kind { isStratified = true }
        var chosen: [UInt32] = []
        for stratum in strata {
            var count = Int((Double(stratum.count) * fraction).rounded())
            if isStratified && stratum.count > 1 { count = min(max(count, 1), stratum.count - 1) }
            chosen += shuffled(stratum).prefix(count)
        }
        return chosen
    }

    /// The test rows, and those that the search has: a fraction, or one fold of an outer cross-validation. Forward in time rows that come
    /// after an outer fold are neither.
    func setAside(_ split: SplitSpecification) throws(Problem) -> FoldPlan.Fold {
        let planner = FoldPlanner(rows: rows, kind: kind, seed: split.seed ^ Self.testSalt)
        if let outer = split.outer { return try planner.crossValidation(folds: outer.folds).folds[outer.fold - 1] }
        let test = Set(planner.sample(fraction: split.test))
        guard !test.isEmpty, test.count < rows else {
            throw Problem(message: "a test fraction of \(split.test) of \(rows) rows leaves one side empty")
        }
        return FoldPlan.Fold(train: pool.filter { !test.contains($0) }, evaluate: test.sorted())
    }

    /// Keeps the choice of test rows apart from that of folds, which has the same seed.
    private static let testSalt: UInt64 = 0x7E57_7E57_7E57_7E57

    /// The rows of each class in the classes' order, or all rows.
    private var strata: [[UInt32]] {
        guard case .stratified(let labels) = kind else { return [pool] }
        return Self.members(labels, of: pool).map(\.rows)
    }

    /// The rows of each number, in the numbers' order.
    static func members(_ numbers: [Int32], of pool: [UInt32]) -> [(number: Int32, rows: [UInt32])] {
        var byNumber: [Int32: [UInt32]] = [:]
        for row in pool { byNumber[numbers[Int(row)], default: []].append(row) }
        return byNumber.keys.sorted().map { ($0, byNumber[$0] ?? []) }
    }

    private func shuffled(_ rows: [UInt32]) -> [UInt32] {
        var rows = rows
        var random = CounterRandom(seed: seed, trial: UInt64(rows.first ?? 0), stream: 0xF01D)
        random.shuffle(&rows)
        return rows
    }

    private func check(enough folds: Int, for what: String) throws(Problem) {
        let count = pool.count
        guard count >= folds else { throw Problem(message: "\(what) need at least \(folds) rows; the data has \(count)") }
        switch kind {
        case .plain, .forward: break
        case .stratified:
            if let smallest = strata.map(\.count).min(), smallest < folds {
                throw Problem(
                    message: "\(what) stratified by class need at least \(folds) rows of each class; the smallest has \(smallest). "
                        + "Use fewer folds, or split: {by: plain}")
            }
        case .grouped(let groups, _):
            let count = Set(pool.map { groups[Int($0)] }).count
            guard count >= folds else {
                throw Problem(message: "\(what) by group need at least \(folds) groups; the data has \(count). A group is never divided: use fewer folds")
            }
        }
    }
}
