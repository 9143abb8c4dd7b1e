import Testing
import TunedNumerics
import TunedSpace

@testable import TunedSearch

/// What makes DEHB of a differential evolution.
@Suite struct EvolutionaryHyperbandTests {
    private static let axes = EvolutionAxes(UnitCube(NamedSpace.mixed.space))

    private func merit(_ value: Double) throws -> Merit { try #require(Merit(.complete([value]), objectives: 1)) }

    /// Individuals of a level with these values, the numbers of each within a tenth above `base`.
    private func fill(_ populations: inout BudgetPopulations, _ level: Int, _ base: Double, _ values: [Double]) throws {
        var random = CounterRandom(seed: 12, trial: UInt64(level))
        for value in values {
            let genotype = Genotype(
                numbers: Self.axes.numbers.map { _ in base + 0.1 * random.uniform() },
                categories: Self.axes.categoryCounts.map { random.index(below: $0) })
            populations.settle(genotype, try merit(value), at: level, target: nil)
        }
    }

    private func bases(_ parents: [Genotype]) -> [Double: Int] {
        parents.reduce(into: [:]) { $0[($1.numbers[0] * 10).rounded(.down) / 10, default: 0] += 1 }
    }

    // MARK: Parents

    @Test func parentsComeFromTheNextLowerBudgetUntilThereAreOwnOnes() throws {
        var populations = BudgetPopulations(Self.axes, size: 6)
        try fill(&populations, 0, 0.1, [6, 5, 4, 3, 2, 1])
        try fill(&populations, 2, 0.3, [16, 15, 14, 13, 12, 11])
        #expect(bases(populations.parents(at: 2)) == [0.3: 6])
        // The best of level 2, none of level 0.
        let best = populations.individuals(at: 2).filter { ($0.merit.values.first ?? 0) < 15 }.map(\.genotype)
        #expect(Set(populations.parents(at: 4)) == Set(best))
        // As many as are missing.
        try fill(&populations, 4, 0.5, [21, 22, 23])
        #expect(bases(populations.parents(at: 4)) == [0.5: 3, 0.3: 3])
        try fill(&populations, 4, 0.5, [24, 25, 26])
        #expect(bases(populations.parents(at: 4)) == [0.5: 6])
    }

    @Test func aTrialThatRoseIsAParentOnce() throws {
        var populations = BudgetPopulations(Self.axes, size: 6)
        try fill(&populations, 0, 0.1, [6, 5, 4, 3, 2, 1])
        let risen = try #require(populations.individuals(at: 0).last)
        populations.settle(risen.genotype, try merit(0.5), at: 1, target: nil)
        #expect(populations.parents(at: 1).count { $0 == risen.genotype } == 1)
    }

    @Test func whereABudgetHasTooFewAllOthersHelp() throws {
        var populations = BudgetPopulations(Self.axes, size: 6)
        var random = CounterRandom(seed: 1, trial: 0)
        try fill(&populations, 3, 0.5, [1, 2, 3])
        #expect(populations.child(at: 3, target: nil, &random) == nil)
        try fill(&populations, 5, 0.7, [1])
        #expect(bases(populations.parents(at: 3)) == [0.5: 3, 0.7: 1])
        #expect(populations.child(at: 3, target: nil, &random) != nil)
        try fill(&populations, 0, 0.1, [1, 2])
        #expect(bases(populations.parents(at: 3)) == [0.5: 3, 0.1: 2])
    }

    // MARK: Breeding

    /// rand/1/bin: each number is the target's, or one parent's and half the difference of two others.
    @Test func childrenAreRandOneBin() throws {
        var populations = BudgetPopulations(Self.axes, size: 6)
        try fill(&populations, 0, 0.4, [6, 5, 4, 3, 2, 1])
        let individuals = populations.individuals(at: 0)
        var random = CounterRandom(seed: 3, trial: 0)
        var (kept, changed) = (0, 0)
        for round in 0..<200 {
            let place = round % 6
            let child = try #require(populations.child(at: 0, target: place, &random))
            #expect(child.target == individuals[place].number)
            let target = individuals[place].genotype
            let others = individuals.filter { $0.number != individuals[place].number }.map(\.genotype)
            // One choice of three explains all numbers.
            let isExplained = others.indices.contains { a in
                others.indices.contains { b in
                    others.indices.contains { c in
                        guard a != b, b != c, a != c else { return false }
                        return target.numbers.indices.allSatisfy { axis in
                            let number = child.genotype.numbers[axis]
                            return number == target.numbers[axis]
                                || abs(number - others[a].numbers[axis] - 0.5 * (others[b].numbers[axis] - others[c].numbers[axis])) < 1e-12
                        }
                    }
                }
            }
            #expect(isExplained)
            for axis in target.numbers.indices { if child.genotype.numbers[axis] == target.numbers[axis] { kept += 1 } else { changed += 1 } }
        }
        // Half, and the one that is always crossed over.
        let share = Double(changed) / Double(kept + changed)
        #expect(abs(share - 0.5625) < 0.05, "\(share)")
    }

    // MARK: Selecting

    @Test func selectionIsPerBudget() throws {
        var populations = BudgetPopulations(Self.axes, size: 4)
        try fill(&populations, 0, 0.1, [1, 2, 3, 4])
        try fill(&populations, 3, 0.3, [1, 2, 3, 4])
        let new = Genotype(numbers: Self.axes.numbers.map { _ in 0.9 }, categories: Self.axes.categoryCounts.map { _ in 0 })
        func values(_ level: Int) -> [Double] { populations.individuals(at: level).compactMap(\.merit.values.first) }
        // Worse than its target: no place, though it is better than the worst.
        populations.settle(new, try merit(2.5), at: 3, target: populations.individuals(at: 3)[0].number)
        #expect(values(3) == [1, 2, 3, 4])
        populations.settle(new, try merit(0.5), at: 3, target: populations.individuals(at: 3)[1].number)
        #expect(values(3) == [1, 0.5, 3, 4] && values(0) == [1, 2, 3, 4])
        // One that came from below takes the worst place.
        populations.settle(new, try merit(2), at: 0, target: nil)
        #expect(values(0) == [1, 2, 3, 2])
        populations.settle(new, try merit(9), at: 0, target: nil)
        #expect(values(0) == [1, 2, 3, 2])
        // Measured anew at the same budget.
        populations.resettle(new, try merit(7), at: 3)
        #expect(values(3) == [1, 7, 3, 4])
    }

    private func state() -> EvolutionaryHyperbandState {
        let problem = SearchProblem(space: NamedSpace.mixed.space, seed: 3, fidelity: FidelityRange(low: 1, high: 27))
        return EvolutionaryHyperbandState(problem, BudgetPopulations(Self.axes, size: 6), TrialLedger(problem.space, lattice: nil, recombines: true))
    }

    private func ask(_ state: inout EvolutionaryHyperbandState, _ trial: Int, _ budget: Double?) throws {
        guard case .configuration(let configuration) = state.suggestion(trial, budget) else { return #expect(Bool(false), "exhausted") }
        state.observe(.pending(trial: trial, configuration))
    }

    private func values(_ state: EvolutionaryHyperbandState, _ level: Int) -> [Double] {
        state.populations.individuals(at: level).compactMap(\.merit.values.first)
    }

    /// A child takes the place of the individual that it was bred for: the engine tells no sampler which one that was.
    @Test func childrenOfAllBudgetsTakeTheirTargetsPlaces() throws {
        var state = state()
        for trial in 0..<6 {
            try ask(&state, trial, 3)
            state.observe(.finished(trial: trial, .pruned(step: 3, value: Double(trial))))
            state.observe(.pending(trial: trial, NamedSpace.mixed.space.defaults))
            state.observe(.finished(trial: trial, .complete([Double(trial)])))
        }
        let low = BudgetLevel.level(of: 3)
        #expect(values(state, low) == [0, 1, 2, 3, 4, 5] && values(state, BudgetLevel.full) == [0, 1, 2, 3, 4, 5])
        // Four at once, in turn for both budgets: targets 0 and 1 of each.
        for trial in 6..<10 { try ask(&state, trial, trial % 2 == 0 ? 3 : nil) }
        for trial in [8, 7, 9, 6] {
            state.observe(.finished(trial: trial, trial % 2 == 0 ? .pruned(step: 3, value: -Double(trial)) : .complete([-Double(trial)])))
        }
        #expect(values(state, low) == [-6, -8, 2, 3, 4, 5])
        #expect(values(state, BudgetLevel.full) == [-7, -9, 2, 3, 4, 5])
    }

    @Test func failuresHaveNoPlace() throws {
        var state = state()
        for trial in 0..<12 {
            try ask(&state, trial, 3)
            state.observe(.finished(trial: trial, trial % 2 == 0 ? .failed : .pruned(step: 3, value: .nan)))
        }
        #expect(state.populations.count == 0)
        try ask(&state, 12, 3)
    }

    /// What is best at a small budget is worst at the full one: each budget's children follow its own values.
    @Test func childrenFollowTheValuesOfTheirBudget() throws {
        let space = NamedSpace.mixed.space
        let bowl = Lab.bowl(space)
        var lab = try BudgetLab("dehb", "hyperband", space)
        try lab.run(250) { _, configuration, step in .value(step < 27 ? -bowl(configuration) : bowl(configuration)) }
        var sampler = lab.sampler
        func mean(_ budget: Double?) throws -> Double {
            try (1_000..<1_060).reduce(0) { sum, trial in
                guard case .configuration(let configuration) = try sampler.suggest(trial: trial, budget: budget) else { return sum }
                return sum + bowl(configuration) / 60
            }
        }
        let (low, full) = (try mean(1), try mean(nil))
        #expect(full < 0.6 * low, "\(full) \(low)")
    }
}
