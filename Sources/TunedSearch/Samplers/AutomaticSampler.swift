import TunedSpace

/// `auto` where no grid covers the space: begins with the Gaussian process, which makes the most of each trial, and goes over to a method
/// whose suggestions cost next to nothing where that serves the study better: the Parzen estimator for one objective, NSGA-II for two,
/// NSGA-III for three.
///
/// It changes its method only when it is told to (``Observation/switched(to:)``); whether it should be is answered by
/// ``reconsidered(_:)``. So the time that trials and suggestions take, which differs from run to run, enters a study's suggestions only
/// through an event of its log.
struct AutomaticSampler: Sampler {
    /// nil once it is left: it is never gone back to, and what it keeps of each trial would grow for nothing.
    private var process: GaussianProcessSampler?
    /// Told everything from the first trial on, so that it can take over at any.
    private var successor: any Sampler
    private let reason: String
    private let limit: Int
    private var finished = 0

    /// Of more objectives the process costs more than it gains.
    static let objectiveLimit = 3
    /// Trials beyond which the process would see only a part of them.
    private static let processLimit = 1_000
    /// The same of several objectives, each of which costs a process.
    private static let frontLimit = 250
    /// Share of a study's time that suggestions may take.
    private static let shareLimit = 0.2

    /// - Parameter settings: those of ``GaussianProcessSampler``.
    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool, reason: String) throws(SearchError) {
        process = try GaussianProcessSampler(problem, &settings, caching: caching)
        var defaults = MethodSettings([:], of: "auto")
        successor =
            switch problem.objectives {
            case 1: try TreeParzenSampler(problem, &defaults, caching: caching)
            case 2: try NSGA2Sampler(problem, &defaults, caching: caching)
            default: try NSGA3Sampler(problem, &defaults, caching: caching)
            }
        // These know nothing of rules by themselves.
        if problem.objectives > 1, !problem.space.rules.isEmpty { successor = RuledSampler(successor, problem) }
        limit = problem.objectives == 1 ? Self.processLimit : Self.frontLimit
        self.reason = reason
    }

    let identity = SamplerIdentity(name: "auto", revision: 4)
    var size: UInt64? { successor.size }
    var explanation: String {
        process == nil ? "auto took \(successor.explanation)" : "auto took gp, Bayesian optimisation with a Gaussian process: \(reason)"
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .switched(let name):
            if name == successor.identity.name { process = nil }
        case .finished: finished += 1
        case .pending, .report: break
        }
        process?.observe(observation)
        successor.observe(observation)
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if let suggestion = try process?.suggest(trial: trial) { return suggestion }
        return try successor.suggest(trial: trial)
    }

    func reconsidered(_ effort: SearchEffort) -> SamplerSwitch? {
        guard process != nil else { return nil }
        let next = successor.identity.name
        if finished >= limit {
            let reason =
                limit == Self.processLimit
                ? "after \(finished) trials a Gaussian process sees only a part of them"
                : "after \(finished) trials a Gaussian process for each objective gains less than it costs"
            return SamplerSwitch(method: next, reason: reason)
        }
        guard effort.suggestions >= SearchEffort.telling, effort.share > Self.shareLimit else { return nil }
        let percent = Int((effort.share * 100).rounded())
        return SamplerSwitch(method: next, reason: "trials are so short that suggestions of gp took \(percent)% of the study's time")
    }
}
