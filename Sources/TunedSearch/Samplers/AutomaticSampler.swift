import TunedSpace

/// `auto` where no grid covers the space: begins with the Gaussian process, which makes the most of each trial, and goes over to a method
/// whose suggestions cost next to nothing where that serves the study better: the Parzen estimator for one objective, NSGA-II for two,
/// NSGA-III for three. One objective of continuous numbers alone goes over to CMA-ES, which then begins with what the best trials were,
/// once the process is no longer ahead of it.
///
/// It changes its method only when it is told to (``Observation/switched(to:)``); whether it should be is answered by
/// ``reconsidered(_:)``. So the time that trials and suggestions take, which differs from run to run, enters a study's suggestions only
/// through an event of its log.
struct AutomaticSampler: Sampler {
    /// nil once it is left: it is never gone back to, and what it keeps of each trial would grow for nothing.
    private var process: GaussianProcessSampler?
    /// Told everything from the first trial on, so that each can take over at any; the one that did alone from then on. The first takes over
    /// where suggestions hold the trials up, the last after `limit` trials.
    private var successors: [any Sampler]
    private let reason: String
    private let limit: Int
    private let limitReason: String
    private var finished = 0

    /// Of more objectives the process costs more than it gains.
    static let objectiveLimit = 3
    /// Trials beyond which the process would see only a part of them.
    private static let processLimit = 1_000
    /// The same of several objectives, each of which costs a process.
    private static let frontLimit = 250
    /// Of continuous numbers, at most so many: trials after which CMA-ES gains more, where there are so many in all. It needs some 200 before
    /// it is ahead.
    private static let continuous = (dimensions: 20, trials: 300, budget: 500)
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

    let identity = SamplerIdentity(name: "auto", revision: 5)
    var size: UInt64? { successors[0].size }
    var explanation: String {
        process == nil ? "auto took \(successors[0].explanation)" : "auto took gp, Bayesian optimisation with a Gaussian process: \(reason)"
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .switched(let name):
            if let successor = successors.first(where: { $0.identity.name == name }) { (process, successors) = (nil, [successor]) }
        case .finished: finished += 1
        case .pending, .report: break
        }
        process?.observe(observation)
        for index in successors.indices { successors[index].observe(observation) }
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
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
