import Glibc

/// Independent distributions over the choices of categorical parameters, which follow the natural gradient of the expected rank as a Gaussian
/// does in CMA-ES, and keep a margin for each choice (R. Hamano et al. 2024: CatCMA, stochastic optimization for mixed-category problems).
struct CategoryDistribution: Sendable {
    /// q, by parameter and choice; each sums to 1.
    private(set) var chances: [[Double]]
    /// q_min: so that every parameter together differs from the likeliest choice in a share of 0.27 of the points (CatCMA, section 4.3).
    private let margins: [Double]

    init(counts: [Int]) {
        chances = counts.map { Array(repeating: 1 / Double($0), count: $0) }
        let share = 1 - pow(0.73, 1 / Double(max(counts.count, 1)))
        margins = counts.map { min(share / Double(max($0 - 1, 1)), 0.5 / Double($0)) }
    }

    /// The choice at a place in [0, 1) of the cumulated distribution.
    func choice(of parameter: Int, at place: Double) -> Int {
        var rest = place
        for (choice, chance) in chances[parameter].enumerated() {
            rest -= chance
            if rest < 0 { return choice }
        }
        return chances[parameter].count - 1
    }

    /// q <- q + rate Σ w_i (c_i - q) over the points where the parameter is active.
    mutating func learn(_ parameter: Int, rate: Double, choices: [(choice: Int, weight: Double)]) {
        var gradient = [Double](repeating: 0, count: chances[parameter].count)
        let total = choices.reduce(0) { $0 + $1.weight }
        for (choice, weight) in choices { gradient[choice] += weight }
        for choice in gradient.indices {
            chances[parameter][choice] += rate * (gradient[choice] - total * chances[parameter][choice])
        }
        keepMargin(parameter)
    }

    /// Starts from counts of good choices, each choice counted once more.
    mutating func begin(_ parameter: Int, counts: [Int]) {
        let total = Double(counts.reduce(0, +) + counts.count)
        chances[parameter] = counts.map { Double($0 + 1) / total }
        keepMargin(parameter)
    }

    /// The margin correction: raise what is below it, and take that from the others by their excess.
    private mutating func keepMargin(_ parameter: Int) {
        let margin = margins[parameter]
        var q = chances[parameter].map { max($0, margin) }
        let surplus = q.reduce(0, +) - 1
        let excess = q.reduce(0) { $0 + $1 - margin }
        if excess > 0 { q = q.map { $0 - surplus * ($0 - margin) / excess } }
        chances[parameter] = q
    }
}
