package import TunedSpace

/// The names of a study's parameters in the order of its schema, those that it has no more behind them, out of the daemon's description of the study.
package enum ParameterNames {
    package static func inOrder(_ study: JSONValue) -> [String] {
        let names = study["schema"]?["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        return names + (study["former_parameters"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
