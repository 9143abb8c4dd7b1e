import Glibc
import TunedNumerics
import TunedSpace

/// The individuals of a differential evolution, and those that were replaced (current-to-pbest/1/bin with archive: J. Zhang and
/// A. C. Sanderson 2009, JADE; R. Tanabe and A. Fukunaga 2014, L-SHADE).
struct DifferentialPopulation: Sendable {
    struct Individual: Sendable {
        /// Of the lineage: a child that replaces its target takes it over.
        let number: Int
        var genotype: Genotype
        var merit: Merit
    }

    /// A child that is to be tried against its target.
    struct Child: Sendable {
        var target: Int
        var genotype: Genotype
        var scale: Double
        var crossover: Double
    }

    /// p, the share of the individuals that count as best, and the archive's size relative to the population's.
    private static let bestShare = 0.11
    private static let archiveRate = 2.6
    /// Chance for a category that is crossed over to be drawn anew, so that none is lost for good.
    private static let mutation = 0.1

    let axes: EvolutionAxes
    private(set) var individuals: [Individual] = []
    private var archive: [Genotype] = []
    private var numbers = 0
    /// By place in ``individuals``: those that are better. Kept up with every change.
    private var places: [Int] = []

    init(_ axes: EvolutionAxes) { self.axes = axes }

    // MARK: Breeding

    func child(of place: Int, _ history: SuccessHistory, _ random: inout CounterRandom) -> Child {
        let target = individuals[place]
        let (scale, crossover) = history.draw(&random)
        let order = individuals.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        let bestCount = max(2, Int((Self.bestShare * Double(individuals.count)).rounded()))
        let best = individuals[order[random.index(below: min(bestCount, order.count))]].genotype
        // r1 differs from the target; r2, which may come from the archive, from both.
        let first = (place + 1 + random.index(below: individuals.count - 1)) % individuals.count
        var second = random.index(below: individuals.count - 2 + archive.count)
        for taken in [min(place, first), max(place, first)] where second >= taken { second += 1 }
        let one = individuals[first].genotype
        let other = second < individuals.count ? individuals[second].genotype : archive[second - individuals.count]

        var genotype = target.genotype
        let forced = axes.count > 0 ? random.index(below: axes.count) : 0
        for axis in axes.numbers.indices where random.uniform() < crossover || axis == forced {
            let own = target.genotype.numbers[axis]
            let donor = own + scale * (best.numbers[axis] - own) + scale * (one.numbers[axis] - other.numbers[axis])
            // Beyond an end: halfway there (JADE, section III-B).
            genotype.numbers[axis] = donor < 0 ? own / 2 : donor > 1 ? (1 + own) / 2 : donor
        }
        for axis in axes.categories.indices where random.uniform() < crossover || axis + axes.numbers.count == forced {
            // Each difference, where there is one, is followed with the chance F.
            if random.uniform() < scale { genotype.categories[axis] = best.categories[axis] }
            if one.categories[axis] != other.categories[axis], random.uniform() < scale {
                genotype.categories[axis] = one.categories[axis]
            }
            if random.uniform() < Self.mutation { genotype.categories[axis] = random.index(below: axes.categoryCounts[axis]) }
        }
        if isNearlyEqual(genotype, target.genotype), axes.count > 0 { renew(forced, in: &genotype, &random) }
        return Child(target: target.number, genotype: genotype, scale: scale, crossover: crossover)
    }

    /// Where the population has come together, differences lead nowhere.
    private func isNearlyEqual(_ a: Genotype, _ b: Genotype) -> Bool {
        a.categories == b.categories && zip(a.numbers, b.numbers).allSatisfy { abs($0 - $1) < 1e-9 }
    }

    private func renew(_ axis: Int, in genotype: inout Genotype, _ random: inout CounterRandom) {
        if axis < axes.numbers.count {
            genotype.numbers[axis] = random.uniform()
        } else {
            let category = axis - axes.numbers.count
            genotype.categories[category] = random.index(below: axes.categoryCounts[category])
        }
    }

    /// Whether an individual stands for this configuration.
    func contains(_ configuration: Configuration) -> Bool {
        individuals.contains { axes.configuration(of: $0.genotype) == configuration }
    }

    // MARK: Selecting

    mutating func add(_ genotype: Genotype, _ merit: Merit) {
        individuals.append(Individual(number: numbers, genotype: genotype, merit: merit))
        numbers += 1
        rank()
    }

    /// The child takes its target's place unless it is worse.
    /// - Returns: whether it is better, and by how much where both have a value; nil where the lineage has died out.
    mutating func challenge(_ number: Int, _ genotype: Genotype, _ merit: Merit) -> (isBetter: Bool, gain: Double?)? {
        guard let place = individuals.firstIndex(where: { $0.number == number }) else { return nil }
        let parent = individuals[place]
        let comparison = merit.compared(to: parent.merit)
        switch comparison {
        case .worse: return (false, nil)
        case .equal: break
        case .better: keep(parent.genotype)
        case .incomparable:
            let better = individuals.count { $0.merit.compared(to: merit) == .better }
            guard better <= places[place] else { return (false, nil) }
            keep(parent.genotype)
        }
        individuals[place].genotype = genotype
        individuals[place].merit = merit
        rank()
        guard comparison != .equal else { return (false, nil) }
        var gain: Double?
        if merit.standing == .complete, parent.merit.standing == .complete, merit.values.count == 1 {
            // Halves, so that the difference of two large numbers stays finite.
            gain = parent.merit.values[0] / 2 - merit.values[0] / 2
        }
        return (true, gain)
    }

    /// A trial without a target takes the worst place if it is better.
    mutating func immigrate(_ genotype: Genotype, _ merit: Merit) {
        guard let worst = worstPlace, merit.compared(to: individuals[worst].merit) == .better else { return }
        keep(individuals[worst].genotype)
        individuals[worst] = Individual(number: numbers, genotype: genotype, merit: merit)
        numbers += 1
        rank()
    }

    /// What an individual is worth has become known anew.
    /// - Returns: false where there is none with this genotype.
    mutating func remeasure(_ genotype: Genotype, _ merit: Merit) -> Bool {
        guard let place = individuals.firstIndex(where: { $0.genotype == genotype }) else { return false }
        individuals[place].merit = merit
        rank()
        return true
    }

    /// The best ones, the best first.
    func best(_ count: Int) -> [Individual] {
        individuals.indices.sorted { (places[$0], $0) < (places[$1], $1) }.prefix(max(count, 0)).map { individuals[$0] }
    }

    /// Takes the units of broken constraints anew.
    mutating func measure(by scale: ViolationScale) {
        for index in individuals.indices { individuals[index].merit.measure(by: scale) }
        rank()
    }

    /// Drops the worst ones.
    mutating func shrink(to count: Int) {
        while individuals.count > max(count, 4), let worst = worstPlace {
            individuals.remove(at: worst)
            rank()
        }
        trimArchive()
    }

    private var worstPlace: Int? { individuals.indices.max { (places[$0], $0) < (places[$1], $1) } }

    private mutating func rank() { places = Merit.places(individuals.map(\.merit)) }

    private mutating func keep(_ genotype: Genotype) {
        archive.append(genotype)
        trimArchive()
    }

    /// The oldest go first, where L-SHADE takes random ones: no state but the observations is needed.
    private mutating func trimArchive() {
        let limit = Int(Self.archiveRate * Double(individuals.count))
        if archive.count > limit { archive.removeFirst(archive.count - limit) }
    }
}
