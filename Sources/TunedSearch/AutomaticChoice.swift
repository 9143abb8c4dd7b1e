import TunedSpace

/// The choice of `auto`: a grid where the budget covers the whole space, the Parzen estimator for more than three objectives, else
/// ``AutomaticSampler``.
enum AutomaticChoice {
    static func make(
        _ problem: SearchProblem, _ settings: inout MethodSettings, _ caching: Bool
    ) throws(SearchError) -> any Sampler {
        if let budget = problem.budget, let size = problem.space.finiteSize, size <= UInt64(clamping: budget) {
            var sampler = try GridSampler(problem, &settings, caching: caching)
            sampler.reason = "the budget of \(budget) trials covers all \(size) configurations"
            return sampler
        }
        guard problem.objectives <= AutomaticSampler.objectiveLimit else {
            var sampler = try TreeParzenSampler(problem, &settings, caching: caching)
            sampler.reason = "it ranks trials of \(problem.objectives) objectives by dominance"
            return sampler
        }
        return try AutomaticSampler(problem, &settings, caching: caching, reason: reason(problem))
    }

    private static func reason(_ problem: SearchProblem) -> String {
        let size = problem.space.finiteSize.map { "the space has \($0) configurations" } ?? "the space is continuous, or too large to enumerate"
        return problem.budget.map { "\(size), and \($0) trials are to be made the most of" } ?? "\(size), and the most is made of each trial"
    }
}
