import TunedSpace

/// NSGA-II, for two or three objectives: survival by non-dominated fronts and crowding (K. Deb, A. Pratap, S. Agarwal and
/// T. Meyarivan 2002: A fast and elitist multiobjective genetic algorithm: NSGA-II).
///
/// Settings: `population` (4 to 10,000, default 50), which is also the size of a generation; and those of ``Variation``.
struct NSGA2Sampler: Sampler {
    let identity = SamplerIdentity(name: "nsga2", revision: 1)
    let explanation: String
    var size: UInt64? { search.size }

    private var search: EvolutionarySearch

    init(_ problem: SearchProblem, _ settings: inout SamplerSettings, caching: Bool) throws(SearchError) {
        let population = try settings.integer("population", default: 50, in: 4...10_000)
        let variation = try Variation(&settings, Variation.Defaults(crossoverIndex: 20, mutationIndex: 20))
        search = EvolutionarySearch(
            problem, variation, population: population, generation: population, selection: CrowdingSelection(), caching: caching)
        explanation = "nsga2, fronts and crowding in a population of \(population)"
    }

    mutating func observe(_ observation: Observation) { search.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { search.suggest(trial: trial) }
}
