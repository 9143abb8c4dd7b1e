import TunedSpace

/// Every configuration once, in a fixed order: the last parameters of the schema vary fastest.
///
/// Countable parameters take all their values. Continuous ones take `points` values (setting, 1 to 1,000, default 10),
/// evenly spaced on their scale with both ends among them. Conditions are followed: a parameter that is inactive is not
/// varied. Points that break a rule are not in the grid. What was tried already, by whomever, is passed over, so a grid resumes where it stood.
struct GridSampler: Sampler {
    static let defaultPoints = 10

    let identity = SamplerIdentity(name: "grid", revision: 1)
    /// Why it was taken, where nobody asked for it by name.
    var reason: String?
    var explanation: String {
        "grid of \(isListed ? "" : "at most ")\(grid.count) configurations" + (isListed ? "" : ", without those that break a rule")
            + (reason.map { ": \($0)" } ?? "")
    }
    var size: UInt64? { isListed ? grid.count : nil }
    var learnsFromResults: Bool { false }

    /// Points that break a rule and are passed over in one suggestion, at most.
    private static let maximumSkips = 10_000_000

    private let space: SearchSpace
    private let grid: ConfigurationLattice
    /// Whether the grid has legal points alone; else they are too many to be listed, and it is looked at point by point.
    private let isListed: Bool
    /// Trials of each point of the grid, by its number. Only looked up, never iterated.
    private var asked: [UInt64: Int] = [:]
    /// Every number below has been asked or breaks a rule; nil where each suggestion counts from the start.
    private var firstLeft: UInt64?
    private var pending: [Int: UInt64] = [:]

    init(_ problem: SearchProblem, _ settings: inout MethodSettings, caching: Bool) throws(SearchError) {
        let points = try settings.integer("points", default: Self.defaultPoints, in: 1...1_000)
        space = problem.space
        let listed = problem.space.grid(pointsPerFloat: points)
        isListed = listed != nil
        guard let grid = listed ?? problem.space.grid(pointsPerFloat: points, followingRules: false) else {
            throw SearchError(
                .problem, path: "settings.points",
                "a grid over this space has more than 2^64 configurations; take another sampler, fewer points, or a narrower space")
        }
        guard grid.count > 0 else {
            throw SearchError(
                .problem, path: "settings.points",
                "no point of the grid keeps the rules; take more points, or another sampler")
        }
        self.grid = grid
        firstLeft = caching ? 0 : nil
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .pending(let trial, let configuration):
            guard let number = grid.number(of: configuration) else { return }
            pending[trial] = number
            asked[number, default: 0] += 1
            while let first = firstLeft, asked[first] != nil { firstLeft = first + 1 }
        case .report, .switched: break
        case .finished(let trial, let outcome):
            guard let number = pending.removeValue(forKey: trial), outcome == .cancelled, let count = asked[number]
            else { return }
            asked[number] = count > 1 ? count - 1 : nil
            if count == 1, let first = firstLeft { firstLeft = min(first, number) }
        }
    }

    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion {
        var number = firstLeft ?? 0
        var skips = 0
        while number < grid.count {
            if asked[number] == nil {
                let configuration = grid.configuration(at: number)
                if isListed || space.isLegal(configuration) {
                    // So that the next suggestion does not pass over the same points again.
                    if firstLeft != nil { firstLeft = number }
                    return .configuration(configuration)
                }
                skips += 1
                guard skips < Self.maximumSkips else {
                    throw SearchError(
                        .problem, path: "settings.points",
                        "\(skips) points of the grid in a row break a rule; take another sampler, fewer points, or a narrower space")
                }
            }
            number += 1
        }
        return .exhausted
    }
}
