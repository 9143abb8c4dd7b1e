/// All that the trials of a study have reported, of a bounded size a trial, and how they stand: what pruners judge reports by.
struct ReportField: Sendable {
    enum State: Sendable { case running, standing, pruned, complete, failed, cancelled }

    struct Entry: Sendable {
        fileprivate(set) var state = State.running
        fileprivate(set) var folds: [Fold]
        /// Of a complete trial.
        fileprivate(set) var losses: [Double] = []

        /// Of the folds that say something, whether more than half do.
        func majority(_ isSo: (_ fold: Int) -> Bool?) -> Bool {
            var (yes, no) = (0, 0)
            for fold in folds.indices {
                switch isSo(fold) {
                case true?: yes += 1
                case false?: no += 1
                case nil: break
                }
            }
            return yes > no
        }

        /// Whether it is at its end, and nothing is left to be saved.
        var isThrough: Bool { folds.allSatisfy { $0.end != nil } }
    }

    struct Fold: Sendable {
        fileprivate(set) var curve: LearningCurve
        /// The losses that it ended with.
        fileprivate(set) var end: [Double]?
    }

    let problem: PrunerProblem
    /// Only looked up, never iterated.
    private var entries: [Int: Entry] = [:]
    /// In the order in which they ended.
    private(set) var complete: [Int] = []
    /// The complete trials that no other one dominates; of one objective, the best.
    private(set) var front: [Int] = []
    private(set) var isClosing = false

    /// Points of all folds of one trial, about.
    static let pointLimit = 128

    init(_ problem: PrunerProblem) { self.problem = problem }

    subscript(trial: Int) -> Entry? { entries[trial] }

    func state(of trial: Int) -> State? { entries[trial]?.state }

    /// Of each fold, at most.
    var curveLimit: Int { max(16, Self.pointLimit / problem.folds) }

    // MARK: Observing

    mutating func observe(_ observation: PrunerObservation) {
        switch observation {
        case .began(let trial, _):
            if entries[trial] == nil {
                let curve = LearningCurve(objectives: problem.objectives, limit: curveLimit)
                entries[trial] = Entry(folds: Array(repeating: Fold(curve: curve), count: problem.folds))
            }
            if state(of: trial) == .complete { leave(trial) }
            entries[trial]?.state = .running
        case .reported(let trial, let fold, let step, let losses):
            guard takes(trial, fold), step >= 0 else { return }
            let losses = sound(losses)
            entries[trial]?.folds[fold].curve.report(step, losses)
        case .foldEnded(let trial, let fold, let losses):
            guard takes(trial, fold) else { return }
            let losses = sound(losses)
            entries[trial]?.folds[fold].end = losses
        case .reached(let trial, _, _):
            if state(of: trial) == .running { entries[trial]?.state = .standing }
        case .ended(let trial, let end): finish(trial, end)
        case .closing: isClosing = true
        case .overdue: break
        }
    }

    /// Whether an observation is one of a trial that runs: others come too late, or of nowhere.
    func takes(_ trial: Int, _ fold: Int) -> Bool {
        state(of: trial) == .running && (0..<problem.folds).contains(fold)
    }

    private func sound(_ losses: [Double]) -> [Double] { Losses.sound(losses, objectives: problem.objectives) }

    /// Whether a trial can end so: what has ended cannot end again, and one that stands has not run to its end.
    func takes(_ trial: Int, _ end: PrunerEnd) -> Bool {
        switch (state(of: trial), end) {
        case (.running, _), (.standing, .pruned), (.standing, .failed), (.standing, .cancelled): true
        default: false
        }
    }

    private mutating func finish(_ trial: Int, _ end: PrunerEnd) {
        guard takes(trial, end) else { return }
        switch end {
        case .complete(let losses):
            // One whose losses are not finite has not worked out.
            let losses = sound(losses)
            guard losses.allSatisfy(\.isFinite) else {
                entries[trial]?.state = .failed
                return
            }
            entries[trial]?.state = .complete
            entries[trial]?.losses = losses
            complete.append(trial)
            advance(trial)
        case .pruned: entries[trial]?.state = .pruned
        case .failed: entries[trial]?.state = .failed
        case .cancelled: entries[trial]?.state = .cancelled
        }
    }

    private mutating func advance(_ trial: Int) {
        guard let own = entries[trial]?.losses else { return }
        // Of one objective the first of equal ones stays.
        let isBehind = front.contains { other in
            let losses = entries[other]?.losses ?? []
            return Losses.dominates(losses, own) || problem.objectives == 1 && losses == own
        }
        if isBehind { return }
        front.removeAll { Losses.dominates(own, entries[$0]?.losses ?? []) }
        front.append(trial)
    }

    /// A complete trial runs again.
    private mutating func leave(_ trial: Int) {
        complete.removeAll { $0 == trial }
        front = []
        for other in complete { advance(other) }
    }

    // MARK: Asking

    /// Members of the front that a trial is compared with, at most.
    static let frontLimit = 32

    /// Whether a trial does at least as well, at its latest step, as the best complete trial did there; of several objectives, whether
    /// none of the front was better there in all that counts. True where nothing can be compared.
    func couldBeatTheBest(_ trial: Int) -> Bool {
        guard let own = entries[trial] else { return false }
        return !front.suffix(Self.frontLimit).contains { best in
            guard let other = entries[best] else { return false }
            return own.majority { fold in
                guard let (a, b) = Self.pair(own.folds[fold], other.folds[fold]) else { return nil }
                return Losses.dominates(b, a)
            }
        }
    }

    /// The losses of two trials that can be compared: at the end of the fold, else the best up to the latest step that both have reached.
    private static func pair(_ a: Fold, _ b: Fold) -> (own: [Double], other: [Double])? {
        if let a = a.end, let b = b.end { return (a, b) }
        guard let last = a.curve.lastStep, let other = b.curve.lastStep else { return nil }
        let step = min(last, other)
        guard let own = a.curve.best(upTo: step), let theirs = b.curve.best(upTo: step) else { return nil }
        return (own, theirs)
    }
}
