package import TunedSpace

/// Trials in a form that other programs read.
package enum TrialExport {
    /// The header and rows of RFC 4180: CR LF at line ends, quotes where a field needs them. Numbers are exact.
    ///
    /// Columns: number, state, a `value_NAME` for each objective, a `param_NAME` for each parameter (empty where inactive),
    /// duration in seconds, started_at as milliseconds since 1970, failure, and constraints as a JSON object of their values by name.
    package struct CSV: Sendable {
        private let objectives: [String]
        private let parameters: [String]

        package init(objectives: [String], parameters: [String]) {
            self.objectives = objectives
            self.parameters = parameters
        }

        package var header: String {
            row(
                ["number", "state"] + objectives.map { "value_\($0)" } + parameters.map { "param_\($0)" }
                    + ["duration", "started_at", "failure", "constraints"])
        }

        package func row(of trial: JSONValue) -> String {
            let values = trial["values"]?.arrayValue ?? []
            return row(
                [Self.text(trial["number"]), Self.text(trial["state"])]
                    + objectives.indices.map { $0 < values.count ? Self.text(values[$0]) : "" }
                    + parameters.map { Self.text(trial["configuration"]?[$0]) }
                    + [
                        Self.text(trial["duration"]), Self.text(trial["started_at"]),
                        Self.text(trial["failure"]?["message"]), Self.text(trial["constraints"]),
                    ])
        }

        private func row(_ fields: [String]) -> String { fields.map(Self.quoted).joined(separator: ",") + "\r\n" }

        private static func quoted(_ field: String) -> String {
            // Characters are looked at as bytes: to Swift, CR LF is one character that equals neither.
            guard field.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return field }
            return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
        }

        private static func text(_ value: JSONValue?) -> String {
            switch value {
            case nil, .null?: ""
            case .string(let text)?: text
            case let value?: value.text()
            }
        }
    }
}
