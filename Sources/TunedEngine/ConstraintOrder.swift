import TunedRecords

/// Where each of a study's outcome constraints stands among the values that a sampler is told: the study's bounds first, then those that
/// plugins report, in the order in which trials were the first to have them.
struct ConstraintOrder: Sendable {
    /// Only looked up, never iterated.
    private var places: [String: Int] = [:]

    init(_ declaration: StudyDeclaration) {
        for bound in declaration.boundMetrics where places[bound.constraint.text] == nil { places[bound.constraint.text] = places.count }
    }

    /// The next trial's values in their order; NaN where it has none.
    mutating func values(of constraints: [ConstraintValue]) -> [Double] {
        if constraints.isEmpty { return [] }
        for constraint in constraints where places[constraint.name] == nil { places[constraint.name] = places.count }
        var values = [Double](repeating: .nan, count: places.count)
        for constraint in constraints {
            if let place = places[constraint.name] { values[place] = constraint.value }
        }
        return values
    }
}
