internal import Glibc

/// One bracket of Hyperband: how many trials begin at the lowest of its rungs.
struct HyperbandPlan: Hashable, Sendable {
    let ladder: RungLadder
    let size: Int

    static let sizeLimit = 1_000_000

    /// The brackets of one round, the most exploratory first: that of s steps to the full budget begins with floor((smax + 1) / (s + 1))
    /// eta^s trials, which is Table 1 of L. Li et al. 2018 (Hyperband, JMLR 18); all cost about the same.
    static func all(_ ladder: RungLadder) -> [HyperbandPlan] {
        (0...ladder.top).map { skipped in
            let rungs = ladder.without(lowest: skipped)
            return HyperbandPlan(ladder: rungs, size: size(of: rungs, brackets: (ladder.top + 1) / (rungs.top + 1)))
        }
    }

    static func size(of ladder: RungLadder, brackets: Int) -> Int {
        Int(min(Double(sizeLimit), (Double(brackets) * pow(ladder.eta, Double(ladder.top))).rounded()))
    }
}
