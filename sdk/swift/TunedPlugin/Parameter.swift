import CTunedPlugin

/// A parameter that is tuned, with the type of its values. Declare each as a `static let` and list it in the ``Schema``; then
/// `trial[Self.rate]` is its value. The object itself is the key: a value is found by the parameter's place in the schema, never
/// by its name.
public final class Parameter<Value: Sendable>: TunableParameter {
    public let declaration: ParameterDeclaration
    /// The value of a cell that the host filled.
    let read: @Sendable (UnsafePointer<tuned_value>) -> Value
    let json: @Sendable (Value) -> String

    init(
        _ declaration: ParameterDeclaration, default value: Value?, json: @escaping @Sendable (Value) -> String,
        read: @escaping @Sendable (UnsafePointer<tuned_value>) -> Value
    ) {
        var declaration = declaration
        if let value { declaration.object.add("default", json: json(value)) }
        self.declaration = declaration
        self.json = json
        self.read = read
    }

    /// Holds where this parameter is active and has one of the values.
    public func `is`(_ values: Value...) -> Condition {
        var condition = Condition()
        condition.object.add(declaration.name, json: JSONText.array(values.map(json)))
        return condition
    }
}

/// Any ``Parameter``, whatever its values are.
public protocol TunableParameter: AnyObject, Sendable {
    var declaration: ParameterDeclaration { get }
}

/// What a parameter declares. Bounds and defaults are checked by the host when it loads the plugin.
public struct ParameterDeclaration: Sendable {
    let name: String
    var object = JSONObject()

    init(_ type: String, _ name: String, _ help: String, _ condition: Condition?, mutable: Bool) {
        self.name = name
        object.add("name", name)
        object.add("type", type)
        object.describe(help)
        if mutable { object.add("mutable", json: "true") }
        if let condition { object.add("when", json: condition.object.text) }
    }
}

/// When a parameter is active: while others have certain values. `kernel.is(.poly) && scale.is(true)`
public struct Condition: Sendable {
    fileprivate(set) var object = JSONObject()

    public static func && (left: Condition, right: Condition) -> Condition {
        var both = left
        both.object.append(right.object)
        return both
    }
}
