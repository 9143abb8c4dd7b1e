internal import Glibc
import TunedNumerics
import TunedSpace

/// Population-based training (M. Jaderberg et al. 2017, arXiv 1711.09846): so many trials train side by side, an interval of the budget at a time. Of those at one
/// budget the worst go no further; a new trial takes the place of each, which goes on from the checkpoint of one of the best (exploit) with
/// parameters that are changed a little (explore, ``Exploration``). The paper's truncation selection, among trials with equal budgets.
///
/// A trial is judged once a share of the population has come as far as it, or nobody else is on the way; nothing waits for an overdue one.
/// A member that fails is replaced by one that goes on from where it stood before.
///
/// Settings: `population` (20; 2 to 10,000), `interval` (a tenth of the full budget; in units of the fidelity), `quantile`, the share that
/// is replaced, and that is copied (0.2, the paper's; to 0.5), `quorum`, the share that is waited for (0.5; 0 to 1), `explore` (`perturb`,
/// `pb2`), `resample`, the probability of a fresh value where it perturbs (0.25, the paper's), `factor` (1.2, the paper's), `mutable`, the parameters that
/// may change during training (those that the schema declares so).
struct PopulationPruner: Pruner {
    private struct Member: Sendable {
        /// Of the budgets, the one that it has reached; -1: none.
        var rung: Int
        var isRunning = true
        var isOverdue = false
        /// Whether it was replaced, or has ended.
        var isOut = false
    }

    private struct Level: Sendable {
        var rung: Rung
        /// In the order in which they came.
        var arrivals: [Int] = []
        /// Not judged yet.
        var waiting: [Int] = []
    }

    private let seed: UInt64
    private let objectives: Int
    private let population: Int
    private let quantile: Double
    private let quorum: Int
    private let budgets: [Double]
    private var exploration: Exploration
    /// Looked up, or asked whether any of them is such and such: in no order.
    private var members: [Int: Member] = [:]
    private var levels: [Level]
    private var promotions: [Int] = []
    /// Rungs at which a member's place is free.
    private var vacancies: [Int] = []
    /// Members that began with nothing, failed ones that are begun anew left out.
    private var founders = 0
    private var failures = 0
    private var isClosing = false

    init(_ problem: PrunerProblem, _ settings: inout MethodSettings) throws(SearchError) {
        guard let fidelity = problem.fidelity else {
            throw SearchError(
                .problem, "population-based training goes on from checkpoints at rising budgets, and no fidelity is declared; declare one")
        }
        guard let space = problem.space else { throw SearchError(.problem, "population-based training needs to know the space") }
        seed = problem.seed
        objectives = problem.objectives
        population = try settings.integer("population", default: 20, in: 2...10_000)
        quantile = try settings.number("quantile", default: 0.2, in: 0.01...0.5)
        let share = try settings.number("quorum", default: 0.5, in: 0...1)
        quorum = max(1, Int((share * Double(population)).rounded(.up)))
        let usual = max(fidelity.low, fidelity.high == fidelity.high.rounded() ? (fidelity.high / 10).rounded(.up) : fidelity.high / 10)
        let interval = try settings.number("interval", default: usual, in: fidelity.low...fidelity.high)
        var budgets: [Double] = []
        while budgets.count < 100_000 {
            let budget = interval * Double(budgets.count + 1)
            guard budget < fidelity.high * (1 - 1e-9) else { break }
            budgets.append(budget)
        }
        self.budgets = budgets + [fidelity.high]
        levels = self.budgets.map { _ in Level(rung: Rung(objectives: problem.objectives)) }
        exploration = try Exploration(space, seed: problem.seed, full: fidelity.high, &settings)
    }

    let identity = PrunerIdentity(name: "pbt", revision: 1)
    var explanation: String {
        "population-based training: \(population) members, \(exploration.name); every \(Losses.shown(budgets[0])) the last "
            + "\(Int((100 * quantile).rounded())) % go on from the best"
    }

    var copiesCheckpoints: Bool { true }

    // MARK: Questions

    var mayBegin: Bool { !isClosing && (founders < population || !vacancies.isEmpty) }

    var isOver: Bool {
        (isClosing || founders >= population) && vacancies.isEmpty && promotions.isEmpty
            && levels.allSatisfy(\.waiting.isEmpty) && !members.values.contains(where: \.isRunning)
    }

    func firstBudget(of trial: Int) -> Double? { budget(after: next ?? -1) }

    func continuation(of trial: Int) -> Continuation? {
        guard let rung = next, rung >= 0 else { return nil }
        // What a trial stood at two rungs ago is not kept.
        let known = levels[rung].arrivals.filter { members[$0].map { $0.rung <= rung + 1 } ?? false && $0 != trial }
        let ranked = known.filter { levels[rung].rung.isAmong(best: replaced(at: rung), $0) }
        let parents = ranked.isEmpty ? known.filter { !(members[$0]?.isOut ?? true) } : ranked
        guard let parent = pick(parents.isEmpty ? known : parents, for: trial) else { return nil }
        return Continuation(trial: parent, budget: budgets[rung])
    }

    func configuration(of trial: Int, from parent: Configuration) -> Configuration {
        exploration.configuration(of: trial, from: parent, at: max(0, next ?? 0), interval: budgets[0])
    }

    func promotion() -> Promotion? {
        guard let trial = promotions.first, let member = members[trial] else { return nil }
        return Promotion(trial: trial, budget: budget(after: member.rung), reason: "not among the last of the population at \(Losses.shown(budgets[member.rung]))")
    }

    /// The rung that the next new trial goes on from: -1 for a founder; nil where none may begin.
    private var next: Int? { founders < population ? -1 : vacancies.first }

    private func budget(after rung: Int) -> Double? { rung + 1 >= budgets.count - 1 ? nil : budgets[rung + 1] }

    /// How many of those at a rung are replaced, and how many may be copied.
    private func replaced(at rung: Int) -> Int {
        let count = levels[rung].rung.count
        return min(count / 2, max(1, Int((quantile * Double(count)).rounded(.down))))
    }

    private func pick(_ candidates: [Int], for trial: Int) -> Int? {
        guard !candidates.isEmpty else { return nil }
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.parents)
        return candidates[random.index(below: candidates.count)]
    }

    // MARK: Observing

    mutating func observe(_ observation: PrunerObservation) {
        switch observation {
        case .began(let trial, let budget): begin(trial, budget)
        case .reached(let trial, let budget, let losses): reach(trial, budget, Losses.sound(losses, objectives: objectives))
        case .ended(let trial, .complete(let losses)): reach(trial, nil, Losses.sound(losses, objectives: objectives))
        case .ended(let trial, .failed), .ended(let trial, .cancelled): lose(trial)
        case .ended(let trial, .pruned): leave(trial)
        case .overdue(let trial): members[trial]?.isOverdue = true
        case .closing:
            isClosing = true
            vacancies = []
        // Nothing that a member is judged by.
        case .reported, .foldEnded: return
        }
        judge()
    }

    mutating func observe(_ configuration: Configuration, of trial: Int) { exploration.note(configuration, of: trial) }

    private mutating func begin(_ trial: Int, _ budget: Double?) {
        if let member = members[trial] {
            guard member.rung < budgets.count - 1, !member.isRunning else { return }
            levels[max(0, member.rung)].waiting.removeAll { $0 == trial }
            promotions.removeAll { $0 == trial }
            members[trial]?.isRunning = true
            members[trial]?.isOverdue = false
            members[trial]?.isOut = false
            return
        }
        isClosing = false
        var rung = -1
        if founders < population { founders += 1 } else if !vacancies.isEmpty { rung = vacancies.removeFirst() }
        members[trial] = Member(rung: rung)
    }

    /// - Parameter budget: nil for the full one.
    private mutating func reach(_ trial: Int, _ budget: Double?, _ losses: [Double]) {
        guard members[trial]?.isRunning == true else { return }
        let rung = budget.map { budget in budgets.lastIndex { $0 <= budget * (1 + 1e-9) } ?? 0 } ?? budgets.count - 1
        exploration.note(losses[0], of: trial, at: budgets[rung])
        levels[rung].rung.insert(trial, losses)
        levels[rung].arrivals.append(trial)
        members[trial]?.rung = rung
        members[trial]?.isRunning = false
        if rung == budgets.count - 1 { members[trial]?.isOut = true } else { levels[rung].waiting.append(trial) }
    }

    /// A member that failed leaves its place to another.
    private mutating func lose(_ trial: Int) {
        guard let member = members[trial], !member.isOut, member.rung < budgets.count - 1 else { return }
        leave(trial)
        for rung in levels.indices { levels[rung].rung.remove(trial) }
        failures += 1
        // What fails again and again is not to go on for ever.
        guard failures <= 2 * population, !isClosing else { return }
        if member.rung < 0 { founders -= 1 } else { vacancies.append(member.rung) }
    }

    private mutating func leave(_ trial: Int) {
        guard let member = members[trial] else { return }
        members[trial]?.isOut = true
        members[trial]?.isRunning = false
        promotions.removeAll { $0 == trial }
        if member.rung >= 0 { levels[member.rung].waiting.removeAll { $0 == trial } }
    }

    /// Judges those that wait where enough others have come as far.
    private mutating func judge() {
        for rung in levels.indices where !levels[rung].waiting.isEmpty {
            let coming = members.values.contains { !$0.isOut && !$0.isOverdue && $0.rung < rung }
            let isAwaited = coming || (!isClosing && (founders < population || vacancies.contains { $0 < rung }))
            guard levels[rung].rung.count >= quorum || !isAwaited else { continue }
            let best = levels[rung].rung.count - replaced(at: rung)
            for trial in levels[rung].waiting {
                let isAlone = levels[rung].rung.count < 2
                if isAlone || levels[rung].rung.isAmong(best: best, trial) {
                    promotions.append(trial)
                } else {
                    members[trial]?.isOut = true
                    if !isClosing { vacancies.append(rung) }
                }
            }
            levels[rung].waiting = []
        }
    }
}
