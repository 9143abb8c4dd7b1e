import Glibc
import TunedSpace

/// The narrower, or wider, range of a number.
///
/// The highest-density region of the good trials is taken as one interval, the shortest that holds nine in ten of them.
/// It grows on each side by the larger of their bandwidth (Scott's rule) and of its width / (m - 1), the mean gap of m
/// trials: beyond the outermost of m draws lies another 1 / (m + 1) of the distribution on average. So five good trials
/// keep half as much again, fifty hardly more than their own range.
enum NumberNarrowing {
    static let heldShare = 0.9
    /// Fewer good trials with the parameter say nothing about it.
    static let leastGood = 4
    /// A range that stays this large a part of what it was is left alone.
    static let keptWidth = 0.8
    static let leastWidth = 0.05
    /// How far a range is extended, as a part of its width on the scale of the parameter.
    static let extensionWidth = 0.5

    static func change(
        _ parameter: Parameter, _ declared: Parameter, _ evidence: ParameterEvidence, _ warning: BoundaryWarning?
    ) -> NarrowingChange {
        let name = parameter.name
        let scale = UnitScale(parameter)
        let count = evidence.good.count
        var (low, high) = (0.0, 1.0)
        if count >= leastGood {
            (low, high) = interval(evidence)
            if high - low > keptWidth { (low, high) = (0, 1) }
        }
        var bounds = Bounds(low: scale.value(at: low).number, high: scale.value(at: high).number)
        let range = Bounds(low: scale.value(at: 0).number, high: scale.value(at: 1).number)
        bounds = rounded(bounds, within: range, parameter)
        let isNarrower = bounds.low > range.low || bounds.high < range.high
        let extended = warning?.canBeExtended == true ? extend(range, to: warning?.bound, parameter, declared) : nil
        if let extended {
            if extended.low < range.low { bounds.low = extended.low } else { bounds.high = extended.high }
            let side = warning?.bound == .low ? "lower" : "upper"
            let other = isNarrower ? ", and the \(count) good trials leave out the other end" : ""
            return NarrowingChange(
                action: .extend, fields: json(bounds, parameter),
                reason: "The best \(name) is at the \(side) end of what the study searched, and more is declared\(other).")
        }
        guard count >= leastGood else {
            return .keep("Only \(count) of the good trials use \(name), too few to narrow it.")
        }
        guard isNarrower else { return .keep("The \(count) good trials lie all over the range of \(name).") }
        return NarrowingChange(
            action: .narrow, fields: json(bounds, parameter),
            reason: "The \(count) good trials have \(name) within \(text(bounds.low, parameter)) to "
                + "\(text(bounds.high, parameter)), which includes a margin for their number.")
    }

    // MARK: Where the good trials are

    static func interval(_ evidence: ParameterEvidence) -> (low: Double, high: Double) {
        let sorted = evidence.good.sorted()
        let held = max(2, Int((heldShare * Double(sorted.count)).rounded(.up)))
        let starts = 0...(sorted.count - held)
        let start = starts.min { (sorted[$0 + held - 1] - sorted[$0], $0) < (sorted[$1 + held - 1] - sorted[$1], $1) } ?? 0
        var (low, high) = (sorted[start], sorted[start + held - 1])
        if !evidence.best.isNaN { (low, high) = (min(low, evidence.best), max(high, evidence.best)) }
        let margin = max(ScottBandwidth.of(sorted), (high - low) / Double(sorted.count - 1))
        (low, high) = (low - margin, high + margin)
        let lacking = leastWidth - (high - low)
        if lacking > 0 { (low, high) = (low - lacking / 2, high + lacking / 2) }
        return (max(low, 0), min(high, 1))
    }

    // MARK: Bounds

    struct Bounds {
        var low: Double
        var high: Double
    }

    /// Beyond one end by a part of the width, on the declared scale.
    private static func extend(
        _ range: Bounds, to bound: BoundaryWarning.Bound?, _ parameter: Parameter, _ declared: Parameter
    ) -> Bounds? {
        let scale = UnitScale(declared)
        guard let bound, let outer = NumberRange(declared), let low = scale.unit(of: parameter.value(range.low)),
            let high = scale.unit(of: parameter.value(range.high))
        else { return nil }
        // A range that was one value has a width, too.
        let more = max(extensionWidth * (high - low), leastWidth)
        let limits = Bounds(low: outer.low, high: outer.high)
        switch bound {
        case .low:
            let wider = Bounds(low: scale.value(at: low - more).number, high: range.high)
            let result = Bounds(low: rounded(wider, within: limits, parameter).low, high: range.high)
            return result.low < range.low ? result : nil
        case .high:
            let wider = Bounds(low: range.low, high: scale.value(at: high + more).number)
            let result = Bounds(low: range.low, high: rounded(wider, within: limits, parameter).high)
            return result.high > range.high ? result : nil
        }
    }

    /// Outwards to numbers that a person can read: by at most a twentieth of the width, on a logarithmic scale of the
    /// number itself.
    private static func rounded(_ bounds: Bounds, within limits: Bounds, _ parameter: Parameter) -> Bounds {
        guard case .float(let float) = parameter.domain, float.step == nil else { return bounds }
        let width = bounds.high - bounds.low
        func round(_ bound: Double, _ rule: FloatingPointRoundingRule) -> Double {
            let quantum = 0.05 * (float.isLogarithmic ? abs(bound) : width)
            guard quantum > 1e-300, quantum < 1e300 else { return bound }
            let power = log10(quantum).rounded(.down)
            // Whole powers of ten divide exactly, their inverses do not.
            if power >= 0 { return (bound / pow(10, power)).rounded(rule) * pow(10, power) }
            guard power > -300 else { return bound }
            return (bound * pow(10, -power)).rounded(rule) / pow(10, -power)
        }
        let low = bounds.low <= limits.low ? limits.low : round(bounds.low, .down)
        let high = bounds.high >= limits.high ? limits.high : round(bounds.high, .up)
        return Bounds(low: max(low, limits.low), high: min(high, limits.high))
    }

    private static func json(_ bounds: Bounds, _ parameter: Parameter) -> JSONValue {
        switch parameter.domain {
        case .integer: .object(["low": .integer(Int64(bounds.low)), "high": .integer(Int64(bounds.high))])
        default: .object(["low": .number(bounds.low), "high": .number(bounds.high)])
        }
    }

    private static func text(_ bound: Double, _ parameter: Parameter) -> String {
        if case .integer = parameter.domain { return "\(Int64(bound))" }
        // Six digits, for a person; the proposal itself has them all.
        guard bound != 0, abs(bound) > 1e-290, abs(bound) < 1e290 else { return "\(bound)" }
        let power = 6 - log10(abs(bound)).rounded(.up)
        let shown = power >= 0 ? (bound * pow(10, power)).rounded() / pow(10, power) : (bound / pow(10, -power)).rounded() * pow(10, -power)
        return "\(shown)"
    }
}

extension ParameterValue {
    /// Of a float or an integer.
    fileprivate var number: Double {
        switch self {
        case .float(let number): number
        case .integer(let number): Double(number)
        case .category(let index): Double(index)
        }
    }
}

extension Parameter {
    fileprivate func value(_ number: Double) -> ParameterValue {
        if case .integer = domain { return .integer(Int64(number)) }
        return .float(number)
    }
}
