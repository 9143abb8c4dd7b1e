/// The pictures that there are.
package enum PictureKind: String, CaseIterable, Sendable {
    case history, intermediate, parallel, slice, importance, rungs, lineage, pareto

    /// In one line for a person.
    package var explanation: String {
        switch self {
        case .history: "values of the trials in their order, with the best so far"
        case .intermediate: "what trials reported at each step; those that were ended early told apart"
        case .parallel: "configurations as lines across all parameters; the better, the stronger and thicker"
        case .slice: "values over each parameter, one panel each"
        case .importance: "the share of each parameter in what makes trials differ"
        case .rungs: "how many trials reached each budget, with which value, and who went on"
        case .lineage: "the members of a population over its generations, and whose state each took over"
        case .pareto: "two objectives against each other, with the front of trials that none beats in both"
        }
    }
}

/// Why a picture would be empty, and what would change that.
package struct NothingToDraw: Error, Hashable, Sendable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}
