import TunedSpace

/// `auto` where no grid covers the space: begins with the Gaussian process, which makes the most of each trial, and goes over to a method
/// whose suggestions cost next to nothing where that serves the study better: the Parzen estimator for one objective, NSGA-II for two,
/// NSGA-III for three. One objective of continuous numbers alone goes over to CMA-ES, which then begins with what the best trials were,
/// once the process is no longer ahead of it.
///
/// While the process brings nothing better, and there is one objective, every second suggestion is a random forest's. Where the objective has
/// steps or many separate basins the process believes in a smoothness that is not there and looks around the best trial for long; where it is
/// smooth it seldom stalls, and the forest is hardly asked.
///
/// It changes its method only when it is told to (``Observation/switched(to:)``); whether it should be is answered by
/// ``reconsidered(_:)``. So the time that trials and suggestions take, which differs from run to run, enters a study's suggestions only
/// through an event of its log.
struct AutomaticSampler: Sampler {
    /// nil once it is left: it is never gone back to, and what it keeps of each trial would grow for nothing.
    private var process: GaussianProcessSampler?
    /// What takes turns with the process; nil for several objectives.
    private var forest: (any Sampler)?
    /// Told everything from the first trial on, so that each can take over at any; the one that did alone from then on. The first takes over
    /// where suggestions hold the trials up, the last after `limit` trials.
    private var successors: [any Sampler]
    private let reason: String
    private let limit: Int
    private let limitReason: String
    private var finished = 0
    private var best = Double.infinity
    /// How often a trial was better than all before it.
    private var improvements = 0
    /// The same when each of the running trials was asked for.
    private var asked: [Int: Int] = [:]
    /// Trials that were asked for in knowledge of the best one and were no better. Those that ran already when it ended say nothing about
    /// where it led.
    private var stalled = 0

    /// Of more objectives the process costs more than it gains.
    static let objectiveLimit = 3
    /// Trials beyond which the process would see only a part of them.
    private static let processLimit = 1_000
    /// The same of several objectives, each of which costs a process.
    private static let frontLimit = 250
    /// Of continuous numbers, at most so many: trials after which CMA-ES gains more, where there are so many in all. It needs some 200 before
    /// it is ahead.
    private static let continuous = (dimensions: 20, trials: 300, budget: 500)
    /// Trials without progress from which the forest takes turns, and how many have ended before: see docs/search.md for what was measured.
    private static let patience = (stalled: 8, finished: 15)
    /// Share of a study's time that suggestions may take.
    private static let shareLimit = 0.2

    /// - Parameter settings: those of ``GaussianProcessSampler``.
    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool, reason: String) throws(SearchError) {
        process = try GaussianProcessSampler(problem, &settings, caching: caching)
        var defaults = MethodSettings([:], of: "auto")
        func ruled(_ sampler: any Sampler) -> any Sampler {
            problem.space.rules.isEmpty ? sampler : RuledSampler(sampler, problem)
        }
        switch problem.objectives {
        case 1:
            forest = ruled(try ForestSampler(problem, &defaults))
            successors = [try TreeParzenSampler(problem, &defaults, caching: caching)]
            if Self.isContinuous(problem.space), problem.budget.map({ $0 >= Self.continuous.budget }) ?? true {
                let evolution = try CovarianceAdaptationSampler(
                    problem, &defaults, caching: caching, deviation: CovarianceAdaptationSampler.continuedDeviation)
                successors.append(ruled(evolution))
                (limit, limitReason) = (Self.continuous.trials, "trials of numbers alone a Gaussian around the best gains more than a model of all")
            } else {
                (limit, limitReason) = (Self.processLimit, "trials a Gaussian process sees only a part of them")
            }
        case let objectives:
            let successor: any Sampler =
                objectives == 2
                ? try NSGA2Sampler(problem, &defaults, caching: caching) : try NSGA3Sampler(problem, &defaults, caching: caching)
            successors = [ruled(successor)]
            (limit, limitReason) = (Self.frontLimit, "trials a Gaussian process for each objective gains less than it costs")
        }
        self.reason = reason
    }

    /// Whether all that varies are numbers without steps, not too many, which are always active.
    private static func isContinuous(_ space: SearchSpace) -> Bool {
        let varying = space.parameters.filter { !$0.isFixed }
        return 1...continuous.dimensions ~= varying.count && varying.allSatisfy { $0.cellCount == nil && $0.conditions.isEmpty }
    }

    let identity = SamplerIdentity(name: "auto", revision: 6)
    var size: UInt64? { successors[0].size }
    var explanation: String {
        if process == nil { return "auto took \(successors[0].explanation)" }
        let method = "gp, Bayesian optimisation with a Gaussian process"
        return "auto took \(method)\(forest == nil ? "" : ", in turns with a random forest while nothing gets better"): \(reason)"
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .switched(let name):
            if let successor = successors.first(where: { $0.identity.name == name }) { (process, forest, successors) = (nil, nil, [successor]) }
        case .pending(let trial, _): asked[trial] = improvements
        case .finished(let trial, let outcome):
            finished += 1
            note(outcome, isAware: asked.removeValue(forKey: trial) == improvements)
        case .report: break
        }
        process?.observe(observation)
        forest?.observe(observation)
        for index in successors.indices { successors[index].observe(observation) }
    }

    /// - Parameter isAware: whether the best trial was known when this one was asked for.
    private mutating func note(_ outcome: Outcome, isAware: Bool) {
        switch outcome {
        case .complete(let values, _):
            guard let value = values.first, value.isFinite else { return }
            if value < best {
                (best, stalled) = (value, 0)
                improvements += 1
            } else if isAware {
                stalled += 1
            }
        case .infeasible: stalled += isAware ? 1 : 0
        // One that was ended early, or stands at a rung, might have become better.
        case .pruned, .failed, .cancelled: break
        }
    }

    /// Whether the forest has the turn. Where many trials run at once, one that was asked for in knowledge of the best knew little of the
    /// others: so many more are waited for.
    private func isForests(_ trial: Int) -> Bool {
        !trial.isMultiple(of: 2) && finished >= Self.patience.finished && stalled >= Self.patience.stalled + asked.count
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if isForests(trial), let suggestion = try forest?.suggest(trial: trial) { return suggestion }
        if let suggestion = try process?.suggest(trial: trial) { return suggestion }
        return try successors[0].suggest(trial: trial)
    }

    func reconsidered(_ effort: SearchEffort) -> SamplerSwitch? {
        guard process != nil, let first = successors.first, let last = successors.last else { return nil }
        if finished >= limit { return SamplerSwitch(method: last.identity.name, reason: "after \(finished) \(limitReason)") }
        guard effort.suggestions >= SearchEffort.telling, effort.share > Self.shareLimit else { return nil }
        let percent = Int((effort.share * 100).rounded())
        return SamplerSwitch(method: first.identity.name, reason: "trials are so short that suggestions of gp took \(percent)% of the study's time")
    }
}
