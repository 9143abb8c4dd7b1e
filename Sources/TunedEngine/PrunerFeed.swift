import TunedRecords
import TunedSearch
import TunedSpace

/// A pruner together with what it was told of its study. The one translation from events to what a pruner may see: the running study,
/// recovery and `verify` all go through it.
struct PrunerFeed: Sendable {
    private(set) var pruner: any Pruner
    /// What training in full spends; nil where the trainable declares no fidelity.
    let full: Double?
    private let objectives: [Objective]
    private var trials: [Int: Told] = [:]
    /// Where trials go on from each other.
    private var configurations: [Int: Configuration] = [:]
    /// New trials whose budget is not in the log yet: it is the next event, unless the daemon ended between the two.
    private(set) var unspoken: [Int: Double] = [:]
    /// The pruner's answer as of what it was told: whoever fills slots asks for it several times.
    private var answer: Answer?

    private struct Answer: Sendable {
        var promotion: Promotion?
    }

    /// Of a trial of the search.
    private struct Told: Sendable {
        /// nil: the full one.
        var budget: Double?
        /// With several objectives: the values of a step, by fold, until all of them have come.
        var partial: [Int: (step: Int64, losses: [Double?])] = [:]
    }

    /// nil where the study has no pruner.
    init?(declaration: StudyDeclaration) throws(EngineError) {
        let specification = declaration.specification
        let fidelity = declaration.fidelity
        guard let wanted = declaration.pruner else { return nil }
        full = fidelity?.high
        objectives = declaration.objectives
        let problem = PrunerProblem(
            objectives: objectives.count, fidelity: fidelity, folds: max(1, declaration.data?.folds ?? 1), seed: specification.seed,
            trials: specification.stop.trials, parallel: specification.parallel, space: declaration.space)
        var settings = wanted.settings
        // A person may say which fidelity is meant, and there is only one that can be.
        if let named = settings.removeValue(forKey: "fidelity"), named.stringValue != declaration.schema.fidelity?.name {
            let known = declaration.schema.fidelity.map { "its fidelity is \($0.name)" } ?? "it declares none"
            throw EngineError(.invalid, "\(declaration.schema.id) has no fidelity \(named.shown): \(known)", path: "pruner.fidelity")
        }
        if wanted.name == "threshold" { Self.turn(&settings, objectives) }
        do {
            pruner = try PrunerRegistry.make(name: wanted.name, settings: settings, problem: problem)
        } catch {
            throw EngineError(.invalid, error.message, path: error.path.isEmpty ? "pruner" : "pruner.\(error.path)")
        }
    }

    /// A person bounds a metric in its own units; a pruner is told losses. Bounds of an objective that is maximised change sides.
    private static func turn(_ settings: inout [String: JSONValue], _ objectives: [Objective]) {
        guard objectives.contains(where: { $0.goal == .maximize }) else { return }
        func bounds(_ key: String) -> [Double?]? {
            guard let json = settings[key] else { return nil }
            return json.arrayValue?.map(\.doubleValue) ?? objectives.map { _ in json.doubleValue }
        }
        /// - Parameter none: what bounds nothing.
        func turned(_ own: [Double?]?, _ other: [Double?]?, none: Double) -> JSONValue? {
            guard own != nil || other != nil else { return nil }
            let values = objectives.indices.map { index -> Double in
                let isTurned = objectives[index].goal == .maximize
                let bound = (isTurned ? other : own).flatMap { $0.indices.contains(index) ? $0[index] : nil }
                return bound.map { isTurned ? -$0 : $0 } ?? none
            }
            return values.allSatisfy { $0 == none } ? nil : .array(values.map(JSONValue.number))
        }
        let (lower, upper) = (bounds("lower"), bounds("upper"))
        settings["lower"] = turned(lower, upper, none: -.greatestFiniteMagnitude)
        settings["upper"] = turned(upper, lower, none: .greatestFiniteMagnitude)
    }

    /// The budget that a new trial begins with; nil: the full one, in one run.
    func firstBudget(of trial: Int) -> Double? { pruner.firstBudget(of: trial).flatMap(partial) }

    /// nil where it is the full one.
    private func partial(_ budget: Double) -> Double? { full.map { budget < $0 } ?? false ? budget : nil }

    /// A new trial that goes on from another one's checkpoint; nil where the next one is the sampler's.
    func continuation(of trial: Int) -> (origin: TrialOrigin, configuration: Configuration)? {
        guard let continuation = pruner.continuation(of: trial), let parent = configurations[continuation.trial] else { return nil }
        return (
            .continued(from: continuation.trial, at: continuation.budget), pruner.configuration(of: trial, from: parent)
        )
    }

    /// A trial to take up again, and what it may spend; 0: all.
    mutating func promotion() -> (trial: Int, budget: Double, reason: String)? {
        let known = answer ?? Answer(promotion: pruner.promotion())
        answer = known
        guard let promotion = known.promotion else { return nil }
        return (promotion.trial, promotion.budget.flatMap(partial) ?? 0, promotion.reason)
    }

    mutating func observe(_ payload: EventPayload) {
        switch payload {
        case .trialAsked(let asked):
            // Measured again for its noise, in full.
            if case .replicate = asked.origin { return }
            trials[asked.trial] = Told()
            if pruner.copiesCheckpoints { configurations[asked.trial] = asked.configuration }
            pruner.observe(asked.configuration, of: asked.trial)
            answer = nil
            if !asked.isExternal, let budget = firstBudget(of: asked.trial) {
                unspoken[asked.trial] = budget
            } else {
                tell(.began(trial: asked.trial, budget: nil))
            }
        case .budgetGiven(let given):
            guard trials[given.trial] != nil else { return }
            unspoken[given.trial] = nil
            let budget = given.budget > 0 ? given.budget : nil
            trials[given.trial]?.budget = budget
            tell(.began(trial: given.trial, budget: budget))
        case .reported(let trial, let run, let report):
            take(report, of: trial, run)
        case .attemptEnded(let ended):
            guard trials[ended.trial] != nil, ended.run.purpose == .search, case .succeeded(let metrics, _) = ended.outcome else { return }
            tell(.foldEnded(trial: ended.trial, fold: ended.run.fold, losses: objectives.map { $0.loss(metrics[$0.metric]) }))
        case .trialEnded(let ended):
            end(ended)
        case .trialOverdue(let trial):
            tell(.overdue(trial: trial))
        case .askingEnded:
            tell(.closing)
        default:
            break
        }
    }

    private mutating func tell(_ observation: PrunerObservation) {
        pruner.observe(observation)
        answer = nil
    }

    private mutating func take(_ report: MetricReport, of trial: Int, _ run: RunKey) {
        guard run.purpose == .search, let told = trials[trial], let place = objectives.firstIndex(where: { $0.metric == report.metric })
        else { return }
        let loss = objectives[place].loss(report.value)
        var losses = [Double?](repeating: nil, count: objectives.count)
        if let partial = told.partial[run.fold], partial.step == report.step { losses = partial.losses }
        losses[place] = loss
        let known = losses.compactMap { $0 }
        let isWhole = known.count == objectives.count
        trials[trial]?.partial[run.fold] = isWhole ? nil : (report.step, losses)
        if isWhole { tell(.reported(trial: trial, fold: run.fold, step: report.step, losses: known)) }
    }

    private mutating func end(_ ended: TrialEnded) {
        guard let told = trials[ended.trial] else { return }
        trials[ended.trial]?.partial = [:]
        let losses = zip(objectives, ended.values).map { $0.loss($1) }
        switch ended.state {
        case .paused: tell(.reached(trial: ended.trial, budget: told.budget ?? full ?? 0, losses: losses))
        case .complete: tell(.ended(trial: ended.trial, .complete(losses)))
        case .pruned: tell(.ended(trial: ended.trial, .pruned))
        case .failed: tell(.ended(trial: ended.trial, .failed))
        case .cancelled: tell(.ended(trial: ended.trial, .cancelled))
        case .running: break
        }
        if ended.state == .complete || ended.state == .failed || ended.state == .cancelled { trials[ended.trial] = nil }
    }
}

extension StudyDeclaration {
    /// nil where every trial is trained in full.
    var pruner: PrunerSpecification? {
        // Of a log from before the planner wrote down what a sampler brings with it.
        let implied = specification.sampler.name == "bohb" && fidelity != nil ? PrunerSpecification(name: "hyperband") : nil
        return specification.pruner ?? implied
    }

    /// From the lowest rung that the pruner may give to training in full.
    var rungs: FidelityRange? {
        guard let pruner, let fidelity else { return nil }
        let lowest = pruner.settings["min"]?.doubleValue ?? fidelity.low
        return FidelityRange(low: min(max(lowest, fidelity.low), fidelity.high), high: fidelity.high)
    }

    /// The schema's fidelity, up to what the study calls training in full; nil where the trainable declares none.
    var fidelity: FidelityRange? {
        schema.fidelity.map { fidelity in
            let high = specification.budget ?? fidelity.high
            return FidelityRange(low: min(fidelity.low, high), high: high)
        }
    }
}
