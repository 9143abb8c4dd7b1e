import TunedSpace

/// What a Parzen sampler estimates, and chooses, at once: all parameters, those that are always active together, or each by itself.
package enum ParzenKernel: String, CaseIterable, Sendable {
    case multivariate, univariate, grouped
}

/// Parameters that are active in the same trials, divided into the parts that have densities of their own.
package struct ParzenGroup: Sendable {
    package let columns: [Int]
    package let parts: [ParzenAxes]
    /// Those that a trial must have to be one of the group's: all that have conditions, but of `multivariate` none.
    private let required: [Int]

    func has(_ row: Int, of history: TrialHistory) -> Bool {
        required.allSatisfy { !history.coordinates[row * history.dimensions + $0].isNaN }
    }

    /// In an order in which each comes after the parents of its conditions.
    package static func all(_ kernel: ParzenKernel, of space: ParzenAxes) -> [ParzenGroup] {
        if kernel == .multivariate { return [ParzenGroup(columns: Array(space.axes.indices), parts: [space], required: [])] }
        return together(space).map { columns in
            let parts = kernel == .grouped ? [columns.sorted()] : columns.map { [$0] }
            return ParzenGroup(columns: columns, parts: parts.map(space.part), required: columns.filter { !space.axes[$0].conditions.isEmpty })
        }
    }

    /// The parameters by where they are active. That is a box over the parents, the parents' parents and so on: of each, the values under which
    /// the parameter is active, left out where it does not matter which. Two parameters are always active together where the boxes are equal.
    private static func together(_ space: ParzenAxes) -> [[Int]] {
        var boxes = [[Int: [Double]]](repeating: [:], count: space.axes.count)
        var places: [[Int: [Double]]: Int] = [:]
        var groups: [[Int]] = []
        for column in space.order {
            for (parent, coordinates) in space.axes[column].conditions {
                let values = Set(coordinates).sorted()
                let isAny = space.axes[parent].scale.cellCount.map { $0 == UInt64(values.count) } ?? false
                let own = isAny ? [:] : [parent: values]
                for box in [boxes[parent], own] { boxes[column].merge(box) { old, new in old.filter(new.contains) } }
            }
            if let place = places[boxes[column]] {
                groups[place].append(column)
            } else {
                places[boxes[column]] = groups.count
                groups.append([column])
            }
        }
        return groups
    }
}
