/// How the configurations of one space are read in another: one that was extended or narrowed while its study lived, or that
/// of another study of the same plugin.
///
/// Parameters are matched by name and values by what they mean to a person, so that a category finds its choice
/// wherever it stands. A value that the other space has no room for is not moved into it: what was measured there says
/// nothing of the nearest place that is left.
public struct SpaceMapping: Hashable, Sendable {
    public let source: SearchSpace
    public let target: SearchSpace
    /// Of each parameter of the target, its place in the source.
    private let places: [Int?]

    public init(from source: SearchSpace, to target: SearchSpace) {
        self.source = source
        self.target = target
        places = target.parameters.map { source.index(of: $0.name) }
    }

    public enum Fate: Hashable, Sendable {
        /// Every value is there.
        case kept(Configuration)
        /// Active parameters that the source did not have, or had no value for, take their central values.
        case filled(Configuration, parameters: [String])
        /// The parameter's value lies outside of the target, or is of another type.
        case outside(parameter: String)
        /// The target's rule, by its place, forbids it.
        case illegal(rule: Int)

        public var configuration: Configuration? {
            switch self {
            case .kept(let configuration), .filled(let configuration, _): configuration
            case .outside, .illegal: nil
            }
        }
    }

    /// What becomes of a configuration of the source. Values of parameters that the target does not have are dropped.
    public func map(_ configuration: Configuration) -> Fate {
        var result = Configuration(Array(repeating: nil, count: target.count))
        var filled: [String] = []
        for index in target.order where target.active(index, in: result) {
            let parameter = target.parameters[index]
            guard let place = places[index], place < configuration.count, let value = configuration[place] else {
                result[index] = parameter.centralValue
                filled.append(parameter.name)
                continue
            }
            guard let meant = source.parameters[place].json(of: value).flatMap(parameter.value(meantBy:)), parameter.contains(meant)
            else { return .outside(parameter: parameter.name) }
            result[index] = meant
        }
        if let rule = target.brokenRule(in: result) { return .illegal(rule: rule) }
        return filled.isEmpty ? .kept(result) : .filled(result, parameters: filled)
    }

    /// What becomes of some parameters' values, as a person asks for them; nil where one of them has no place in the target, or
    /// none is left. Values of parameters that the target does not have are dropped.
    public func map(_ values: [Int: ParameterValue]) -> [Int: ParameterValue]? {
        var result: [Int: ParameterValue] = [:]
        for (place, value) in values where source.parameters.indices.contains(place) {
            let parameter = source.parameters[place]
            guard let index = target.index(of: parameter.name) else { continue }
            guard let meant = parameter.json(of: value).flatMap(target.parameters[index].value(meantBy:)),
                target.parameters[index].contains(meant)
            else { return nil }
            result[index] = meant
        }
        return result.isEmpty ? nil : result
    }

    /// What becomes of many.
    public func summary(_ configurations: some Sequence<Configuration>) -> Summary {
        var summary = Summary()
        for configuration in configurations { summary.count(map(configuration)) }
        return summary
    }

    public struct Summary: Hashable, Sendable {
        public var kept = 0
        public var filled = 0
        /// By the first parameter that has no room for the value.
        public var outside: [String: Int] = [:]
        public var illegal = 0

        public init() {}

        public mutating func count(_ fate: Fate) {
            switch fate {
            case .kept: kept += 1
            case .filled: filled += 1
            case .outside(let parameter): outside[parameter, default: 0] += 1
            case .illegal: illegal += 1
            }
        }

        /// In one line for a person.
        public var text: String {
            var parts = ["\(kept) trials kept"]
            if filled > 0 { parts.append("\(filled) with defaults for what is new") }
            if !outside.isEmpty {
                let names = outside.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key): \($0.value)" }
                parts.append("\(outside.values.reduce(0, +)) left out for values outside of the space (\(names.joined(separator: ", ")))")
            }
            if illegal > 0 { parts.append("\(illegal) left out by a rule") }
            return parts.joined(separator: ", ")
        }
    }
}
