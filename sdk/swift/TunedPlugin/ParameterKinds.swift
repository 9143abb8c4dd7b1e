import CTunedPlugin

// The kinds of parameters. All take a default, which is what an expert would use untuned; `mutable`, whether it may change in the
// middle of training, the checkpoint still fitting: what a population may change; `when`, the condition under which the parameter
// means anything; and `help`, a line for people.

extension Parameter where Value == Double {
    /// A real number; both bounds are included.
    ///
    /// - Parameters:
    ///   - log: searches orders of magnitude; the lower bound must be greater than 0.
    ///   - step: only the lower bound and multiples of `step` above it.
    ///   - shapes: in which it may change over a run, the first of which is the default; ``Trial/value(of:at:)`` tells its value then.
    public static func float(
        _ name: String, _ range: ClosedRange<Double>, log: Bool = false, step: Double? = nil, default value: Double? = nil,
        schedule shapes: [ScheduleShape] = [], mutable: Bool = false, when condition: Condition? = nil, help: String = ""
    ) -> Parameter {
        var declaration = ParameterDeclaration("float", name, help, condition, mutable: mutable)
        declaration.bound(JSONText.number(range.lowerBound), JSONText.number(range.upperBound), log, step.map(JSONText.number))
        declaration.schedule(shapes)
        return Parameter(declaration, default: value, json: { JSONText.number($0) }, read: { $0.pointee.f64 })
    }
}

extension Parameter where Value == Int {
    /// An integer; both bounds are included. `log`, `step` and `schedule` are those of a float.
    public static func integer(
        _ name: String, _ range: ClosedRange<Int>, log: Bool = false, step: Int? = nil, default value: Int? = nil,
        schedule shapes: [ScheduleShape] = [], mutable: Bool = false, when condition: Condition? = nil, help: String = ""
    ) -> Parameter {
        var declaration = ParameterDeclaration("int", name, help, condition, mutable: mutable)
        declaration.bound(range.lowerBound.description, range.upperBound.description, log, step?.description)
        declaration.schedule(shapes)
        return Parameter(declaration, default: value, json: { $0.description }, read: { Int($0.pointee.i64) })
    }
}

extension ParameterDeclaration {
    fileprivate mutating func bound(_ low: String, _ high: String, _ log: Bool, _ step: String?) {
        object.add("low", json: low)
        object.add("high", json: high)
        if log { object.add("log", json: "true") }
        if let step { object.add("step", json: step) }
    }

    fileprivate mutating func schedule(_ shapes: [ScheduleShape]) {
        if !shapes.isEmpty { object.add("schedule", json: JSONText.array(shapes.map { JSONText.string($0.rawValue) })) }
    }
}

/// How a scheduled number may change over a run; the host has their formulas.
public enum ScheduleShape: String, Sendable, CaseIterable {
    case constant, step, exponential, polynomial, cosine
    case warmRestarts = "warm_restarts"
    case oneCycle = "one_cycle"
    case warmup
}

extension Parameter where Value == Bool {
    public static func boolean(
        _ name: String, default value: Bool? = nil, mutable: Bool = false, when condition: Condition? = nil, help: String = ""
    ) -> Parameter {
        Parameter(
            ParameterDeclaration("bool", name, help, condition, mutable: mutable), default: value, json: { JSONText.boolean($0) },
            read: { $0.pointee.i64 != 0 })
    }
}

/// What a categorical or ordinal parameter chooses from: texts, numbers, or the cases of an enumeration with such raw values.
///
///     enum Optimizer: String, CaseIterable, Choice { case sgd, adam }
public protocol Choice: Sendable {
    /// A text or a number as JSON.
    var choiceJSON: String { get }
}

extension String: Choice {
    public var choiceJSON: String { JSONText.string(self) }
}

extension Int: Choice {
    public var choiceJSON: String { description }
}

extension Double: Choice {
    public var choiceJSON: String { JSONText.number(self) }
}

extension Choice where Self: RawRepresentable, RawValue: Choice {
    public var choiceJSON: String { rawValue.choiceJSON }
}

extension Parameter where Value: Choice {
    /// One of several choices without an order.
    public static func categorical(
        _ name: String, _ choices: [Value], default value: Value? = nil, mutable: Bool = false, when condition: Condition? = nil,
        help: String = ""
    ) -> Parameter {
        choice(ParameterDeclaration("categorical", name, help, condition, mutable: mutable), choices, value)
    }

    /// One of several choices in order.
    public static func ordinal(
        _ name: String, _ choices: [Value], default value: Value? = nil, mutable: Bool = false, when condition: Condition? = nil,
        help: String = ""
    ) -> Parameter {
        choice(ParameterDeclaration("ordinal", name, help, condition, mutable: mutable), choices, value)
    }

    private static func choice(_ declared: ParameterDeclaration, _ choices: [Value], _ value: Value?) -> Parameter {
        var declaration = declared
        declaration.object.add("choices", json: JSONText.array(choices.map(\.choiceJSON)))
        let count = choices.count
        // Never written to again. A parameter lives as long as the process anyway, and generic code reads plain memory much faster than
        // an array.
        nonisolated(unsafe) let memory = immortal(list: choices)
        return Parameter(
            declaration, default: value, json: { $0.choiceJSON },
            // An index that is none comes from a host that breaks its own promise; a choice is still a choice.
            read: { memory[$0.pointee.i64 >= 0 && $0.pointee.i64 < count ? Int($0.pointee.i64) : 0] })
    }
}
