/// A trainable's schema with its places: what turns a parameter or metric into an index, without its name.
///
/// Parameters and metrics are few, so a scan over their identities beats a hash.
final class Layout: Sendable {
    let schema: Schema
    private let parameters: [ObjectIdentifier]
    private let metrics: [ObjectIdentifier]

    init(_ schema: Schema) {
        self.schema = schema
        parameters = schema.parameters.map { ObjectIdentifier($0) }
        metrics = schema.metrics.map { ObjectIdentifier($0) }
    }

    func index(of parameter: any TunableParameter) -> Int? { Self.place(of: ObjectIdentifier(parameter), in: parameters) }
    func index(of metric: Metric) -> Int? { Self.place(of: ObjectIdentifier(metric), in: metrics) }

    private static func place(of key: ObjectIdentifier, in keys: [ObjectIdentifier]) -> Int? {
        for index in keys.indices where keys[index] == key { return index }
        return nil
    }
}
