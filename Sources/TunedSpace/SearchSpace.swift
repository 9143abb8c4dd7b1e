/// The parameters that a search may vary, with their domains and conditions, checked.
///
/// The order of the parameters is the schema's; indices into it name parameters everywhere: in configurations, in
/// stored events, and across the plugin ABI.
public struct SearchSpace: Hashable, Sendable {
    public static let maximumParameters = 1_000
    public static let maximumChoices = 10_000
    /// Integers lie within ±2^53, so that a double holds each of them exactly.
    public static let integerRange: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    public let parameters: [Parameter]
    /// Indices in an order in which every parameter comes after the parents of its conditions; the schema's order where
    /// conditions leave the choice.
    public let order: [Int]
    /// What a configuration has to keep beyond domains and conditions.
    public let rules: [Rule]
    private let indices: [String: Int]
    /// What follows from the rules; nil where there are none.
    let legality: Legality?

    /// - Throws: ``SpaceError`` with the path of the first thing that is wrong; also where no configuration keeps the
    ///   rules, or none was found in bounded work.
    public init(_ parameters: [Parameter], rules: [Rule] = []) throws(SpaceError) {
        order = try SpaceChecker(parameters: parameters).check(rules)
        self.parameters = parameters
        self.rules = rules
        indices = Dictionary(parameters.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        legality = try Legality(rules, parameters: parameters, order: order)
    }

    /// The same space with narrower domains, which the caller has checked. Conditions are kept: one on a value that is
    /// no longer allowed never holds.
    init(narrowing space: SearchSpace, to parameters: [Parameter], rules: [Rule]) throws(SpaceError) {
        self.parameters = parameters
        self.rules = rules
        order = space.order
        indices = space.indices
        legality = try Legality(rules, parameters: parameters, order: order)
    }

    public var count: Int { parameters.count }

    public func index(of name: String) -> Int? { indices[name] }

    /// Whether any parameter has a condition.
    public var isConditional: Bool { parameters.contains { !$0.conditions.isEmpty } }

    /// Whether the parameter has a value, given the values of its parents.
    public func active(_ index: Int, in configuration: Configuration) -> Bool {
        parameters[index].isActive(in: configuration)
    }

    /// The configuration without values for inactive parameters. Two configurations that train the same are equal in
    /// this form.
    public func canonical(_ configuration: Configuration) -> Configuration {
        var result = configuration
        for index in order where !active(index, in: result) { result[index] = nil }
        return result
    }

    /// What a study begins with where nothing better is known: each parameter's central value; where that breaks a rule,
    /// a legal configuration near it.
    public var defaults: Configuration { legality?.witness ?? canonical(Configuration(parameters.map(\.centralValue))) }

    /// Holds a configuration against domains, conditions and rules.
    public func validate(_ configuration: Configuration) throws(SpaceError) {
        guard configuration.count == count else {
            throw SpaceError(.value, path: "", "a configuration of \(configuration.count) values for \(count) parameters")
        }
        for (index, parameter) in parameters.enumerated() {
            switch (configuration[index], active(index, in: configuration)) {
            case (nil, false): continue
            case (nil, true): throw SpaceError(.value, path: parameter.name, "the parameter is active and has no value")
            case (.some, false):
                throw SpaceError(.value, path: parameter.name, "the parameter has a value although \(whyInactive(index))")
            case (.some(let value), true):
                guard parameter.contains(value) else {
                    throw SpaceError(
                        .value, path: parameter.name,
                        "\(text(value, of: index)) is not a value of the parameter; \(parameter.expectation)")
                }
            }
        }
        try checkLegal(configuration)
    }

    /// The value as a person writes it.
    public func text(_ value: ParameterValue, of index: Int) -> String {
        guard let json = parameters[index].json(of: value) else { return "\(value)" }
        if case .array(let items) = json { return items.map { $0.stringValue ?? $0.text() }.joined(separator: ",") }
        return json.stringValue ?? json.text()
    }

    /// For an error: the conditions under which the parameter is active.
    func whyInactive(_ index: Int) -> String {
        let conditions = parameters[index].conditions.map { condition in
            let values = condition.values.map { text($0, of: condition.parent) }
            return "\(parameters[condition.parent].name) is \(values.joined(separator: " or "))"
        }
        return "it is active only when \(conditions.joined(separator: " and "))"
    }

    /// The error for a name that the space does not have.
    func unknown(_ name: String) -> SpaceError {
        let names = parameters.map(\.name)
        let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
        let known = names.count <= 20 ? " There are: \(names.joined(separator: ", "))" : ""
        return SpaceError(.unknownParameter, path: name, "there is no parameter \"\(name.prefix(128))\"\(hint)\(known)")
    }
}
