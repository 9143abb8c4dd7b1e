public import TunedSpace

/// The samplers by name. A new one is one more line here.
public enum SamplerRegistry {
    private typealias Make =
        @Sendable (SearchProblem, inout MethodSettings, _ caching: Bool) throws(SearchError) -> any Sampler

    private static let samplers: [(name: String, make: Make)] = [
        ("auto", { problem, settings, caching throws(SearchError) in try AutomaticChoice.make(problem, &settings, caching) }),
        ("bohb", { problem, settings, caching throws(SearchError) in try BudgetModelSampler(problem, &settings, caching: caching) }),
        (
            "cmaes",
            { problem, settings, caching throws(SearchError) in try CovarianceAdaptationSampler(problem, &settings, caching: caching) }
        ),
        (
            "de",
            { problem, settings, caching throws(SearchError) in try DifferentialEvolutionSampler(problem, &settings, caching: caching) }
        ),
        (
            "dehb",
            { problem, settings, caching throws(SearchError) in try EvolutionaryHyperbandSampler(problem, &settings, caching: caching) }
        ),
        ("forest", { problem, settings, _ throws(SearchError) in try ForestSampler(problem, &settings) }),
        ("genetic", { problem, settings, caching throws(SearchError) in try GeneticSampler(problem, &settings, caching: caching) }),
        ("gp", { problem, settings, caching throws(SearchError) in try GaussianProcessSampler(problem, &settings, caching: caching) }),
        ("grid", { problem, settings, caching throws(SearchError) in try GridSampler(problem, &settings, caching: caching) }),
        ("nsga2", { problem, settings, caching throws(SearchError) in try NSGA2Sampler(problem, &settings, caching: caching) }),
        ("nsga3", { problem, settings, caching throws(SearchError) in try NSGA3Sampler(problem, &settings, caching: caching) }),
        ("priorband", { problem, settings, caching throws(SearchError) in try PriorBandSampler(problem, &settings, caching: caching) }),
        ("random", { problem, _, _ throws(SearchError) in RandomSampler(problem) }),
        ("sobol", { problem, _, caching throws(SearchError) in SobolSampler(problem, caching: caching) }),
        ("tpe", { problem, settings, caching throws(SearchError) in try TreeParzenSampler(problem, &settings, caching: caching) }),
    ]

    /// Those that see to the rules of a space themselves.
    private static let ruled: Set = ["auto", "bohb", "gp", "grid", "priorband", "random", "tpe"]

    /// By sampler. BOHB with one bracket of asynchronous rungs, as A. Klein et al. 2020 (arXiv 2003.10865, section 3); see the benchmarks.
    private static let usualPruners = ["bohb": "asha", "dehb": "hyperband", "priorband": "hyperband"]

    public static var names: [String] { samplers.map(\.name) }

    /// The pruner that a sampler brings with it where trials can be given budgets and nobody named another one.
    public static func usualPruner(of sampler: String) -> String? { usualPruners[sampler] }

    /// - Parameters:
    ///   - settings: by name; each sampler documents its own.
    ///   - caching: false derives every suggestion from the stored observations alone, as slow as that may be. The
    ///     answers are equal.
    /// - Throws: ``SearchError`` for a name or setting that is not known, with the nearest one that is.
    public static func make(
        name: String, settings: [String: JSONValue] = [:], problem: SearchProblem, caching: Bool = true
    ) throws(SearchError) -> any Sampler {
        guard problem.objectives >= 1 else { throw SearchError(.problem, "there must be at least one objective") }
        guard let entry = samplers.first(where: { $0.name == name }) else {
            let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            throw SearchError(
                .unknownSampler, path: "name",
                "there is no sampler \"\(name.prefix(60))\"\(hint) There are: \(names.joined(separator: ", "))")
        }
        var reader = MethodSettings(settings, of: name)
        let sampler = try entry.make(problem, &reader, caching)
        try reader.finish()
        let isRuled = problem.space.rules.isEmpty || ruled.contains(name)
        return GuardedSampler(isRuled ? sampler : RuledSampler(sampler, problem), problem.space)
    }
}
