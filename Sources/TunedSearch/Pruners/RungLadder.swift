internal import Glibc

/// Budgets of the rungs, low * eta^k, the last one the full budget, without one just below it, which would save little (K. Jamieson and A. Talwalkar 2016: Non-stochastic best arm
/// identification and hyperparameter optimization, section 3; L. Li et al. 2020, arXiv 1810.05934, section 3.2).
struct RungLadder: Hashable, Sendable {
    let eta: Double
    /// Ascending; the last one is the full budget.
    let budgets: [Double]

    private static let tolerance = 1e-9
    /// Any 64-bit range has fewer where eta is 2; where eta is next to 1 there must be an end.
    private static let limit = 64

    init(_ fidelity: FidelityRange, eta: Double) {
        self.eta = eta
        var budgets: [Double] = []
        while budgets.count < Self.limit - 1 {
            let budget = fidelity.low * pow(eta, Double(budgets.count))
            guard budget < fidelity.high * (1 - Self.tolerance) else { break }
            budgets.append(budget)
        }
        if let last = budgets.last, last * eta.squareRoot() > fidelity.high { budgets.removeLast() }
        self.budgets = budgets + [fidelity.high]
    }

    private init(eta: Double, budgets: [Double]) {
        self.eta = eta
        self.budgets = budgets
    }

    var top: Int { budgets.count - 1 }

    /// Without its lowest rungs, but always with the last one.
    func without(lowest count: Int) -> RungLadder { RungLadder(eta: eta, budgets: Array(budgets[min(count, top)...])) }

    /// The rung that a budget reaches; the lowest where it reaches none.
    func rung(of budget: Double?) -> Int {
        guard let budget else { return top }
        return budgets.lastIndex { $0 <= budget * (1 + Self.tolerance) } ?? 0
    }

    /// Of a rung as a contract's budget: nil is the full one.
    func budget(of rung: Int) -> Double? { rung >= top ? nil : budgets[rung] }

    /// How many of so many go on: the best 1/eta of them.
    func share(of count: Int) -> Int { Int((Double(count) / eta + Self.tolerance).rounded(.down)) }

    func share(of count: Int, rungs: Int) -> Int {
        Int((Double(count) / pow(eta, Double(rungs)) + Self.tolerance).rounded(.down))
    }

    var shown: String { budgets.map { Losses.shown($0) }.joined(separator: ", ") }

    /// Reads `min`, `reduction` and the problem's fidelity.
    static func read(
        _ problem: PrunerProblem, _ settings: inout MethodSettings, of name: String
    ) throws(SearchError) -> RungLadder {
        guard let fidelity = problem.fidelity else {
            throw SearchError(
                .problem,
                "the pruner \(name) gives trials budgets, and no fidelity is declared; declare one, or take a pruner that judges reports, such as median")
        }
        guard fidelity.low > 0, fidelity.low <= fidelity.high, fidelity.high.isFinite else {
            throw SearchError(.problem, "a fidelity goes from more than 0 to no less than that, found \(fidelity.low) to \(fidelity.high)")
        }
        let eta = try settings.number("reduction", default: 3, in: 1.1...1_000)
        let low = try settings.number("min", default: fidelity.low, in: fidelity.low...fidelity.high)
        return RungLadder(FidelityRange(low: low, high: fidelity.high), eta: eta)
    }
}
