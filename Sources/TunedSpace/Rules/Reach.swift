/// The values that a parameter may still have: disjoint ranges, ascending. Cells for a countable parameter, numbers for a
/// continuous one; both sides of an operation are of the same kind.
enum Reach: Hashable, Sendable {
    case cells([ClosedRange<UInt64>])
    case numbers([ClosedRange<Double>])

    /// All values of a parameter.
    init(_ parameter: Parameter) {
        if let count = parameter.cellCount {
            self = .cells(count > 0 ? [0...count - 1] : [])
        } else if case .float(let float) = parameter.domain {
            self = .numbers([float.low...float.high])
        } else {
            self = .cells([])
        }
    }

    /// The values that a test lets pass.
    init(_ test: ValueTest, of parameter: Parameter) {
        switch test.wanted {
        case .values(let values): self = .cells(Self.ranges(of: values, parameter))
        case .others(let values): self = Reach(parameter).subtracting(.cells(Self.ranges(of: values, parameter)))
        case .range(let low, let high):
            self = Reach(parameter).clipped(low, high, parameter)
        }
    }

    init(values: [ParameterValue], of parameter: Parameter) { self = .cells(Self.ranges(of: values, parameter)) }

    private static func ranges(of values: [ParameterValue], _ parameter: Parameter) -> [ClosedRange<UInt64>] {
        var ranges: [ClosedRange<UInt64>] = []
        for cell in values.compactMap(parameter.cell(of:)).sorted() {
            if let last = ranges.last, cell <= last.upperBound || cell == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(cell, last.upperBound)
            } else {
                ranges.append(cell...cell)
            }
        }
        return ranges
    }

    var isEmpty: Bool {
        switch self {
        case .cells(let ranges): ranges.isEmpty
        case .numbers(let ranges): ranges.isEmpty
        }
    }

    var isSingle: Bool {
        switch self {
        case .cells(let ranges): ranges.count == 1 && ranges[0].count == 1
        case .numbers(let ranges): ranges.count == 1 && ranges[0].lowerBound == ranges[0].upperBound
        }
    }

    func intersection(_ other: Reach) -> Reach {
        switch (self, other) {
        case (.cells(let a), .cells(let b)): .cells(Self.intersection(a, b))
        case (.numbers(let a), .numbers(let b)): .numbers(Self.intersection(a, b))
        case (.cells, .numbers), (.numbers, .cells): .cells([])
        }
    }

    func subtracting(_ other: Reach) -> Reach {
        switch (self, other) {
        case (.cells(let a), .cells(let b)): .cells(Self.subtraction(a, b, before: { $0 - 1 }, after: { $0 + 1 }))
        case (.numbers(let a), .numbers(let b)): .numbers(Self.subtraction(a, b, before: \.nextDown, after: \.nextUp))
        case (.cells, .numbers), (.numbers, .cells): self
        }
    }

    // Both lists ascend, so one pass over them is enough: a list of choices may have thousands of gaps.

    private static func intersection<Bound>(_ a: [ClosedRange<Bound>], _ b: [ClosedRange<Bound>]) -> [ClosedRange<Bound>] {
        var result: [ClosedRange<Bound>] = []
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if a[i].overlaps(b[j]) {
                result.append(max(a[i].lowerBound, b[j].lowerBound)...min(a[i].upperBound, b[j].upperBound))
            }
            if a[i].upperBound < b[j].upperBound { i += 1 } else { j += 1 }
        }
        return result
    }

    private static func subtraction<Bound>(
        _ a: [ClosedRange<Bound>], _ b: [ClosedRange<Bound>], before: (Bound) -> Bound, after: (Bound) -> Bound
    ) -> [ClosedRange<Bound>] {
        var result: [ClosedRange<Bound>] = []
        var hole = 0
        for range in a {
            while hole < b.count, b[hole].upperBound < range.lowerBound { hole += 1 }
            var (start, isOpen) = (range.lowerBound, true)
            while hole < b.count, b[hole].lowerBound <= range.upperBound {
                if start < b[hole].lowerBound { result.append(start...before(b[hole].lowerBound)) }
                guard b[hole].upperBound < range.upperBound else {
                    isOpen = false
                    break
                }
                start = after(b[hole].upperBound)
                hole += 1
            }
            if isOpen { result.append(start...range.upperBound) }
        }
        return result
    }

    // MARK: Numbers

    /// Least and greatest number; nil where nothing is left.
    func hull(of parameter: Parameter) -> (low: Double, high: Double)? {
        switch self {
        case .cells(let ranges):
            guard let first = ranges.first, let last = ranges.last else { return nil }
            return (parameter.number(ofCell: first.lowerBound), parameter.number(ofCell: last.upperBound))
        case .numbers(let ranges):
            guard let first = ranges.first, let last = ranges.last else { return nil }
            return (first.lowerBound, last.upperBound)
        }
    }

    /// Without the numbers below `low` and above `high`.
    func clipped(_ low: Double, _ high: Double, _ parameter: Parameter) -> Reach {
        guard !low.isNaN, !high.isNaN, low <= high, let hull = hull(of: parameter), low <= hull.high, high >= hull.low
        else { return empty }
        switch self {
        case .numbers(let ranges):
            return .numbers(Self.intersection(ranges, [max(low, hull.low)...min(high, hull.high)]))
        case .cells(let ranges):
            guard let first = ranges.first?.lowerBound, let last = ranges.last?.upperBound else { return self }
            let from = low <= hull.low ? first : Self.cell(first...last) { parameter.number(ofCell: $0) >= low }
            let to = high >= hull.high ? last + 1 : Self.cell(first...last) { parameter.number(ofCell: $0) > high }
            guard from < to else { return empty }
            return .cells(Self.intersection(ranges, [from...to - 1]))
        }
    }

    private var empty: Reach {
        switch self {
        case .cells: .cells([])
        case .numbers: .numbers([])
        }
    }

    /// The first cell for which the predicate holds, which it does from some cell on; one past the last where it never does.
    private static func cell(_ cells: ClosedRange<UInt64>, _ predicate: (UInt64) -> Bool) -> UInt64 {
        var (low, high) = (cells.lowerBound, cells.upperBound + 1)
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: The nearest

    func nearestCell(to cell: UInt64) -> UInt64? {
        guard case .cells(let ranges) = self else { return nil }
        return Self.nearest(to: cell, in: ranges) { $0 > $1 ? $0 - $1 : $1 - $0 }
    }

    /// The cell whose number is nearest.
    func nearestCell(toNumber number: Double, of parameter: Parameter) -> UInt64? {
        guard case .cells(let ranges) = self, let first = ranges.first?.lowerBound, let last = ranges.last?.upperBound
        else { return nil }
        let above = min(Self.cell(first...last) { parameter.number(ofCell: $0) >= number }, last)
        let below = above > first ? above - 1 : above
        return Self.nearest(to: above, in: ranges) { candidate, _ in abs(parameter.number(ofCell: candidate) - number) }
            .map { candidate in
                guard let other = nearestCell(to: below) else { return candidate }
                return abs(parameter.number(ofCell: other) - number) < abs(parameter.number(ofCell: candidate) - number)
                    ? other : candidate
            }
    }

    func nearestNumber(to number: Double) -> Double? {
        guard case .numbers(let ranges) = self else { return nil }
        return Self.nearest(to: number, in: ranges) { abs($0 / 2 - $1 / 2) }
    }

    private static func nearest<Bound, Distance: Comparable>(
        to value: Bound, in ranges: [ClosedRange<Bound>], _ distance: (Bound, Bound) -> Distance
    ) -> Bound? {
        var best: (value: Bound, distance: Distance)?
        for range in ranges {
            let candidate = min(max(value, range.lowerBound), range.upperBound)
            let distance = distance(candidate, value)
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.value
    }
}

extension Parameter {
    /// Of a numeric parameter (``isNumeric``): ascends with the cell.
    func number(ofCell cell: UInt64) -> Double { number(of: value(ofCell: cell)) ?? 0 }
}
