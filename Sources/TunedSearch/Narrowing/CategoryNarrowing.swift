import TunedSpace

/// The choices that are left of a category.
///
/// One is dropped where none of the m good trials has it, though n of all N trials tried it, and m trials drawn from
/// the N at random would miss it with a chance below 5%: (N - n)! (N - m)! / (N! (N - n - m)!), the hypergeometric
/// distribution. Of an ordinal only those beyond all that are kept are dropped.
enum CategoryNarrowing {
    static let chance = 0.05

    static func change(_ parameter: Parameter, _ evidence: ParameterEvidence) -> NarrowingChange {
        let name = parameter.name
        let scale = UnitScale(parameter)
        let isOrdinal = if case .ordinal = parameter.domain { true } else { false }
        func cell(_ place: Double) -> Int {
            isOrdinal ? Int(scale.cell(at: place, of: scale.cellCount ?? 1)) : Int(place)
        }
        let count = parameter.categories.count
        var (good, all) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
        for place in evidence.good { good[cell(place)] += 1 }
        for place in evidence.all { all[cell(place)] += 1 }
        let isDropped = good.indices.map { index in
            good[index] == 0 && chanceOfNone(of: all[index], among: evidence.good.count, of: evidence.all.count) < chance
        }
        var kept = good.indices.filter { !isDropped[$0] }
        if isOrdinal, let first = kept.first, let last = kept.last { kept = Array(first...last) }
        let dropped = good.indices.filter { index in !kept.contains(index) }
        guard !dropped.isEmpty, !kept.isEmpty else {
            return .keep(
                evidence.good.isEmpty
                    ? "None of the good trials uses \(name)."
                    : "Each choice of \(name) is among the good trials, or was tried too seldom to tell.")
        }
        let names = dropped.prefix(5).compactMap { parameter.json(of: .category(parameter.categories[$0])) }
            .map { $0.stringValue ?? $0.text() }
        let list = names.joined(separator: " or ") + (dropped.count > 5 ? " or \(dropped.count - 5) others" : "")
        let tried = dropped.reduce(0) { $0 + all[$1] }
        return NarrowingChange(
            action: .narrow,
            fields: .object(["choices": .array(kept.compactMap { parameter.json(of: .category(parameter.categories[$0])) })]),
            reason: "None of the \(evidence.good.count) good trials has \(name) = \(list), "
                + "which \(tried) of \(evidence.all.count) trials tried.")
    }

    /// The chance that a random draw of `good` of `all` trials has none of `tried`.
    static func chanceOfNone(of tried: Int, among good: Int, of all: Int) -> Double {
        guard tried + good <= all else { return 0 }
        return (0..<good).reduce(1) { $0 * Double(all - tried - $1) / Double(all - $1) }
    }
}
