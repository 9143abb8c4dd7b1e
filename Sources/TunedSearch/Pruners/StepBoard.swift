/// Of one fold, the steps at which trials are judged, each with the complete trials in the order of their best losses up to there.
///
/// Judged is the latest multiple of the interval past the warm-up that a trial has reached. The interval doubles when there would be more
/// than a bounded number of steps, so that any steps, be they numbers of samples or seconds, cost about as much as epochs.
struct StepBoard: Sendable {
    private let objectives: Int
    private let warmup: Int64
    private let limit: Int
    private var interval: Int64
    /// Ascending.
    private var steps: [Int64] = []
    private var rankings: [StepRanking] = []
    /// Of the losses that the fold ended with.
    private(set) var ends: StepRanking

    init(objectives: Int, warmup: Int64, interval: Int64, limit: Int) {
        self.objectives = objectives
        self.warmup = warmup
        self.interval = interval
        self.limit = limit
        ends = StepRanking(objectives: objectives)
    }

    /// A running trial has reported a step.
    mutating func note(_ step: Int64, fold: Int, _ field: ReportField) {
        guard step >= warmup else { return }
        let judged = warmup + (step - warmup) / interval * interval
        let place = steps.firstIndex { $0 >= judged } ?? steps.count
        if place < steps.count, steps[place] == judged { return }
        var ranking = StepRanking(objectives: objectives)
        for trial in field.complete { Self.enter(trial, at: judged, fold, field, &ranking) }
        steps.insert(judged, at: place)
        rankings.insert(ranking, at: place)
        while steps.count > limit { widen() }
    }

    private mutating func widen() {
        let (doubled, overflows) = interval.multipliedReportingOverflow(by: 2)
        if !overflows { interval = doubled }
        let kept = steps.indices.filter { overflows ? $0 == 0 : (steps[$0] - warmup) % interval == 0 }
        rankings = kept.map { rankings[$0] }
        steps = kept.map { steps[$0] }
    }

    /// Of no instance, so that the ranking is changed in place.
    private static func enter(_ trial: Int, at step: Int64, _ fold: Int, _ field: ReportField, _ ranking: inout StepRanking) {
        guard let curve = field[trial]?.folds[fold].curve, let last = curve.lastStep, last >= step, let best = curve.best(upTo: step) else { return }
        ranking.insert(trial, best)
    }

    /// A trial is complete.
    mutating func enter(_ trial: Int, fold: Int, _ field: ReportField) {
        for place in steps.indices { Self.enter(trial, at: steps[place], fold, field, &rankings[place]) }
        if let end = field[trial]?.folds[fold].end { ends.insert(trial, end) }
    }

    /// A trial that was complete runs again.
    mutating func leave(_ trial: Int, fold: Int, _ field: ReportField) {
        guard let entry = field[trial]?.folds[fold] else { return }
        for place in steps.indices {
            guard let last = entry.curve.lastStep, last >= steps[place], let best = entry.curve.best(upTo: steps[place]) else { continue }
            rankings[place].remove(trial, best)
        }
        if let end = entry.end { ends.remove(trial, end) }
    }

    /// Where a trial is judged that has reached a step.
    func latest(upTo step: Int64) -> (step: Int64, ranking: StepRanking)? {
        guard let place = steps.lastIndex(where: { $0 <= step }) else { return nil }
        return (steps[place], rankings[place])
    }
}
