import TunedSpace

/// How children differ from their parents. Settings that all evolutionary samplers share:
///
/// - `crossover`: `blx`, `sbx` or `uniform`, see ``Crossover``; by default `blx`, and `uniform` where more than three
///   objectives are told apart by crowding, which would reward whatever a blend throws far out
/// - `crossover_rate`: the share of children with two parents (0 to 1, default 0.9)
/// - `blend`: the alpha of `blx` (0 to 2, default 0.5)
/// - `crossover_index`: the distribution index of `sbx` (0 to 1,000, default 5)
/// - `mutation_rate`: the chance of a gene to mutate (0 to 1; by default 1 over the number of active parameters)
/// - `mutation_index`: the distribution index of the polynomial mutation (0 to 1,000, default 10)
/// - `tournament`: places that are drawn for a parent, of which the best wins (1 to 100, default 3 of `genetic`, 2 of the others)
struct Variation: Sendable, Hashable {
    var crossover: Crossover
    var crossoverRate: Double
    /// nil for one gene a child on average.
    var mutationRate: Double?
    var mutationIndex: Double
    var tournament: Int

    /// The default crossover where crowding decides.
    static func crossover(crowdedBy objectives: Int) -> String { objectives > 3 ? "uniform" : "blx" }

    init(_ settings: inout MethodSettings, crossover usual: String = "blx", tournament size: Int) throws(SearchError) {
        let kind = try settings.choice("crossover", default: usual, of: ["sbx", "uniform", "blx"])
        let index = try settings.number("crossover_index", default: 5, in: 0...1_000)
        let alpha = try settings.number("blend", default: 0.5, in: 0...2)
        crossover = kind == "sbx" ? .simulatedBinary(index: index) : kind == "blx" ? .blend(alpha: alpha) : .uniform
        crossoverRate = try settings.number("crossover_rate", default: 0.9, in: 0...1)
        mutationRate = try settings.number("mutation_rate", in: 0...1)
        mutationIndex = try settings.number("mutation_index", default: 10, in: 0...1_000)
        tournament = try settings.integer("tournament", default: size, in: 1...100)
    }
}
