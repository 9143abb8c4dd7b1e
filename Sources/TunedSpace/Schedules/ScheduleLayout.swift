/// Where a scheduled parameter's shape and settings lie among the parameters of its space, and so its value at any progress.
public struct ScheduleLayout: Hashable, Sendable {
    /// The declared shapes, in the order of the choices.
    public var shapes: [Schedule.Shape]
    /// Index of the parameter that chooses among them; nil where there is one shape.
    public var shape: Int?
    /// By the numbers of ``Schedule/Setting``: its parameter's index, nil where no shape has it.
    public var settings: [Int?]
    /// Of an integer parameter, whose scheduled values are whole numbers within what it declares; nil for a float, which a schedule may
    /// take below its lower bound.
    public var range: ClosedRange<Double>?

    public init(shapes: [Schedule.Shape], shape: Int?, settings: [Int?], range: ClosedRange<Double>?) {
        self.shapes = shapes
        self.shape = shape
        self.settings = settings
        self.range = range
    }

    /// Whether all indices are those of some parameter of `count`, and each shape finds its settings.
    public func isComplete(among count: Int) -> Bool {
        guard !shapes.isEmpty, shape != nil || shapes.count == 1, settings.count == Schedule.Setting.allCases.count else { return false }
        let indices = shapes.flatMap(\.settings).map { settings[$0.rawValue] } + (shape.map { [$0] } ?? [])
        return indices.allSatisfy { $0.map { (0..<count).contains($0) } ?? false }
    }

    /// The parameter's value. Takes tens of nanoseconds and allocates nothing, so it may be asked for in every step.
    ///
    /// - Parameters:
    ///   - base: its value in the configuration.
    ///   - number: a parameter's number by its index, a category's place for one with choices.
    public func value(of base: Double, at progress: Double, _ number: (Int) -> Double) -> Double {
        let place = shape.map(number) ?? 0
        guard place >= 0, place < Double(shapes.count) else { return base }
        let schedule = Schedule(shapes[Int(place)]) { setting in settings[setting.rawValue].map(number) ?? 1 }
        let value = base * schedule.factor(at: progress)
        return range.map { min(max(value.rounded(), $0.lowerBound), $0.upperBound) } ?? value
    }
}

extension SearchSpace {
    /// How a parameter is scheduled; nil where it is not.
    public func schedule(of index: Int) -> ScheduleLayout? {
        let parameter = parameters[index]
        guard !parameter.schedule.isEmpty else { return nil }
        var range: ClosedRange<Double>?
        if case .integer(let integer) = parameter.domain { range = Double(integer.low)...Double(integer.high) }
        let layout = ScheduleLayout(
            shapes: parameter.schedule,
            shape: parameter.schedule.count > 1 ? self.index(of: ScheduleExpansion.shapeName(parameter.name)) : nil,
            settings: Schedule.Setting.allCases.map { self.index(of: ScheduleExpansion.name($0, of: parameter.name)) }, range: range)
        return layout.isComplete(among: count) ? layout : nil
    }

    /// The value of a numeric parameter at a progress from 0 (the start of a run) to 1 (its full budget); nil where it has none.
    public func scheduledValue(of index: Int, at progress: Double, in configuration: Configuration) -> Double? {
        func number(_ index: Int) -> Double {
            switch configuration[index] {
            case .float(let number)?: number
            case .integer(let number)?: Double(number)
            case .category(let place)?: Double(place)
            case nil: 0
            }
        }
        guard configuration[index] != nil, parameters[index].declaredCategoryCount == 0 else { return nil }
        return schedule(of: index)?.value(of: number(index), at: progress, number) ?? number(index)
    }
}
