import TunedSearch
import TunedSpace

/// A study with a pruner, in memory: what ``Run`` is for samplers alone, with budgets, rungs, reports, folds and trials that go on. Pruner
/// and sampler are told what the engine tells them, in its order.
///
/// Begun by the first line of ``Run`` with these beside
///
///     {"pruner": "asha", "pruner_settings": {}, "fidelity": {"low": 1, "high": 50}, "folds": 1, ...}
///
/// and then any of
///
///     {"next": true}                                   {"trial": 0, "values": {"x": 0.5}, "budget": 3}: a new one, up to 3 in all
///                                                      {"trial": 0, "budget": 9}: goes on; no budget: the full one
///                                                      {"wait": true}, {"exhausted": true}
///     {"report": 0, "fold": 0, "step": 3, "value": 0.4} {"reported": 0, "ns": 900, "prune": "why"}: why only where it is to end
///     {"folded": 0, "fold": 2, "value": 0.4}           the same, of a fold that ran to its end
///     {"reached": 0, "step": 3, "value": 0.4}          it ran up to its budget
///     {"pruned": 0, "step": 3, "value": 0.4}           it ended as it was told to
///     {"failed": 0}
///     {"close": true}                                  no new trial will begin
///
/// "ns" is the time in sampler and pruner: of a report, to take it and to decide upon it.
struct FidelityRun {
    private let space: SearchSpace
    private let full: Double
    private var sampler: any Sampler
    private var pruner: any Pruner
    private var next = 0
    private var trials: [Int: Out] = [:]
    private var isClosing = false

    private struct Out {
        let configuration: Configuration
        /// nil: the full one.
        var budget: Double?
        var isOut = true
    }

    init(_ request: JSONValue, space: SearchSpace, sampler: any Sampler, problem: SearchProblem) throws {
        self.space = space
        self.sampler = sampler
        full = problem.fidelity?.high ?? .infinity
        let pruning = PrunerProblem(
            fidelity: problem.fidelity, folds: Int(request["folds"]?.integerValue ?? 1), seed: problem.seed, trials: problem.budget,
            parallel: (request["parallel"]?.integerValue).map { Int($0) })
        pruner = try PrunerRegistry.make(
            name: request["pruner"]?.stringValue ?? "none", settings: request["pruner_settings"]?.objectValue ?? [:], problem: pruning)
    }

    static func fidelity(of request: JSONValue) throws -> FidelityRange? {
        guard let range = request["fidelity"] else { return nil }
        guard let low = range["low"]?.doubleValue, let high = range["high"]?.doubleValue else {
            throw DriverError("\"fidelity\" needs \"low\" and \"high\"")
        }
        return FidelityRange(low: low, high: high)
    }

    var introduction: [String: JSONValue] {
        [
            "sampler": .string(sampler.identity.name), "revision": .integer(Int64(sampler.identity.revision)),
            "pruner": .string(pruner.identity.name), "pruner_revision": .integer(Int64(pruner.identity.revision)),
            "explanation": .string("\(sampler.explanation); \(pruner.explanation)"),
        ]
    }

    mutating func serve(_ request: JSONValue) throws -> [String: JSONValue] {
        if request["next"] != nil { return try begin() }
        if request["close"] != nil { return close() }
        if let trial = request["report"]?.integerValue { return try report(Int(trial), request) }
        if let trial = request["folded"]?.integerValue { return try fold(Int(trial), request) }
        for end in ["reached", "pruned", "failed"] {
            if let trial = request[end]?.integerValue { return try finish(end, Int(trial), request) }
        }
        throw DriverError("a request is one of: next, report, folded, reached, pruned, failed, close")
    }

    // MARK: What runs next

    private mutating func begin() throws -> [String: JSONValue] {
        let began = nanoseconds()
        if let promotion = pruner.promotion(), let trial = trials[promotion.trial], !trial.isOut {
            let budget = promotion.budget.flatMap(partial)
            trials[promotion.trial]?.budget = budget
            trials[promotion.trial]?.isOut = true
            pruner.observe(.began(trial: promotion.trial, budget: budget))
            sampler.observe(.pending(trial: promotion.trial, trial.configuration))
            return given(promotion.trial, budget, began)
        }
        let isIdle = !trials.values.contains { $0.isOut }
        guard !isClosing, pruner.mayBegin || isIdle else { return ["wait": .boolean(true)] }
        let budget = pruner.firstBudget(of: next).flatMap(partial)
        guard case .configuration(let configuration) = try sampler.suggest(trial: next, budget: budget) else { return ["exhausted": .boolean(true)] }
        sampler.observe(.pending(trial: next, configuration))
        pruner.observe(.began(trial: next, budget: budget))
        trials[next] = Out(configuration: configuration, budget: budget)
        defer { next += 1 }
        var answer = given(next, budget, began)
        answer["values"] = .object(Dictionary(uniqueKeysWithValues: space.json(configuration).map { ($0.name, $0.value) }))
        return answer
    }

    private func partial(_ budget: Double) -> Double? { budget < full ? budget : nil }

    private func given(_ trial: Int, _ budget: Double?, _ began: Int64) -> [String: JSONValue] {
        var answer: [String: JSONValue] = ["trial": .integer(Int64(trial)), "ns": .integer(nanoseconds() - began)]
        answer["budget"] = budget.map(JSONValue.number)
        return answer
    }

    private mutating func close() -> [String: JSONValue] {
        isClosing = true
        pruner.observe(.closing)
        return ["closed": .boolean(true)]
    }

    // MARK: What came of it

    private mutating func report(_ trial: Int, _ request: JSONValue) throws -> [String: JSONValue] {
        let (step, value) = try measurement(trial, request)
        let fold = Int(request["fold"]?.integerValue ?? 0)
        let began = nanoseconds()
        pruner.observe(.reported(trial: trial, fold: fold, step: step, losses: [value]))
        sampler.observe(.report(trial: trial, step: step, value: value))
        return judged("reported", trial, began)
    }

    private mutating func fold(_ trial: Int, _ request: JSONValue) throws -> [String: JSONValue] {
        guard trials[trial]?.isOut == true, let fold = request["fold"]?.integerValue, let value = request["value"]?.measured else {
            throw DriverError("a fold that ended needs \"fold\" and \"value\", and its trial is out")
        }
        let began = nanoseconds()
        pruner.observe(.foldEnded(trial: trial, fold: Int(fold), losses: [value]))
        return judged("folded", trial, began)
    }

    private func judged(_ what: String, _ trial: Int, _ began: Int64) -> [String: JSONValue] {
        let verdict = pruner.verdict(on: trial)
        var answer: [String: JSONValue] = [what: .integer(Int64(trial)), "ns": .integer(nanoseconds() - began)]
        if case .prune(let reason) = verdict { answer["prune"] = .string(reason) }
        return answer
    }

    private mutating func finish(_ end: String, _ trial: Int, _ request: JSONValue) throws -> [String: JSONValue] {
        if end == "failed" {
            guard trials[trial]?.isOut == true else { throw DriverError("trial \(trial) is not out") }
            tell(trial, .ended(trial: trial, .failed), .failed)
            return ["told": .integer(Int64(trial))]
        }
        let (step, value) = try measurement(trial, request)
        if end == "pruned" {
            tell(trial, .ended(trial: trial, .pruned), .pruned(step: step, value: value))
        } else if let budget = trials[trial]?.budget {
            tell(trial, .reached(trial: trial, budget: budget, losses: [value]), .pruned(step: step, value: value))
        } else {
            tell(trial, .ended(trial: trial, .complete([value])), .complete([value]))
        }
        return ["told": .integer(Int64(trial))]
    }

    private mutating func tell(_ trial: Int, _ end: PrunerObservation, _ outcome: Outcome) {
        trials[trial]?.isOut = false
        pruner.observe(end)
        sampler.observe(.finished(trial: trial, outcome))
    }

    private func measurement(_ trial: Int, _ request: JSONValue) throws -> (step: Int64, value: Double) {
        guard trials[trial]?.isOut == true else { throw DriverError("trial \(trial) is not out") }
        guard let step = request["step"]?.integerValue, let value = request["value"]?.measured else {
            throw DriverError("it needs \"step\" and \"value\"")
        }
        return (step, value)
    }
}
