/// The weights of a generation's members by their rank. Members that tie share the mean of their ranks' weights; a failed one never draws
/// the mean towards it, whatever its rank.
struct RankWeights: Sendable {
    /// By member; they sum to 1 where any member tells something.
    private(set) var positive: [Double]
    private(set) var negative: [Double]
    /// μ_eff of the weights as they are.
    private(set) var effectiveSize = 0.0
    /// Whether there is anything to choose between.
    private(set) var isInformative = false

    init(_ merits: [Merit], _ constants: EvolutionConstants) {
        let places = Merit.places(merits)
        let order = merits.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        positive = Array(repeating: 0, count: merits.count)
        negative = positive
        var start = 0
        var groups = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, places[order[end]] == places[order[start]] { end += 1 }
            let size = Double(end - start)
            let up = constants.positiveWeights[start..<end].reduce(0, +) / size
            let down = constants.negativeWeights[start..<end].reduce(0, +) / size
            for member in order[start..<end] {
                positive[member] = merits[member].standing == .failed ? 0 : up
                negative[member] = down
            }
            groups += 1
            start = end
        }
        let sum = positive.reduce(0, +)
        guard sum > 0, groups > 1 else { return }
        isInformative = true
        for member in positive.indices { positive[member] /= sum }
        effectiveSize = 1 / positive.reduce(0) { $0 + $1 * $1 }
    }
}
