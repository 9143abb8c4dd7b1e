/// Trials that begin at the lowest rung of one ladder, and of which the best 1/eta of each rung go on to the next.
///
/// Asynchronously: whenever a trial is among the best 1/eta of those at its rung so far (L. Li et al. 2020, arXiv 1810.05934, Algorithm 2,
/// `get_job`). In step: once all have come that can (K. Jamieson and A. Talwalkar 2016, Algorithm 1), the best of a planned number.
/// Trials that failed or were cancelled leave all rungs, and others move up. Nothing waits for one that is overdue.
struct Bracket: Sendable {
    enum Pace: Hashable, Sendable {
        case asynchronous
        /// With so many trials at the lowest rung.
        case inStep(size: Int)
    }

    let ladder: RungLadder
    let pace: Pace
    private var rungs: [Rung]
    /// Only looked up, never iterated.
    private var members: [Int: Member] = [:]
    /// Of each rung, trials on their way to it that are not overdue.
    private var expected: [Int]
    /// Trials on their way, overdue ones too.
    private(set) var running = 0
    /// Trials that count for the size, those that ended before the first rung without a result not among them.
    private var joined = 0
    private var isClosing = false

    private struct Member: Sendable {
        /// The rung it is on its way to; nil where it does not run.
        var target: Int?
        var isOverdue = false
        /// Whether it ended, and what comes now comes too late.
        var hasEnded = false
    }

    init(_ ladder: RungLadder, _ pace: Pace, objectives: Int) {
        self.ladder = ladder
        self.pace = pace
        rungs = ladder.budgets.map { _ in Rung(objectives: objectives) }
        expected = Array(repeating: 0, count: ladder.budgets.count)
    }

    func contains(_ trial: Int) -> Bool { members[trial] != nil }

    /// Whether another trial belongs to it.
    var hasRoom: Bool {
        switch pace {
        case .asynchronous: true
        case .inStep(let size): joined < size && !isClosing
        }
    }

    /// In step: whether nothing is left to do or to wait for, but overdue trials.
    var isSettled: Bool { !hasRoom && expected.allSatisfy { $0 == 0 } && promotion() == nil }

    // MARK: Observing

    mutating func close() { isClosing = true }

    mutating func begin(_ trial: Int, budget: Double?) {
        if members[trial] == nil { joined += 1 } else { halt(trial) }
        let target = ladder.rung(of: budget)
        for rung in 0..<target { rungs[rung].goOn(trial) }
        for rung in target..<rungs.count { rungs[rung].remove(trial) }
        members[trial] = Member(target: target)
        expected[target] += 1
        running += 1
    }

    mutating func reach(_ trial: Int, budget: Double?, _ losses: [Double]) {
        guard members[trial]?.target != nil else { return }
        halt(trial)
        rungs[ladder.rung(of: budget)].insert(trial, losses)
    }

    mutating func complete(_ trial: Int, _ losses: [Double]) {
        guard members[trial]?.target != nil else { return }
        reach(trial, budget: nil, losses)
        members[trial]?.hasEnded = true
    }

    mutating func delay(_ trial: Int) {
        guard let member = members[trial], let target = member.target, !member.isOverdue else { return }
        members[trial]?.isOverdue = true
        expected[target] -= 1
    }

    /// It ended, and stays at the rungs that it has reached.
    mutating func stop(_ trial: Int) {
        halt(trial)
        members[trial]?.hasEnded = true
    }

    private mutating func halt(_ trial: Int) {
        guard let member = members[trial], let target = member.target else { return }
        if !member.isOverdue { expected[target] -= 1 }
        running -= 1
        members[trial]?.target = nil
    }

    /// It failed, or was cancelled.
    mutating func drop(_ trial: Int) {
        guard let member = members[trial], !member.hasEnded else { return }
        stop(trial)
        for rung in rungs.indices { rungs[rung].remove(trial) }
        // Another one takes its place: a new trial where it was one itself, else the next best of the rung below.
        if member.target == 0 {
            joined -= 1
            members[trial] = nil
        }
    }

    // MARK: Promoting

    func promotion() -> Promotion? {
        switch pace {
        case .asynchronous:
            // From the top down, as Algorithm 2 has it.
            for rung in (0..<ladder.top).reversed() {
                if let promotion = promotion(from: rung, quota(of: rung)) { return promotion }
            }
        case .inStep:
            if hasRoom { return nil }
            for rung in 0..<ladder.top {
                if expected[rung] > 0 { return nil }
                if let promotion = promotion(from: rung, quota(of: rung)) { return promotion }
            }
        }
        return nil
    }

    /// How many of a rung go on. When no trial will begin any more, one of each rung at least: else nothing would reach the full budget
    /// where few have begun.
    private func quota(of rung: Int) -> Int {
        let share = ladder.share(of: rungs[rung].count)
        switch pace {
        case .asynchronous: return isClosing ? max(1, share) : share
        case .inStep(let size):
            let planned = max(1, ladder.share(of: size, rungs: rung + 1))
            return isClosing ? min(planned, max(1, share)) : planned
        }
    }

    private func promotion(from rung: Int, _ quota: Int) -> Promotion? {
        guard let trial = rungs[rung].firstWaiting(amongBest: quota), members[trial]?.target == nil else { return nil }
        let reason = "among the best \(quota) of \(rungs[rung].count) at budget \(Losses.shown(ladder.budgets[rung]))"
        return Promotion(trial: trial, budget: ladder.budget(of: rung + 1), reason: reason)
    }
}
