import TunedSpace

/// The choice of `auto`: a grid where the budget covers the whole space, else the Parzen estimator.
enum AutomaticChoice {
    static func make(
        _ problem: SearchProblem, _ settings: inout SamplerSettings, _ caching: Bool
    ) throws(SearchError) -> any Sampler {
        guard let budget = problem.budget, let size = problem.space.finiteSize, size <= UInt64(clamping: budget) else {
            var sampler = try TreeParzenSampler(problem, &settings, caching: caching)
            sampler.reason = reason(problem)
            return sampler
        }
        var sampler = try GridSampler(problem, &settings, caching: caching)
        sampler.reason = "the budget of \(budget) trials covers all \(size) configurations"
        return sampler
    }

    private static func reason(_ problem: SearchProblem) -> String {
        if let size = problem.space.finiteSize {
            return problem.budget.map { "the space has \(size) configurations, more than the budget of \($0) trials" }
                ?? "the space has \(size) configurations, and no number of trials is set"
        }
        return "the space is continuous, or too large to enumerate"
    }
}
