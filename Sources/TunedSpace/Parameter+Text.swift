extension Parameter {
    /// The value as JSON: a category as its choice. nil where the value is of another type than the parameter.
    public func json(of value: ParameterValue) -> JSONValue? {
        if let permuted { return order(of: value).map { .array($0.map { permuted[$0].json }) } }
        return switch (domain, value) {
        case (.float, .float(let number)): .number(number)
        case (.integer, .integer(let number)): .integer(number)
        case (.categorical(let choices), .category(let index)), (.ordinal(let choices), .category(let index)):
            choices.indices.contains(index) ? choices[index].json : nil
        case (.boolean, .category(let index)): .boolean(index != 0)
        default: nil
        }
    }

    /// The value that a person means by a JSON value; nil where it is none of the declared ones. A parameter's narrowed
    /// range is not looked at.
    public func value(meantBy json: JSONValue) -> ParameterValue? {
        if let permuted { return permutation(meantBy: json, of: permuted) }
        switch domain {
        case .float: return json.doubleValue.map(ParameterValue.float)
        case .integer: return json.integerValue.map(ParameterValue.integer)
        case .categorical(let choices), .ordinal(let choices):
            // The exact one first: choices may hold both true and "yes".
            let exact = choices.firstIndex { $0.json == json }
            return (exact ?? choices.firstIndex { $0.isMeant(by: json) }).map(ParameterValue.category)
        case .boolean:
            if let flag = json.booleanValue { return .category(flag ? 1 : 0) }
            switch json.stringValue {
            case "true": return .category(1)
            case "false": return .category(0)
            default: return nil
            }
        }
    }

    /// The place of each choice as its author wrote it.
    var choicesByJSON: [JSONValue: Int] {
        switch domain {
        case .categorical(let choices), .ordinal(let choices):
            Dictionary(choices.enumerated().map { ($1.json, $0) }, uniquingKeysWith: { first, _ in first })
        case .boolean, .float, .integer: [:]
        }
    }

    /// For an error: what values the parameter takes.
    package var expectation: String {
        if let permuted {
            let shown = permuted.prefix(20).map(\.text).joined(separator: ", ")
            return isFixed ? "it is fixed" : "use a list with each of \(shown) once"
        }
        switch domain {
        case .float(let float):
            if float.low == float.high { return "it is \(float.low)" }
            let step = float.step.map { " in steps of \($0)" } ?? ""
            return "use a number from \(float.low) to \(float.high)\(step)"
        case .integer(let integer):
            if integer.low == integer.high { return "it is \(integer.low)" }
            let step = integer.step == 1 ? "" : " in steps of \(integer.step)"
            return "use a whole number from \(integer.low) to \(integer.high)\(step)"
        case .categorical(let choices), .ordinal(let choices):
            let shown = categories.prefix(20).map { choices[$0].text }
            return "use one of \(shown.joined(separator: ", "))\(categories.count > 20 ? ", ..." : "")"
        case .boolean:
            return categories.count == 2 ? "use true or false" : "it is \(categories == [1])"
        }
    }
}
