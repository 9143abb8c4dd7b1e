/// A parameter with countable values is seen as cells 0, 1, 2, ...: the integers by their step, the points of a stepped
/// float, the allowed categories in the order of the choices.
extension Parameter {
    /// Number of values; nil for a float without a step, unless it is fixed.
    package var cellCount: UInt64? {
        switch domain {
        case .float(let float):
            if float.low == float.high { return 1 }
            return float.step.map { UInt64(((float.high - float.low) / $0 * (1 + 1e-12)).rounded(.down)) + 1 }
        case .integer(let integer): return UInt64(integer.high - integer.low) / UInt64(integer.step) + 1
        case .categorical, .ordinal, .boolean: return UInt64(allowed?.count ?? declaredCategoryCount)
        }
    }

    /// The allowed categories, ascending.
    package var categories: [Int] { allowed ?? Array(0..<declaredCategoryCount) }

    var declaredCategoryCount: Int {
        switch domain {
        case .categorical(let choices), .ordinal(let choices): choices.count
        case .boolean: 2
        case .float, .integer: 0
        }
    }

    /// The value of a cell in `0..<cellCount`.
    package func value(ofCell cell: UInt64) -> ParameterValue {
        switch domain {
        case .float(let float):
            let point = float.low + Double(cell) * (float.step ?? 0)
            return .float(min(point, float.high))
        case .integer(let integer): return .integer(integer.low + Int64(cell) * integer.step)
        case .categorical, .ordinal, .boolean: return .category(allowed?[Int(cell)] ?? Int(cell))
        }
    }

    /// The cell of a value; nil where the value is not among the parameter's.
    package func cell(of value: ParameterValue) -> UInt64? {
        guard let count = cellCount else { return nil }
        switch (domain, value) {
        case (.float(let float), .float(let number)):
            guard number >= float.low, number <= float.high else { return nil }
            let position = float.step.map { (number - float.low) / $0 } ?? 0
            let cell = position.rounded()
            // Points written by hand (0.3 of a step 0.1) differ from low + k * step in the last bits.
            guard abs(position - cell) <= 1e-9 * max(1, cell), cell < Double(count) else { return nil }
            return UInt64(cell)
        case (.integer(let integer), .integer(let number)):
            guard number >= integer.low, number <= integer.high else { return nil }
            let (cell, rest) = UInt64(number - integer.low).quotientAndRemainder(dividingBy: UInt64(integer.step))
            return rest == 0 ? cell : nil
        case (.categorical, .category(let index)), (.ordinal, .category(let index)), (.boolean, .category(let index)):
            if let allowed { return allowed.firstIndex(of: index).map { UInt64($0) } }
            return (0..<declaredCategoryCount).contains(index) ? UInt64(index) : nil
        default: return nil
        }
    }

    /// Whether the value is one that the parameter may have.
    public func contains(_ value: ParameterValue) -> Bool {
        if case .float(let float) = domain, case .float(let number) = value, float.step == nil {
            return number >= float.low && number <= float.high
        }
        return cell(of: value) != nil
    }

    /// Whether only one value is left.
    public var isFixed: Bool { cellCount == 1 }

    /// What a person believes in, else the default where it is still among the parameter's values, else the middle of the
    /// domain: the geometric one on a logarithmic scale, and of a permutation the order of its items as declared.
    public var centralValue: ParameterValue {
        if let believedValue { return believedValue }
        if let defaultValue, contains(defaultValue) { return defaultValue }
        return UnitScale(self).value(at: permuted == nil ? 0.5 : 0)
    }
}
