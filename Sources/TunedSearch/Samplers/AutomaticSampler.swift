/// `auto` where no grid covers the space: begins with the Gaussian process, which makes the most of each trial, and goes over to the Parzen
/// estimator, whose suggestions cost next to nothing, where that serves the study better.
///
/// It changes its method only when it is told to (``Observation/switched(to:)``); whether it should be is answered by
/// ``reconsidered(_:)``. So the time that trials and suggestions take, which differs from run to run, enters a study's suggestions only
/// through an event of its log.
struct AutomaticSampler: Sampler {
    /// nil once it is left: it is never gone back to, and what it keeps of each trial would grow for nothing.
    private var process: GaussianProcessSampler?
    /// Told everything from the first trial on, so that it can take over at any.
    private var parzen: TreeParzenSampler
    private var method: Method { process == nil ? .tpe : .gp }
    private let reason: String
    private var finished = 0

    private enum Method: String { case gp, tpe }

    /// Trials beyond which the process would see only a part of them.
    private static let processLimit = 1_000
    /// Share of a study's time that suggestions may take.
    private static let shareLimit = 0.2

    /// - Parameter settings: those of ``GaussianProcessSampler``.
    init(_ problem: SearchProblem, _ settings: inout SamplerSettings, caching: Bool, reason: String) throws(SearchError) {
        process = try GaussianProcessSampler(problem, &settings, caching: caching)
        var defaults = SamplerSettings([:], of: "auto")
        parzen = try TreeParzenSampler(problem, &defaults, caching: caching)
        self.reason = reason
    }

    let identity = SamplerIdentity(name: "auto", revision: 3)
    var size: UInt64? { parzen.size }
    var explanation: String {
        switch method {
        case .gp: "auto took gp, Bayesian optimisation with a Gaussian process: \(reason)"
        case .tpe: "auto took tpe, the tree-structured Parzen estimator"
        }
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .switched(let name):
            if name == Method.tpe.rawValue { process = nil }
        case .finished:
            finished += 1
        case .pending, .report: break
        }
        process?.observe(observation)
        parzen.observe(observation)
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        if let suggestion = try process?.suggest(trial: trial) { return suggestion }
        return try parzen.suggest(trial: trial)
    }

    func reconsidered(_ effort: SearchEffort) -> SamplerSwitch? {
        guard method == .gp else { return nil }
        if finished >= Self.processLimit {
            return SamplerSwitch(method: Method.tpe.rawValue, reason: "after \(finished) trials a Gaussian process sees only a part of them")
        }
        guard effort.suggestions >= SearchEffort.telling, effort.share > Self.shareLimit else { return nil }
        let percent = Int((effort.share * 100).rounded())
        return SamplerSwitch(
            method: Method.tpe.rawValue, reason: "trials are so short that suggestions of gp took \(percent)% of the study's time")
    }
}
