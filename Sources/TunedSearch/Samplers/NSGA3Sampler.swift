import TunedSpace

/// NSGA-III, for three and more objectives: survival by non-dominated fronts and by niches at reference points that are
/// spread over the front (K. Deb and H. Jain 2014: An evolutionary many-objective optimization algorithm using
/// reference-point-based nondominated sorting approach, part I).
///
/// Settings: `population` and `generation`, see ``Population/sizes(_:budget:)``; `divisions`, of each objective by the lattice
/// of reference points (1 to 100; by default the finest one with no more points than the population, with a second layer
/// within where there are many objectives); and those of ``Variation``.
struct NSGA3Sampler: Sampler {
    private static let maximumReferences = 10_000

    let identity = SamplerIdentity(name: "nsga3", revision: 2)
    let explanation: String
    var size: UInt64? { search.size }

    private var search: EvolutionarySearch

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let divisions = try settings.integer("divisions", default: 0, in: 1...100)
        let (population, generation) = try Population.sizes(&settings, budget: problem.budget)
        let variation = try Variation(&settings, tournament: 2)
        let references = try Self.references(problem.objectives, divisions, population)
        search = EvolutionarySearch(
            problem, variation, population: population, generation: generation,
            selection: NichingSelection(references: references), caching: caching)
        explanation = "nsga3, fronts and \(references.count) reference points in a population of \(population)"
    }

    private static func references(
        _ objectives: Int, _ divisions: Int, _ population: Int
    ) throws(SearchError) -> [[Double]] {
        guard divisions > 0 else { return ReferencePoints.covering(objectives: objectives, limit: population) }
        guard ReferencePoints.size(objectives: objectives, divisions: divisions, limit: maximumReferences) != nil else {
            throw SearchError(
                .setting, path: "settings.divisions",
                "\(divisions) divisions of \(objectives) objectives make more than \(maximumReferences) reference points; take fewer")
        }
        return ReferencePoints.lattice(objectives: objectives, divisions: divisions)
    }

    mutating func observe(_ observation: Observation) { search.observe(observation) }

    func suggest(trial: Int) throws(SearchError) -> Suggestion { search.suggest(trial: trial) }
}
