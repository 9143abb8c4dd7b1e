/// What follows from a space's rules. Equal for equal rules and parameters, so that it says nothing in a comparison.
struct Legality: Hashable, Sendable {
    let system: RuleSystem
    /// A legal configuration near the centre.
    let witness: Configuration

    /// Nodes of the search when a space is made, where an error hangs on it.
    private static let maximumNodes = 20_000

    /// nil where there are no rules.
    init?(_ rules: [Rule], parameters: [Parameter], order: [Int]) throws(SpaceError) {
        guard !rules.isEmpty else { return nil }
        system = RuleSystem(rules, parameters: parameters, order: order)
        if system.isLegal(system.centre) {
            witness = system.centre
            return
        }
        var search = LegalSearch(system, near: [], maximumNodes: Self.maximumNodes)
        switch search.run() {
        case .found(let configuration): witness = configuration
        case .none:
            throw SpaceError(
                .illegal, path: "rules", "no configuration keeps all rules: \(Self.shown(rules, parameters))")
        case .gaveUp:
            throw SpaceError(
                .illegal, path: "rules",
                """
                no configuration that keeps all rules was found in \(Self.maximumNodes) steps; give defaults that keep them, or \
                widen: \(Self.shown(rules, parameters))
                """)
        }
    }

    private static func shown(_ rules: [Rule], _ parameters: [Parameter]) -> String {
        rules.prefix(5).map { $0.text(in: parameters) }.joined(separator: "; ") + (rules.count > 5 ? "; ..." : "")
    }

    static func == (a: Legality, b: Legality) -> Bool { a.witness == b.witness }

    func hash(into hasher: inout Hasher) {}
}
