import Testing
import TunedNumerics
import TunedSpace

@testable import TunedSearch

@Suite struct DifferentialEvolutionTests {
    private func merit(_ value: Double) throws -> Merit { try #require(Merit(.complete([value]), objectives: 1)) }

    private func population(_ named: NamedSpace, _ values: [Double]) throws -> DifferentialPopulation {
        let axes = EvolutionAxes(UnitCube(named.space))
        var population = DifferentialPopulation(axes)
        var random = CounterRandom(seed: 12, trial: 0)
        for value in values {
            population.add(
                Genotype(
                    numbers: axes.numbers.map { _ in random.uniform() },
                    categories: axes.categoryCounts.map { random.index(below: $0) }), try merit(value))
        }
        return population
    }

    // MARK: Success history

    /// Lehmer means with weights 3/4 and 1/4: (0.75 · 0.04 + 0.25 · 0.64) / (0.75 · 0.2 + 0.25 · 0.8).
    @Test func entriesAreWeightedLehmerMeans() {
        var history = SuccessHistory()
        history.learn([
            SuccessHistory.Success(scale: 0.2, crossover: 0.5, gain: 3), SuccessHistory.Success(scale: 0.8, crossover: 1, gain: 1),
        ])
        #expect(abs(history.scales[0] - 0.19 / 0.35) < 1e-12)
        #expect(abs((history.crossovers[0] ?? 0) - (0.75 * 0.25 + 0.25) / (0.75 * 0.5 + 0.25)) < 1e-12)
        #expect(history.scales[1...].allSatisfy { $0 == 0.5 })
        history.learn([])
        history.learn([SuccessHistory.Success(scale: 0.9, crossover: 0, gain: nil)])
        #expect(history.scales[1] == 0.9)
        #expect(history.crossovers[1] == nil)
    }

    @Test func drawsStayInRange() {
        let history = SuccessHistory()
        var random = CounterRandom(seed: 2, trial: 0)
        var scales: [Double] = []
        for _ in 0..<2_000 {
            let (scale, crossover) = history.draw(&random)
            #expect(scale > 0 && scale <= 1 && crossover >= 0 && crossover <= 1)
            scales.append(scale)
        }
        // The median of the Cauchy distribution, but for the 6% that lie below zero and are drawn anew.
        let median = scales.sorted()[1_000]
        #expect(abs(median - 0.51) < 0.02, "\(median)")
    }

    // MARK: Population

    @Test(arguments: [NamedSpace.mixed, .conditional, .wide])
    func childrenAreLegalAndDiffer(_ named: NamedSpace) throws {
        let population = try population(named, [4, 2, 9, 1, 7, 3])
        var random = CounterRandom(seed: 5, trial: 0)
        for round in 0..<120 {
            let place = round % 6
            let child = population.child(of: place, SuccessHistory(), &random)
            #expect(child.target == population.individuals[place].number)
            #expect(child.genotype != population.individuals[place].genotype)
            #expect(child.genotype.numbers.allSatisfy { $0 >= 0 && $0 <= 1 })
            try named.space.validate(population.axes.configuration(of: child.genotype))
        }
    }

    /// With CR = 0 one axis alone is crossed over.
    @Test func oneAxisIsAlwaysCrossedOver() throws {
        let population = try population(.wide, [4, 2, 9, 1, 7, 3])
        var history = SuccessHistory()
        for _ in 0..<SuccessHistory.entries {
            history.learn([SuccessHistory.Success(scale: 0.5, crossover: 0, gain: 1)])
        }
        var random = CounterRandom(seed: 6, trial: 0)
        for place in 0..<6 {
            let child = population.child(of: place, history, &random).genotype.numbers
            #expect(zip(child, population.individuals[place].genotype.numbers).count { $0 != $1 } == 1)
        }
    }

    @Test func aChildTakesItsTargetsPlaceUnlessItIsWorse() throws {
        var population = try population(.oneFloat, [4, 2, 9, 1])
        let child = Genotype(numbers: [0.5], categories: [])
        #expect(try population.challenge(1, child, merit(3))?.isBetter == false)
        #expect(population.individuals[1].merit.values == [2])
        #expect(try population.challenge(1, child, merit(2))?.isBetter == false)
        #expect(population.individuals[1].genotype == child)
        let result = try #require(try population.challenge(2, child, merit(5)))
        #expect(result.isBetter && result.gain == 2)
        #expect(try population.challenge(77, child, merit(0)) == nil)
        // A failed trial is replaced by anything that is not.
        let failed = try #require(Merit(.failed, objectives: 1))
        #expect(population.challenge(0, child, failed)?.isBetter == false)
        #expect(population.individuals[0].merit.values == [4])
    }

    @Test func strangersTakeTheWorstPlace() throws {
        var population = try population(.oneFloat, [4, 2, 9, 1, 5])
        population.immigrate(Genotype(numbers: [0.5], categories: []), try merit(10))
        #expect(population.individuals.map { $0.merit.values[0] } == [4, 2, 9, 1, 5])
        population.immigrate(Genotype(numbers: [0.5], categories: []), try merit(3))
        #expect(population.individuals.map { $0.merit.values[0] } == [4, 2, 3, 1, 5])
        population.shrink(to: 4)
        #expect(population.individuals.map { $0.merit.values[0] } == [4, 2, 3, 1])
    }
}
