package import TunedSpace

extension WireParameter {
    /// One a parameter, in the schema's order.
    package static func list(_ space: SearchSpace) -> [WireParameter] {
        space.parameters.enumerated().map { index, parameter in
            var wire = WireParameter(parameter)
            wire.schedule = space.schedule(of: index)
            return wire
        }
    }

    private init(_ parameter: Parameter) {
        switch parameter.domain {
        case .float: self.init(name: parameter.name, kind: .float)
        case .integer: self.init(name: parameter.name, kind: .integer)
        case .categorical(let choices):
            self.init(name: parameter.name, kind: .categorical, categories: Self.categories(choices))
        case .ordinal(let choices):
            self.init(name: parameter.name, kind: .ordinal, categories: Self.categories(choices))
        case .boolean:
            self.init(
                name: parameter.name, kind: .boolean,
                categories: [Category(text: "false", number: 0), Category(text: "true", number: 1)])
        }
    }

    private static func categories(_ choices: [Choice]) -> [Category] {
        choices.enumerated().map { index, choice in
            switch choice {
            case .text(let text): Category(text: text, number: Double(index))
            case .integer(let number): Category(text: number.description, number: Double(number))
            case .number(let number): Category(text: number.description, number: number)
            case .boolean(let flag): Category(text: flag.description, number: flag ? 1 : 0)
            }
        }
    }
}
