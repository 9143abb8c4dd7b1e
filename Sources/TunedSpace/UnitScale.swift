import Glibc

/// Maps one parameter onto [0, 1] and back: linearly, by the logarithm where declared, and with a cell of its own for
/// each value of a countable parameter. An integer's cell reaches halfway to its neighbours, on its scale; categories
/// have equal cells.
public struct UnitScale: Hashable, Sendable {
    private let parameter: Parameter
    /// Number of values; nil for a continuous parameter.
    public let cellCount: UInt64?
    private let isLogarithmic: Bool
    /// The interval's ends in warped units (``warp(_:)``).
    private let start: Double
    private let width: Double
    /// 0.5 where the plain difference of the bounds would overflow, else 1.
    private let damping: Double
    private let low: Double
    private let high: Double
    /// Distance of neighbouring values, in the parameter's own units; 0 for a continuous one.
    private let step: Double

    public init(_ parameter: Parameter) {
        self.parameter = parameter
        cellCount = parameter.cellCount
        switch parameter.domain {
        case .float(let float):
            low = float.low
            high = float.high
            step = float.step ?? 0
            isLogarithmic = float.isLogarithmic
        case .integer(let integer):
            low = Double(integer.low)
            high = Double(integer.high)
            step = Double(integer.step)
            isLogarithmic = integer.isLogarithmic
        case .categorical, .ordinal, .boolean:
            low = 0
            high = Double((cellCount ?? 1) - 1)
            step = 1
            isLogarithmic = false
        }
        damping = (high - low).isFinite ? 1 : 0.5
        // The first and last cell are as wide as the others, but a logarithmic one must stay above zero.
        let first = isLogarithmic ? max(low - step / 2, low / 2) : low - step / 2
        let last = cellCount == nil ? high : low + step * (Double((cellCount ?? 1) - 1) + 0.5)
        start = Self.warp(cellCount == nil ? low : first, isLogarithmic, damping)
        width = Self.warp(last, isLogarithmic, damping) - start
    }

    private static func warp(_ x: Double, _ isLogarithmic: Bool, _ damping: Double) -> Double {
        isLogarithmic ? log(x) : x * damping
    }

    /// Where the value lies in [0, 1]; nil for a value of another type, or a category that is not allowed.
    public func unit(of value: ParameterValue) -> Double? {
        switch value {
        case .float(let number): return number.isNaN ? nil : unit(ofNumber: number)
        case .integer(let number): return unit(ofNumber: Double(number))
        case .category:
            guard let cell = parameter.cell(of: value), let cellCount else { return nil }
            return (Double(cell) + 0.5) / Double(cellCount)
        }
    }

    private func unit(ofNumber number: Double) -> Double {
        guard width > 0 else { return 0.5 }
        let warped = Self.warp(min(max(number, low), high), isLogarithmic, damping)
        return min(max((warped - start) / width, 0), 1)
    }

    /// The value at a place in [0, 1]: for a countable parameter the one whose cell the place is in.
    public func value(at unit: Double) -> ParameterValue {
        if let cellCount { return parameter.value(ofCell: cell(at: unit, of: cellCount)) }
        let warped = start + min(max(unit, 0), 1) * width
        return .float(min(max(isLogarithmic ? exp(warped) : warped / damping, low), high))
    }

    /// The cell at a place in [0, 1] of a parameter with `count` cells.
    public func cell(at unit: Double, of count: UInt64) -> UInt64 {
        let last = Double(count - 1)
        guard isLogarithmic else { return UInt64(min(max((unit * Double(count)).rounded(.down), 0), last)) }
        guard step > 0 else { return 0 }
        let number = exp(start + min(max(unit, 0), 1) * width)
        return UInt64(min(max(((number - low) / step).rounded(), 0), last))
    }

    /// The ends of a cell in [0, 1].
    public func bounds(ofCell cell: UInt64) -> (lower: Double, upper: Double) {
        guard let cellCount else { return (0, 1) }
        guard isLogarithmic, width > 0 else {
            return (Double(cell) / Double(cellCount), Double(cell + 1) / Double(cellCount))
        }
        let middle = low + Double(cell) * step
        let lower = cell == 0 ? 0 : (log(middle - step / 2) - start) / width
        let upper = cell + 1 == cellCount ? 1 : (log(middle + step / 2) - start) / width
        return (lower, upper)
    }
}
