package import TunedSpace

/// Failed trials of a study, grouped by what they said.
package struct FailureSummary: Sendable {
    package struct Group: Hashable, Sendable {
        package var kind: String
        package var message: String
        package var count: Int
        /// One of them, to look at.
        package var trial: Int
    }

    /// The most frequent first.
    package let groups: [Group]

    /// As many failed trials as are looked at: reasons beyond them are rare ones.
    private static let limit = 1000

    init(of study: String, client: DaemonClient) async throws(CommandError) {
        let query = Route.query(["state": "failed", "limit": String(Self.limit)])
        self.init(try await client.get(Route.study(study) + "/trials" + query)["trials"]?.arrayValue ?? [])
    }

    /// Numbers in messages differ from trial to trial, so messages that differ in numbers alone are one group.
    package init(_ trials: [JSONValue]) {
        var groups: [String: Group] = [:]
        for trial in trials {
            let kind = trial["failure"]?["kind"]?.stringValue ?? "unknown"
            let message = trial["failure"]?["message"]?.stringValue ?? ""
            let key = kind + ":" + String(message.map { $0.isNumber ? "0" : $0 })
            let number = Int(trial["number"]?.integerValue ?? 0)
            groups[key, default: Group(kind: kind, message: message, count: 0, trial: number)].count += 1
        }
        self.groups = groups.values.sorted { ($0.count, $1.trial) > ($1.count, $0.trial) }
    }

    package func text(study: String) -> String {
        groups.prefix(5).map { group in
            "  \(Formatting.count(group.count)) x \(group.kind): \(group.message.printable)"
                + " (see tuned show \(study)/\(group.trial))\n"
        }.joined() + (groups.count > 5 ? "  and \(groups.count - 5) other reasons\n" : "")
    }
}
