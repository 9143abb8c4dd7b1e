import TunedNumerics
import TunedSpace

/// A subpopulation for each budget (N. Awad, N. Mallik and F. Hutter 2021: DEHB, evolutionary Hyperband for scalable, robust and efficient
/// hyperparameter optimization, section 4), bred by rand/1/bin (R. Storn and K. Price 1997: Differential evolution, equations 2, 4 and 5).
struct BudgetPopulations: Sendable {
    /// A child that is to be tried at a level.
    struct Child: Sendable {
        var genotype: Genotype
        /// The individual of that level whose place it may take; nil where it takes nobody's.
        var target: Int?
    }

    /// F and CR (the paper's appendix has both at a half).
    private static let scale = 0.5
    private static let crossover = 0.5
    /// Breeding takes a target and three more.
    static let leastParents = 4
    /// The best third of a lower budget: what Hyperband goes on with, usually.
    private static let bestShare = 3

    let axes: EvolutionAxes
    /// Individuals of each level.
    let size: Int
    /// Ascending.
    private(set) var levels: [Int] = []
    /// By place in ``levels``.
    private var populations: [DifferentialPopulation] = []

    init(_ axes: EvolutionAxes, size: Int) {
        self.axes = axes
        self.size = size
    }

    var count: Int { populations.reduce(0) { $0 + $1.individuals.count } }

    /// Levels whose children each have a target.
    var fullLevels: [Int] { levels.indices.filter { populations[$0].individuals.count >= size }.map { levels[$0] } }

    func individuals(at level: Int) -> [DifferentialPopulation.Individual] {
        levels.firstIndex(of: level).map { populations[$0].individuals } ?? []
    }

    // MARK: Breeding

    /// The subpopulation's own individuals; until it is full, with the best of the next lower budget, as many as it lacks. Where
    /// that is too few, those of the budgets below, and then of all (section 4.2 fills up from the global population).
    func parents(at level: Int) -> [Genotype] {
        var pool = individuals(at: level).map(\.genotype)
        guard pool.count < size else { return pool }
        let lower = levels.indices.filter { levels[$0] < level }.reversed()
        let higher = levels.indices.filter { levels[$0] > level }
        for (order, place) in (Array(lower) + higher).enumerated() {
            guard order == 0 && !lower.isEmpty || pool.count < Self.leastParents else { break }
            let population = populations[place]
            let share = max(population.individuals.count / Self.bestShare, Self.leastParents)
            // One that rose from there to here is among its own parents already.
            pool += population.best(min(size - pool.count, share)).map(\.genotype).filter { !pool.contains($0) }
        }
        return pool
    }

    /// nil where there are too few parents.
    /// - Parameter target: by place among the level's individuals, where all of these have a place.
    func child(at level: Int, target: Int?, _ random: inout CounterRandom) -> Child? {
        let pool = parents(at: level)
        guard pool.count >= Self.leastParents else { return nil }
        let own = target ?? random.index(below: pool.count)
        // Three that differ from each other and from the target.
        var others: [Int] = []
        while others.count < 3 {
            var place = random.index(below: pool.count - 1 - others.count)
            for taken in (others + [own]).sorted() where place >= taken { place += 1 }
            others.append(place)
        }
        let (first, second, third) = (pool[others[0]], pool[others[1]], pool[others[2]])

        var genotype = pool[own]
        let forced = axes.count > 0 ? random.index(below: axes.count) : 0
        for axis in axes.numbers.indices where random.uniform() < Self.crossover || axis == forced {
            let donor = first.numbers[axis] + Self.scale * (second.numbers[axis] - third.numbers[axis])
            // Beyond an end: anywhere, as the authors' implementation has it.
            genotype.numbers[axis] = donor < 0 || donor > 1 ? random.uniform() : donor
        }
        for axis in axes.categories.indices where random.uniform() < Self.crossover || axis + axes.numbers.count == forced {
            // Categories have no differences: where there is one, it is followed with the chance F.
            let isFollowed = second.categories[axis] != third.categories[axis] && random.uniform() < Self.scale
            genotype.categories[axis] = isFollowed ? second.categories[axis] : first.categories[axis]
        }
        return Child(genotype: genotype, target: target.map { individuals(at: level)[$0].number })
    }

    // MARK: Selecting

    /// A trial has a value at a level.
    /// - Parameter target: the individual whose place it may take; nil: it takes a free place, or the worst one if it is better.
    mutating func settle(_ genotype: Genotype, _ merit: Merit, at level: Int, target: Int?) {
        let place = place(of: level)
        if let target, populations[place].challenge(target, genotype, merit) != nil { return }
        if populations[place].individuals.count < size {
            populations[place].add(genotype, merit)
        } else {
            populations[place].immigrate(genotype, merit)
        }
    }

    /// A trial that had a value at this level has another one now.
    mutating func resettle(_ genotype: Genotype, _ merit: Merit, at level: Int) {
        if !populations[place(of: level)].remeasure(genotype, merit) { settle(genotype, merit, at: level, target: nil) }
    }

    private mutating func place(of level: Int) -> Int {
        if let place = levels.firstIndex(of: level) { return place }
        let place = levels.firstIndex { $0 > level } ?? levels.count
        levels.insert(level, at: place)
        populations.insert(DifferentialPopulation(axes), at: place)
        return place
    }

    /// Takes the units of broken constraints anew.
    mutating func measure(by scale: ViolationScale) {
        for place in populations.indices { populations[place].measure(by: scale) }
    }
}
