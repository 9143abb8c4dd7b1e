/// What one fold of a trial has reported, by step, of a bounded number of steps.
///
/// Beyond that number neighbours become one: the best of both in each objective, at the later step.
struct LearningCurve: Sendable {
    private let objectives: Int
    private let limit: Int
    private(set) var steps: [Int64] = []
    /// Point by point.
    private var losses: [Double] = []
    /// Steps that count as one: those of equal quotients.
    private var stride: Int64 = 1
    /// What was reported of the last step.
    private(set) var latest: [Double] = []

    init(objectives: Int, limit: Int) {
        self.objectives = objectives
        self.limit = limit
    }

    var count: Int { steps.count }
    var lastStep: Int64? { steps.last }

    func losses(at place: Int) -> [Double] { Array(losses[place * objectives..<(place + 1) * objectives]) }
    func loss(at place: Int, objective: Int) -> Double { losses[place * objectives + objective] }

    /// A step that is reported again counts with its new losses.
    mutating func report(_ step: Int64, _ new: [Double]) {
        if step >= lastStep ?? step { latest = new }
        var place = self.place(of: step)
        if place < count, steps[place] == step {
            for objective in 0..<objectives { losses[place * objectives + objective] = new[objective] }
            return
        }
        // The place of the point that stands for its neighbourhood, where one does.
        if place > 0, steps[place - 1] / stride == step / stride { place -= 1 }
        if place < count, steps[place] / stride == step / stride {
            steps[place] = max(steps[place], step)
            improve(place, new)
            return
        }
        steps.insert(step, at: place)
        losses.insert(contentsOf: new, at: place * objectives)
        while count > limit { thin() }
    }

    private mutating func improve(_ place: Int, _ new: [Double]) {
        for objective in 0..<objectives {
            losses[place * objectives + objective] = min(losses[place * objectives + objective], new[objective])
        }
    }

    private mutating func thin() {
        stride *= 2
        let (oldSteps, old) = (steps, self)
        steps.removeAll(keepingCapacity: true)
        losses.removeAll(keepingCapacity: true)
        for (place, step) in oldSteps.enumerated() {
            if let last = steps.last, last / stride == step / stride {
                steps[count - 1] = step
                improve(count - 1, old.losses(at: place))
            } else {
                steps.append(step)
                losses += old.losses(at: place)
            }
        }
    }

    /// The best of each objective up to a step; nil before the first.
    func best(upTo step: Int64 = .max) -> [Double]? {
        let end = step == .max ? count : place(of: step + 1)
        guard end > 0 else { return nil }
        if objectives == 1 { return losses[..<end].min().map { [$0] } }
        var best = losses(at: 0)
        for place in 1..<max(end, 1) {
            for objective in 0..<objectives { best[objective] = min(best[objective], loss(at: place, objective: objective)) }
        }
        return best
    }

    /// The first step that is no less than a budget.
    func firstStep(from budget: Double) -> Int64? { steps.first { Double($0) >= budget } }

    /// Of the first step that is not below one.
    private func place(of step: Int64) -> Int {
        // Mostly it comes in order.
        guard let last = steps.last, last >= step else { return count }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] < step { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
