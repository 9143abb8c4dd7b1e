package import TunedSpace

/// The names of a study's parameters in the order of its schema, out of the daemon's description of the study.
package enum ParameterNames {
    package static func inOrder(_ study: JSONValue) -> [String] {
        study["schema"]?["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
    }
}
