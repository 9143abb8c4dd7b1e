import TunedNumerics
import TunedSpace

/// Makes a child of two parents, parameter by parameter in the order of the conditions.
///
/// A parameter that is active in the child comes from the parents that have it. Where it became active and neither has it,
/// it is inherited from another member of the population, and only where none has it drawn.
struct Mating: Sendable {
    private struct Gene: Sendable {
        let scale: UnitScale
        /// Number of categories without an order; 0 for all others.
        let categories: UInt64
        let isFixed: Bool
        let permutation: PermutationAxis?
    }

    private let cube: UnitCube
    private let variation: Variation
    private let genes: [Gene]

    init(_ cube: UnitCube, _ variation: Variation) {
        self.cube = cube
        self.variation = variation
        genes = zip(cube.space.parameters, cube.scales).map { parameter, scale in
            let isUnordered = switch parameter.domain {
            case .categorical, .boolean: true
            case .float, .integer, .ordinal: false
            }
            return Gene(scale: scale, categories: isUnordered ? parameter.cellCount ?? 0 : 0, isFixed: parameter.isFixed,
                permutation: PermutationAxis(parameter))
        }
    }

    /// Whether the parameter's values are categories.
    func isUnordered(_ index: Int) -> Bool { genes[index].categories > 0 }

    /// - Parameter attempt: how many children of this trial were of no use; each doubles the mutation.
    func child(_ population: Population, attempt: Int, _ random: inout CounterRandom) -> Configuration {
        let first = population.tournament(variation.tournament, &random)
        let isCrossed = random.uniform() < variation.crossoverRate
        let second = isCrossed ? population.tournament(variation.tournament, &random) : first
        let rate = mutationRate(first, population, attempt)
        var child = Configuration(Array(repeating: nil, count: cube.space.count))
        for index in cube.space.order where cube.space.active(index, in: child) {
            var gene = gene(index, first, second, isCrossed, population, &random)
            if !genes[index].isFixed, random.uniform() < rate { gene = mutated(gene, index, &random) }
            child[index] = genes[index].scale.value(at: gene)
        }
        return child
    }

    /// By default one gene that the first parent has.
    private func mutationRate(_ parent: Survivor?, _ population: Population, _ attempt: Int) -> Double {
        if let rate = variation.mutationRate, attempt == 0 { return rate }
        let start = parent.map { $0.row * genes.count }
        let active = genes.indices.count { index in
            !genes[index].isFixed && !(start.map { population.history.coordinates[$0 + index].isNaN } ?? false)
        }
        let rate = max(variation.mutationRate ?? 0, 1 / Double(max(active, 1)))
        return min(1, rate * Double(1 << min(attempt, 20)))
    }

    private func gene(
        _ index: Int, _ first: Survivor?, _ second: Survivor?, _ isCrossed: Bool, _ population: Population,
        _ random: inout CounterRandom
    ) -> Double {
        let a = place(index, first, population, &random)
        guard isCrossed else { return a.isNaN ? inherited(index, population, &random) : a }
        let b = place(index, second, population, &random)
        switch (a.isNaN, b.isNaN) {
        case (true, true): return inherited(index, population, &random)
        case (true, false): return b
        case (false, true): return a
        case (false, false):
            if let permutation = genes[index].permutation { return permutation.crossed(a, b, &random) }
            let crossover = genes[index].categories > 0 ? .uniform : variation.crossover
            return crossover.gene(a, b, &random)
        }
    }

    /// The gene of a member; a uniform one of an empty place, NaN where it is inactive.
    private func place(
        _ index: Int, _ member: Survivor?, _ population: Population, _ random: inout CounterRandom
    ) -> Double {
        guard let member else { return random.uniform() }
        return population.history.coordinates[member.row * genes.count + index]
    }

    private func inherited(_ index: Int, _ population: Population, _ random: inout CounterRandom) -> Double {
        let parents = population.parents
        if !parents.isEmpty {
            let start = random.index(below: parents.count)
            for step in parents.indices {
                let member = parents[(start + step) % parents.count]
                let gene = population.history.coordinates[member.row * genes.count + index]
                if !gene.isNaN { return gene }
            }
        }
        return random.uniform()
    }

    private func mutated(_ gene: Double, _ index: Int, _ random: inout CounterRandom) -> Double {
        if let permutation = genes[index].permutation { return permutation.exchanged(gene, times: 1, &random) }
        let count = genes[index].categories
        guard count > 0 else {
            return Mutation.number(gene, genes[index].scale, index: variation.mutationIndex, &random)
        }
        let cell = Mutation.category(genes[index].scale.cell(at: gene, of: count), of: count, &random)
        return (Double(cell) + 0.5) / Double(count)
    }
}
