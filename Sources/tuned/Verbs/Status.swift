import ArgumentParser
import TunedSpace

struct Status: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show whether the daemon runs, and what it does.",
        discussion: """
            Starts no daemon. Exit code 5 where none is running.

            Examples:
              tuned status
              tuned status --json
            """)

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient(.fail)
        let reply = try await client.get(Route.status)
        output.show(reply) { Self.text(reply, client.directory) }
    }

    private static func text(_ status: JSONValue, _ directory: DataDirectory) -> String {
        let version = status["version"]?.stringValue ?? ""
        var text = "daemon     version \(version), process \(status["pid"]?.integerValue ?? 0)"
        if let start = status["started_at"]?.integerValue { text += ", since \(Formatting.time(milliseconds: start))" }
        text += "\ndata       \(directory.path)\nsocket     \(directory.socket)\n"
        let studies = (status["studies"]?.objectValue ?? [:]).compactMap { name, count in
            count.integerValue.flatMap { $0 > 0 ? "\($0) \(name)" : nil }
        }
        text += "studies    \(studies.isEmpty ? "none" : studies.sorted().joined(separator: ", "))\n"
        text += "trials     \(status["trials_running"]?.integerValue ?? 0) running\n"
        text += "plugins    \(status["plugins"]?.integerValue ?? 0)\n"
        if let trouble = status["storage"]?["trouble"]?.stringValue {
            text += "storage    does not write: \(trouble.printable)\n"
        }
        return text
    }
}
