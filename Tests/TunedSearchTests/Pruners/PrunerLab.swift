import TunedNumerics
import TunedSearch
import TunedSpace

/// A pruner with settings: "median", "asha?mode=stop".
func pruner(_ named: String, _ problem: PrunerProblem, _ options: [String: JSONValue] = [:]) throws -> any Pruner {
    let words = named.split(whereSeparator: { "?=&".contains($0) }).map(String.init)
    // What has no default.
    var settings: [String: JSONValue] = words[0] == "threshold" ? ["upper": .number(.greatestFiniteMagnitude)] : [:]
    for place in stride(from: 1, to: words.count - 1, by: 2) { settings[words[place]] = Int64(words[place + 1]).map { .integer($0) } ?? .string(words[place + 1]) }
    settings.merge(options) { $1 }
    return try PrunerRegistry.make(name: words[0], settings: settings, problem: problem)
}

/// Runs a study on simulated workers of uneven speed, with a simulated clock.
struct PrunerLab {
    struct Trial {
        enum State { case running, standing, pruned, complete, failed }
        var state = State.running
        /// Steps that all folds have run, and those of the fold that runs.
        var steps = 0
        var fold = 0
        var inFold = 0
        var budget = 0
        var begun = 0
        var verdicts = 0
        var worker = 0
    }

    struct Ends: Equatable {
        var mayBegin: Bool
        var firstBudget: Double?
        var promotion: Promotion?
        var verdict: PrunerVerdict
    }

    let problem: PrunerProblem
    let high: Int
    var pruner: any Pruner
    /// By trial, fold and step.
    var losses: (Int, Int, Int) -> [Double]
    /// Whether a trial fails with a step.
    var fails: (Int, Int) -> Bool = { _, _ in false }
    /// Time that a worker takes for one step of a trial.
    var pace: (_ worker: Int, _ trial: Int) -> Double = { _, _ in 1 }
    /// What a trial may take for one step before it is overdue.
    var patience = Double.infinity

    private(set) var trials: [Trial] = []
    private(set) var observations: [PrunerObservation] = []
    /// After each observation.
    private(set) var answers: [Ends] = []
    private(set) var promotions: [Promotion] = []
    private(set) var problems: [String] = []
    private(set) var clock = 0.0
    private(set) var busy = 0.0
    /// Time of workers without a trial, before the limit.
    private(set) var idle = 0.0
    /// When a trial was completed first with a loss of at most so much.
    private(set) var results: [(time: Double, busy: Double, loss: Double)] = []
    var recordsAnswers = true

    init(
        _ named: String, objectives: Int = 1, folds: Int = 1, high: Int = 27, trials: Int? = nil, _ options: [String: JSONValue] = [:],
        losses: @escaping (Int, Int, Int) -> [Double]
    ) throws {
        self.high = high
        let fidelity = FidelityRange(low: 1, high: Double(high))
        problem = PrunerProblem(objectives: objectives, fidelity: fidelity, folds: folds, seed: 1, trials: trials)
        pruner = try TunedSearchTests.pruner(named, problem, options)
        self.losses = losses
    }

    mutating func observe(_ observation: PrunerObservation) {
        observations.append(observation)
        pruner.observe(observation)
        guard recordsAnswers else { return }
        answers.append(ends(pruner, observations.count))
        if ends(pruner, observations.count) != answers.last { problems.append("asked twice, it answers differently") }
    }

    func ends(_ pruner: any Pruner, _ index: Int) -> Ends {
        Ends(
            mayBegin: pruner.mayBegin, firstBudget: pruner.firstBudget(of: trials.count + 3), promotion: pruner.promotion(),
            verdict: pruner.verdict(on: index % max(1, trials.count)))
    }

    private func steps(_ budget: Double?) -> Int { budget.map { Int($0.rounded(.up)) } ?? high }

    // MARK: Running

    /// Until nothing is left to do, with at most so many new trials and so much of the workers' time.
    mutating func run(_ count: Int, workers: Int, until limit: Double = .infinity) {
        // The time when each worker is done with its step.
        var due = [(time: Double, trial: Int)?](repeating: nil, count: workers)
        var isClosing = false
        var overdue: Set<Int> = []
        while true {
            for worker in due.indices where due[worker] == nil {
                guard clock < limit, let trial = next(count, worker) else { continue }
                due[worker] = (clock + pace(worker, trial), trial)
            }
            if trials.count >= count, !isClosing {
                isClosing = true
                observe(.closing)
                continue
            }
            for case let entry? in due where entry.time - clock > patience && overdue.insert(entry.trial).inserted {
                observe(.overdue(trial: entry.trial))
            }
            guard let worker = due.indices.filter({ due[$0] != nil }).min(by: { (due[$0]?.time ?? 0, $0) < (due[$1]?.time ?? 0, $1) }),
                let (time, trial) = due[worker]
            else { break }
            busy += Double(due.count { $0 != nil }) * (time - clock)
            idle += Double(due.count { $0 == nil }) * max(0, min(time, limit) - clock)
            clock = time
            overdue.remove(trial)
            due[worker] = step(trial) ? (clock + pace(worker, trial), trial) : nil
        }
        if trials.count < count, clock < limit { problems.append("deadlock: \(trials.count) of \(count) trials have begun, and none runs") }
    }

    private mutating func next(_ count: Int, _ worker: Int) -> Int? {
        if let promotion = pruner.promotion() {
            check(promotion)
            promotions.append(promotion)
            begin(promotion.trial, promotion.budget)
            return promotion.trial
        }
        guard trials.count < count, pruner.mayBegin else { return nil }
        let budget = pruner.firstBudget(of: trials.count)
        trials.append(Trial())
        begin(trials.count - 1, budget)
        return trials.count - 1
    }

    private mutating func check(_ promotion: Promotion) {
        guard trials.indices.contains(promotion.trial) else { return problems.append("promotes the unknown trial \(promotion.trial)") }
        let trial = trials[promotion.trial]
        if trial.state != .standing && trial.state != .pruned { problems.append("promotes trial \(promotion.trial), which is \(trial.state)") }
        if trial.state == .standing, steps(promotion.budget) <= trial.budget { problems.append("promotes to no larger budget") }
        if promotion.reason.isEmpty || promotion.reason.contains("\n") { problems.append("reason: \(promotion.reason)") }
    }

    private mutating func begin(_ trial: Int, _ budget: Double?) {
        trials[trial].state = .running
        if steps(budget) > trials[trial].budget, trials[trial].fold == problem.folds { trials[trial].fold = 0 }
        trials[trial].budget = steps(budget)
        trials[trial].begun += 1
        observe(.began(trial: trial, budget: budget))
    }

    /// Whether the trial goes on.
    private mutating func step(_ trial: Int) -> Bool {
        trials[trial].inFold += 1
        let (fold, step) = (trials[trial].fold, trials[trial].inFold)
        if fails(trial, step) {
            trials[trial].state = .failed
            observe(.ended(trial: trial, .failed))
            return false
        }
        let now = losses(trial, fold, step)
        observe(.reported(trial: trial, fold: fold, step: Int64(step), losses: now))
        if isPruned(trial) { return false }
        guard step >= trials[trial].budget else { return true }
        observe(.foldEnded(trial: trial, fold: fold, losses: now))
        trials[trial].fold += 1
        if trials[trial].fold < problem.folds {
            trials[trial].inFold = trials[trial].steps
            return !isPruned(trial)
        }
        return end(trial, step)
    }

    private mutating func isPruned(_ trial: Int) -> Bool {
        guard case .prune(let reason) = pruner.verdict(on: trial) else { return false }
        if reason.isEmpty || reason.contains("\n") { problems.append("reason: \(reason)") }
        trials[trial].verdicts += 1
        trials[trial].state = .pruned
        observe(.ended(trial: trial, .pruned))
        return true
    }

    private mutating func end(_ trial: Int, _ step: Int) -> Bool {
        let runs = (0..<problem.folds).map { losses(trial, $0, step) }
        let means = (0..<problem.objectives).map { objective in runs.reduce(0) { $0 + $1[objective] } / Double(runs.count) }
        trials[trial].steps = step
        if step >= high {
            trials[trial].state = .complete
            results.append((clock, busy, means[0]))
            observe(.ended(trial: trial, .complete(means)))
        } else {
            trials[trial].state = .standing
            observe(.reached(trial: trial, budget: Double(step), losses: means))
        }
        return false
    }
}
