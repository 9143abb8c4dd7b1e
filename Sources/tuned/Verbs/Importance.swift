import ArgumentParser
import TunedSpace

struct Importance: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show which parameters matter.",
        discussion: """
            The share of each parameter in what makes trials differ, from at least 10 complete trials.

            ped-anova, the default, asks what tells the best tenth of the trials from the rest; fanova, what accounts for the \
            differences of all of them, and fanova-pairs also what two parameters do together.

            Examples:
              tuned importance svm-1
              tuned importance svm-1 --method fanova-pairs
              tuned importance svm-1 --objective f1 --json
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(help: ArgumentHelp("ped-anova, fanova or fanova-pairs.", valueName: "name"))
    var method: String?

    @Option(help: ArgumentHelp("Of which objective; the first where not given.", valueName: "metric"))
    var objective: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        let query = Route.query(["method": method, "objective": objective])
        let reply = try await client.get(Route.study(study) + "/importance" + query)
        output.show(reply) {
            var table = TextTable([.init("PARAMETER"), .init("SHARE", .right), .init("")])
            for item in reply["importance"]?.arrayValue ?? [] {
                let share = item["share"]?.doubleValue ?? 0
                let names = (item["parameters"]?.arrayValue ?? []).compactMap(\.stringValue)
                table.add([
                    names.joined(separator: " × "), Formatting.significant(share * 100, digits: 3) + "%",
                    String(repeating: "█", count: Int((share * 40).rounded())),
                ])
            }
            return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
        }
    }
}
