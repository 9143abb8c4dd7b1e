import CTunedPlugin

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

    func index(of parameter: some TunableParameter) -> Int? { parameters.firstIndex(of: ObjectIdentifier(parameter)) }
    func index(of metric: Metric) -> Int? { metrics.firstIndex(of: ObjectIdentifier(metric)) }
}
