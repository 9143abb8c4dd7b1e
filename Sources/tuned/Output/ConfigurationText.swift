package import TunedSpace

/// Configurations and values as text.
package enum ConfigurationText {
    /// A line for each parameter, in the order given and then by name, indented by two.
    package static func table(_ configuration: JSONValue?, order: [String] = []) -> String {
        let fields = configuration?.objectValue ?? [:]
        if fields.isEmpty { return "  (no active parameter)\n" }
        let names = order.filter { fields[$0] != nil } + fields.keys.filter { !order.contains($0) }.sorted()
        let width = names.map(\.columns).max() ?? 0
        return names.map { name in
            "  \(name)\(String(repeating: " ", count: width - name.columns))  \(fields[name].map(value) ?? "")\n"
        }.joined()
    }

    /// `C=10 kernel=rbf`, as `tuned enqueue` takes it.
    package static func line(_ configuration: JSONValue?) -> String {
        (configuration?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\(value($0.value))" }.joined(separator: " ")
    }

    package static func value(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text.printable
        case .number(let number): Formatting.value(number)
        case .null: ""
        default: value.text()
        }
    }
}
