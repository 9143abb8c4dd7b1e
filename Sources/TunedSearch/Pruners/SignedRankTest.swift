import TunedNumerics

/// The signed-rank test for pairs (F. Wilcoxon 1945): whether differences tend to be positive.
///
/// Zeros are ranked with the others and then left out (J. W. Pratt 1959), ties get the mean of their ranks. The null distribution is that of
/// all signs of the ranks at hand, exact for up to ``exactLimit`` pairs that differ, beyond by the normal approximation with a correction
/// for continuity.
package enum SignedRankTest {
    package static let exactLimit = 25

    /// - Returns: the probability of positive ranks as large as these or larger, had each difference either sign with equal chance.
    package static func pValue(greater differences: [Double]) -> Double {
        let order = differences.map { $0.isNaN ? 0 : $0 }.sorted { abs($0) < abs($1) }
        // Twice the ranks: means of ties are whole then.
        var ranks: [Int] = []
        var positive = 0
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, abs(order[end]) == abs(order[start]) { end += 1 }
            let rank = start + 1 + end
            for difference in order[start..<end] where difference != 0 {
                ranks.append(rank)
                if difference > 0 { positive += rank }
            }
            start = end
        }
        guard !ranks.isEmpty else { return 1 }
        return ranks.count <= exactLimit ? exact(ranks, positive) : approximate(ranks, positive)
    }

    private static func exact(_ ranks: [Int], _ positive: Int) -> Double {
        let total = ranks.reduce(0, +)
        // By sum, the share of the signs that give it.
        var shares = [Double](repeating: 0, count: total + 1)
        shares[0] = 1
        var reach = 0
        for rank in ranks {
            reach += rank
            for sum in stride(from: reach, through: 0, by: -1) {
                shares[sum] = 0.5 * (shares[sum] + (sum >= rank ? shares[sum - rank] : 0))
            }
        }
        return min(1, shares[positive...].reversed().reduce(0, +))
    }

    private static func approximate(_ ranks: [Int], _ positive: Int) -> Double {
        let mean = 0.5 * Double(ranks.reduce(0, +))
        let variance = 0.25 * ranks.reduce(0.0) { $0 + Double($1) * Double($1) }
        // Sums of doubled ranks are two apart.
        return StandardNormal.cumulative(-(Double(positive) - mean - 1) / variance.squareRoot())
    }
}
