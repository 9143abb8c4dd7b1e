import TunedSpace

/// NSGA-II, for two or three objectives: survival by non-dominated fronts and crowding (K. Deb, A. Pratap, S. Agarwal and
/// T. Meyarivan 2002: A fast and elitist multiobjective genetic algorithm: NSGA-II).
///
/// Settings: `population` and `generation`, see ``Population/sizes(_:budget:)``; and those of ``Variation``.
struct NSGA2Sampler: Sampler {
    let identity = SamplerIdentity(name: "nsga2", revision: 2)
    let explanation: String
    var size: UInt64? { search.size }

    private var search: EvolutionarySearch

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let (population, generation) = try Population.sizes(&settings, budget: problem.budget)
        let crossover = Variation.crossover(crowdedBy: problem.objectives)
        let variation = try Variation(&settings, crossover: crossover, tournament: 2)
        search = EvolutionarySearch(
            problem, variation, population: population, generation: generation, selection: CrowdingSelection(), caching: caching)
        explanation = "nsga2, fronts and crowding in a population of \(population)"
    }

    mutating func observe(_ observation: Observation) { search.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { search.suggest(trial: trial) }
}
