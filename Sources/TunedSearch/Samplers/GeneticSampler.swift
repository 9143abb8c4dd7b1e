import TunedSpace

/// A genetic algorithm in a steady state (D. Whitley 1989: The GENITOR algorithm and selection pressure): the parents are the
/// best trials so far, so that each trial that ends may replace the worst of them.
///
/// Settings: `population` (4 to 10,000, default 15); `generation`, the trials after which the parents are chosen anew (1 to
/// 10,000, default 1); and those of ``Variation``.
///
/// Several objectives are ordered as by ``NSGA2Sampler``, by fronts and crowding.
struct GeneticSampler: Sampler {
    let identity = SamplerIdentity(name: "genetic", revision: 2)
    let explanation: String
    var size: UInt64? { search.size }

    private var search: EvolutionarySearch

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let population = try settings.integer("population", default: 15, in: 4...10_000)
        let generation = try settings.integer("generation", default: 1, in: 1...10_000)
        let crossover = Variation.crossover(crowdedBy: problem.objectives)
        let variation = try Variation(&settings, crossover: crossover, tournament: 3)
        search = EvolutionarySearch(
            problem, variation, population: population, generation: generation, selection: CrowdingSelection(), caching: caching)
        explanation = "genetic, an elitist genetic algorithm with a population of \(population)"
    }

    mutating func observe(_ observation: Observation) { search.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { search.suggest(trial: trial) }
}
